// SPDX-License-Identifier: BSD-3-Clause
// What is wrong with a body, in the form that Open MPIC's callers parse: the items of pydantic, with type, loc, msg and
// input, or issue_type and message for what only the coordinator can know. Pure.

#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_t;

// Bounds the answer, not the reading: a body of a million wrong entries is told of the first ones.
#define ISSUE_LIST_MAX 64
// Issues repeat parts of the body; of a larger one they do not, so that an answer cannot be many times the request.
#define ISSUE_INPUT_BODY_MAX 8192
#define ISSUE_DEPTH_MAX 6 // body, model, member, method, member, entry

struct issue_place {
	const char *name; // NULL: the index
	size_t index;
};

struct issue_list {
	struct json_t *items; // an array
	bool has_input;
	size_t depth;
	struct issue_place places[ISSUE_DEPTH_MAX];
};

// Whether there is memory for one. Fini takes lists that were not begun.
bool issue_list_init(struct issue_list *list, bool has_input);
void issue_list_fini(struct issue_list *list);

// The place that following issues name. Deeper than ISSUE_DEPTH_MAX it is that of the parent.
void issue_list_enter(struct issue_list *list, const char *name);
void issue_list_enter_index(struct issue_list *list, size_t index);
void issue_list_leave(struct issue_list *list);

// `input` may be NULL (read as null), `context` is taken over and may be NULL. Always false: `return issue_add(...)`.
bool issue_add(struct issue_list *list, const char *type, const char *message,
	       const struct json_t *input, struct json_t *context);
// literal_error and enum: what was expected, as pydantic words it.
bool issue_add_expected(struct issue_list *list, const char *type, const char *expected,
			const struct json_t *input);
// {"issue_type","message"}.
void issue_add_logic(struct issue_list *list, const char *type, const char *message);
