// SPDX-License-Identifier: BSD-3-Clause

#include "table.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_FIRST 16
#define NUMBER_CHARACTERS "0123456789.-"

void table_init(struct table *table, unsigned column_count)
{
	*table = (struct table) {.column_count = column_count};
}

void table_fini(struct table *table)
{
	for (unsigned i = 0; i < table->row_count * table->column_count + table->used; i++) {
		free(table->cells[i]);
	}
	free(table->cells);
	*table = (struct table) {0};
}

static void *or_abort(void *memory)
{
	if (memory == NULL) {
		fprintf(stderr, "parallaxctl: not enough memory\n");
		abort();
	}
	return memory;
}

void table_add(struct table *table, const char *text)
{
	unsigned index = table->row_count * table->column_count + table->used;
	if (index == table->capacity) {
		table->capacity = table->capacity * 2 + ROWS_FIRST * table->column_count;
		table->cells = or_abort(
			reallocarray(table->cells, table->capacity, sizeof(*table->cells)));
	}
	char *cell = NULL;
	size_t length;
	FILE *out = or_abort(open_memstream(&cell, &length));
	print_safe(out, text, strlen(text));
	fclose(out);
	table->cells[index] = or_abort(cell);
	table->used++;
	if (table->used == table->column_count) {
		table->used = 0;
		table->row_count++;
	}
}

void table_add_number(struct table *table, long long number)
{
	char text[32];
	snprintf(text, sizeof(text), "%lld", number);
	table_add(table, text);
}

static const char *cell_at(const struct table *table, unsigned row, unsigned column)
{
	return table->cells[row * table->column_count + column];
}

static int column_width(const struct table *table, unsigned column, bool *ret_is_number)
{
	size_t width = 0;
	*ret_is_number = table->row_count > 1;
	for (unsigned row = 0; row < table->row_count; row++) {
		const char *cell = cell_at(table, row, column);
		size_t length = strlen(cell);
		width = length > width ? length : width;
		*ret_is_number &= row == 0 || strspn(cell, NUMBER_CHARACTERS) == length;
	}
	return (int)width;
}

static void print_rows(const struct table *table, const char *indent, const int *widths,
		       const bool *are_numbers, FILE *out)
{
	for (unsigned row = 0; row < table->row_count; row++) {
		fputs(indent, out);
		for (unsigned column = 0; column < table->column_count; column++) {
			bool is_last = column + 1 == table->column_count;
			const char *cell = cell_at(table, row, column);
			fprintf(out, "%*s%s",
				are_numbers[column] ? widths[column]
				: is_last           ? 0
						    : -widths[column],
				cell, is_last ? "\n" : "  ");
		}
	}
}

// Widths first: a report may have tens of thousands of rows.
void table_print(const struct table *table, const char *indent, FILE *out)
{
	int *widths = or_abort(calloc(table->column_count, sizeof(*widths)));
	bool *are_numbers = or_abort(calloc(table->column_count, sizeof(*are_numbers)));
	for (unsigned column = 0; column < table->column_count; column++) {
		widths[column] = column_width(table, column, &are_numbers[column]);
	}
	print_rows(table, indent, widths, are_numbers, out);
	free(widths);
	free(are_numbers);
}

void print_safe(FILE *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char octet = (unsigned char)text[i];
		if (octet < ' ' || octet > '~') {
			fprintf(out, "\\%03u", octet);
		} else {
			fputc(octet, out);
		}
	}
}
