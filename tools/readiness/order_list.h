// SPDX-License-Identifier: BSD-3-Clause
// A list of orders as text: one JSON object a line, as POST /v1/orders takes it. Octets go in as they arrive, lines come
// out with their number and either an order or what is wrong with it. Memory does not depend on the input: of a line
// that is too long nothing is kept. Reads no file; the caller brings the octets.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

// What POST /v1/orders takes as a body. An order of 1,000 identifiers needs a tenth.
#define ORDER_LINE_MAX ((size_t)4 * 1024 * 1024)
#define ORDER_FAULT_POINTER_MAX 256
#define ORDER_FAULT_TEXT_MAX 384

struct order_fault {
	char pointer
		[ORDER_FAULT_POINTER_MAX]; // JSON pointer (RFC 6901) into the order; "": the whole line
	char text[ORDER_FAULT_TEXT_MAX]; // one sentence without full stop
};

enum order_line_kind {
	ORDER_LINE_NONE = 0, // more octets are needed, or the list is at its end
	ORDER_LINE_ORDER,
	ORDER_LINE_FAULTY,
};

struct order_line {
	uint64_t number;          // from 1; empty lines count, and are passed over
	struct json_t *order;     // ORDER_LINE_ORDER: an object, own reference
	struct order_fault fault; // ORDER_LINE_FAULTY
};

struct order_list {
	char *text; // octets not used up
	size_t start;
	size_t end;
	size_t capacity;
	size_t searched;    // from start: without a line end
	uint64_t number;    // of the last line that began
	uint64_t taken;     // octets of whole lines that came out
	bool is_ended;      // no more octets will come
	bool is_passing_by; // the rest of a line that is too long
};

void order_list_init(struct order_list *list);
void order_list_fini(struct order_list *list);
// -ENOMEM: nothing was taken. Call order_list_next until it has no line before the next one.
PLX_MUST_CHECK int order_list_add(struct order_list *list, const char *octets, size_t length);
// A last line without a line end is a line.
void order_list_end(struct order_list *list);
enum order_line_kind order_list_next(struct order_list *list, struct order_line *ret_line);
// True when all lines came out.
bool order_list_is_done(const struct order_list *list);
