// SPDX-License-Identifier: BSD-3-Clause
// Text in aligned columns for people. Cells come from the network's names and servers: nothing in them can move a
// terminal's cursor.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table {
	unsigned column_count;
	unsigned row_count;
	unsigned used; // cells of the row that is being filled
	unsigned capacity;
	char **cells; // rows of column_count
};

// The first row is the heading.
void table_init(struct table *table, unsigned column_count);
void table_fini(struct table *table);
// The next cell of the current row; rows fill one after the other. Memory that runs out ends the program.
void table_add(struct table *table, const char *text);
void table_add_number(struct table *table, long long number);
// Columns whose cells below the heading are all numbers are aligned to the right.
void table_print(const struct table *table, const char *indent, FILE *out);

// Writes text with control characters and non-ASCII octets as \DDD.
void print_safe(FILE *out, const char *text, size_t length);
