// SPDX-License-Identifier: BSD-3-Clause
// Octets to lines, lines to orders.

#include "readiness/order_list.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANK " \t\r"
#define SHOWN_MAX 60 // characters of a line that is no order, in its fault

void order_list_init(struct order_list *list)
{
	*list = (struct order_list) {0};
}

void order_list_fini(struct order_list *list)
{
	free(list->text);
	*list = (struct order_list) {0};
}

int order_list_add(struct order_list *list, const char *octets, size_t length)
{
	if (list->start > 0) {
		memmove(list->text, list->text + list->start, list->end - list->start);
		list->end -= list->start;
		list->start = 0;
	}
	if (list->end + length > list->capacity) {
		size_t capacity = list->capacity * 2 + length;
		char *text = realloc(list->text, capacity);
		if (text == NULL) {
			return -ENOMEM;
		}
		list->text = text;
		list->capacity = capacity;
	}
	memcpy(list->text + list->end, octets, length);
	list->end += length;
	return 0;
}

void order_list_end(struct order_list *list)
{
	list->is_ended = true;
}

bool order_list_is_done(const struct order_list *list)
{
	return list->is_ended && list->start == list->end;
}

static enum order_line_kind fault_line(struct order_line *line)
{
	line->fault.pointer[0] = '\0';
	return ORDER_LINE_FAULTY;
}

// What people give in place of an order is most often a list of names.
static enum order_line_kind fault_plain_text(const char *text, size_t length,
					     struct order_line *line)
{
	int shown = (int)(length < SHOWN_MAX ? length : SHOWN_MAX);
	snprintf(
		line->fault.text, sizeof(line->fault.text),
		"\"%.*s%s\" is not an order: each line is one JSON object as POST /v1/orders takes "
		"it, with the identifiers and the validation method of each",
		shown, text, length > SHOWN_MAX ? "..." : "");
	return fault_line(line);
}

static enum order_line_kind read_order(const char *text, size_t length, struct order_line *line)
{
	if (text[0] != '{') {
		return fault_plain_text(text, length, line);
	}
	json_error_t error;
	json_t *order = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (order == NULL) {
		snprintf(line->fault.text, sizeof(line->fault.text), "column %d: %s", error.column,
			 error.text);
		return fault_line(line);
	}
	line->order = order;
	return ORDER_LINE_ORDER;
}

static void pass(struct order_list *list, size_t length)
{
	list->start += length;
	list->taken += length;
	list->searched = 0;
}

// The length of the first line, and whether it is whole.
static bool find_end(struct order_list *list, size_t *ret_length)
{
	size_t held = list->end - list->start;
	const char *found = held == list->searched
				    ? NULL
				    : memchr(list->text + list->start + list->searched, '\n',
					     held - list->searched);
	list->searched = held;
	*ret_length = found != NULL ? (size_t)(found - (list->text + list->start)) : held;
	return found != NULL || (list->is_ended && held > 0);
}

enum order_line_kind order_list_next(struct order_list *list, struct order_line *ret_line)
{
	size_t length;
	bool is_whole;
	while ((is_whole = find_end(list, &length)) || length > ORDER_LINE_MAX) {
		const char *text = list->text + list->start;
		bool was_passing_by = list->is_passing_by;
		size_t used = length + (list->start + length < list->end); // with its line end
		list->is_passing_by = !is_whole;
		pass(list, used);
		if (was_passing_by) {
			continue;
		}
		*ret_line = (struct order_line) {.number = ++list->number};
		if (length > ORDER_LINE_MAX) {
			snprintf(ret_line->fault.text, sizeof(ret_line->fault.text),
				 "the line is longer than %zu octets", ORDER_LINE_MAX);
			return fault_line(ret_line);
		}
		while (length > 0 && strchr(BLANK, text[0]) != NULL && text[0] != '\0') {
			text++;
			length--;
		}
		while (length > 0 && strchr(BLANK, text[length - 1]) != NULL &&
		       text[length - 1] != '\0') {
			length--;
		}
		if (length > 0) {
			return read_order(text, length, ret_line);
		}
	}
	if (list->is_passing_by) {
		pass(list, length); // nothing of it is kept
	}
	return ORDER_LINE_NONE;
}
