// SPDX-License-Identifier: BSD-3-Clause

#include "show_table.h"

#include "table.h"

#include <jansson.h>

#include <stdint.h>
#include <string.h>

static void join_strings(const json_t *array, char *text, size_t size)
{
	size_t index, used = 0;
	json_t *string;
	snprintf(text, size, "-");
	json_array_foreach(array, index, string)
	{
		int length = snprintf(text + used, size - used, "%s%s", index > 0 ? "," : "",
				      json_string_value(string));
		used += length > 0 && (size_t)length < size - used ? (size_t)length : 0;
	}
}

void show_cell(struct table *table, const json_t *value)
{
	char text[128];
	if (json_is_integer(value)) {
		table_add_number(table, json_integer_value(value));
	} else if (json_is_real(value)) {
		snprintf(text, sizeof(text), "%.2f", json_real_value(value));
		table_add(table, text);
	} else if (json_is_boolean(value)) {
		table_add(table, json_is_true(value) ? "yes" : "no");
	} else if (json_is_string(value)) {
		table_add(table, json_string_value(value));
	} else if (json_is_array(value)) {
		join_strings(value, text, sizeof(text));
		table_add(table, text);
	} else {
		table_add(table, "-");
	}
}

void show_array(const json_t *array, const struct column *columns, unsigned count, const char *none,
		FILE *out)
{
	struct table table;
	size_t index;
	json_t *object;
	if (json_array_size(array) == 0) {
		fprintf(out, "%s\n", none);
		return;
	}
	table_init(&table, count);
	for (unsigned i = 0; i < count; i++) {
		table_add(&table, columns[i].heading);
	}
	json_array_foreach(array, index, object)
	{
		for (unsigned i = 0; i < count; i++) {
			show_cell(&table, json_object_get(object, columns[i].key));
		}
	}
	table_print(&table, "", out);
	table_fini(&table);
}

void show_members(const json_t *object, const char *indent, FILE *out)
{
	const char *key;
	json_t *value;
	struct table table;
	table_init(&table, 2);
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (!json_is_object(value)) {
			table_add(&table, key);
			show_cell(&table, value);
		}
	}
	table_print(&table, indent, out);
	table_fini(&table);
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (json_is_object(value)) {
			fprintf(out, "%s%s\n", indent, key);
			show_members(value, "    ", out);
		}
	}
}
