// SPDX-License-Identifier: BSD-3-Clause

#include "open_mpic/issue_list.h"

#include <jansson.h>

#include <stdint.h>
#include <stdio.h>

#define MESSAGE_MAX 1024

bool issue_list_init(struct issue_list *list, bool has_input)
{
	*list = (struct issue_list) {.items = json_array(), .has_input = has_input};
	return list->items != NULL;
}

void issue_list_fini(struct issue_list *list)
{
	json_decref(list->items);
	list->items = NULL;
}

static void enter(struct issue_list *list, struct issue_place place)
{
	if (list->depth < ISSUE_DEPTH_MAX) {
		list->places[list->depth] = place;
	}
	list->depth++;
}

void issue_list_enter(struct issue_list *list, const char *name)
{
	enter(list, (struct issue_place) {.name = name});
}

void issue_list_enter_index(struct issue_list *list, size_t index)
{
	enter(list, (struct issue_place) {.index = index});
}

void issue_list_leave(struct issue_list *list)
{
	list->depth--;
}

static json_t *place_write(const struct issue_list *list)
{
	json_t *place = json_array();
	for (size_t i = 0; i < list->depth && i < ISSUE_DEPTH_MAX; i++) {
		json_array_append_new(place,
				      list->places[i].name != NULL
					      ? json_string(list->places[i].name)
					      : json_integer((json_int_t)list->places[i].index));
	}
	return place;
}

bool issue_add(struct issue_list *list, const char *type, const char *message, const json_t *input,
	       json_t *context)
{
	if (json_array_size(list->items) >= ISSUE_LIST_MAX) {
		json_decref(context);
		return false;
	}
	json_t *item = json_pack("{s:s, s:o, s:s}", "type", type, "loc", place_write(list), "msg",
				 message);
	// A reference, which const cannot say: the issue does not change it.
	json_object_set_new(item, "input",
			    list->has_input && input != NULL
				    ? json_incref((json_t *)(uintptr_t)input)
				    : json_null());
	if (context != NULL) {
		json_object_set_new(item, "ctx", context);
	}
	json_array_append_new(list->items, item);
	return false;
}

bool issue_add_expected(struct issue_list *list, const char *type, const char *expected,
			const json_t *input)
{
	char message[MESSAGE_MAX];
	(void)snprintf(message, sizeof(message), "Input should be %s", expected);
	return issue_add(list, type, message, input, json_pack("{s:s}", "expected", expected));
}

void issue_add_logic(struct issue_list *list, const char *type, const char *message)
{
	json_array_append_new(list->items,
			      json_pack("{s:s, s:s}", "issue_type", type, "message", message));
}
