// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/json_keep.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>

static void out_of_memory(void)
{
	fprintf(stderr, "parallaxctl: not enough memory\n");
	abort();
}

json_t *json_keep(json_t *value)
{
	if (value == NULL) {
		out_of_memory();
	}
	return value;
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0) {
		out_of_memory();
	}
}

void json_push(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0) {
		out_of_memory();
	}
}

const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

uint64_t json_count(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));
	return value > 0 ? (uint64_t)value : 0;
}

void json_add_count(json_t *object, const char *key, uint64_t more)
{
	json_put(object, key, json_integer((json_int_t)(json_count(object, key) + more)));
}
