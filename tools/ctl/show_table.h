// SPDX-License-Identifier: BSD-3-Clause
// JSON as tables: an array of objects, and the members of one object.

#pragma once

#include <stdio.h>

struct json_t;
struct table;

// A column of a table: a member of each object of an array.
struct column {
	const char *key;
	const char *heading;
};

// A value as the next cell.
void show_cell(struct table *table, const struct json_t *value);
// `none` is said of an empty array.
void show_array(const struct json_t *array, const struct column *columns, unsigned count,
		const char *none, FILE *out);
// Each member as a line; objects within follow, indented, below their name.
void show_members(const struct json_t *object, const char *indent, FILE *out);
