// SPDX-License-Identifier: BSD-3-Clause
// A list of orders. Oracle: however the octets are cut, the same lines come out, with numbers that rise, each an object or
// a fault that says something; at the end nothing is left, and every octet was counted.

#include "readiness/order_list.h"

#include "fuzz_target.h"

#include <jansson.h>

#include <string.h>

#define LINES_MAX 4096

struct outcome {
	uint64_t number;
	enum order_line_kind kind;
};

static size_t take(struct order_list *list, struct outcome *outcomes, size_t count)
{
	struct order_line line;
	enum order_line_kind kind;
	while ((kind = order_list_next(list, &line)) != ORDER_LINE_NONE) {
		must(count == 0 || line.number > outcomes[count - 1].number);
		must(count < LINES_MAX);
		outcomes[count++] = (struct outcome) {line.number, kind};
		if (kind == ORDER_LINE_ORDER) {
			must(json_is_object(line.order));
			json_decref(line.order);
		} else {
			must(line.order == NULL && line.fault.text[0] != '\0');
		}
	}
	return count;
}

static size_t read_all(const char *text, size_t size, size_t piece, struct outcome *outcomes)
{
	struct order_list list;
	size_t count = 0;
	order_list_init(&list);
	for (size_t i = 0; i < size; i += piece) {
		size_t left = size - i;
		must(order_list_add(&list, text + i, left < piece ? left : piece) == 0);
		count = take(&list, outcomes, count);
	}
	order_list_end(&list);
	count = take(&list, outcomes, count);
	must(order_list_is_done(&list));
	must(list.taken == size);
	order_list_fini(&list);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome whole[LINES_MAX], pieces[LINES_MAX];
	if (size < 1 || size > LINES_MAX) {
		return 0;
	}
	const char *text = (const char *)data + 1;
	size_t count = read_all(text, size - 1, size, whole);
	size_t again = read_all(text, size - 1, (size_t)data[0] % 16 + 1, pieces);
	must(count == again);
	for (size_t i = 0; i < count; i++) {
		must(whole[i].number == pieces[i].number && whole[i].kind == pieces[i].kind);
	}
	return 0;
}
