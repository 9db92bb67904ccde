// SPDX-License-Identifier: BSD-3-Clause
// A table of test vectors: one row a line, fields parted by tabs, lines that start with # and empty ones skipped.
//
//	struct tsv_table table;
//	tsv_table_open(&table, VECTORS_FILE);
//	while (tsv_table_next(&table, 5)) { use(table.fields[0], ...); }
//	tsv_table_close(&table);
//
// A file that cannot be read, or a row with another number of fields, fails the test at once.

#pragma once

#include <CUnit/CUnit.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TSV_LINE_MAX 4096
#define TSV_FIELDS_MAX 16

struct tsv_table {
	FILE *file;
	char line[TSV_LINE_MAX];
	char *fields[TSV_FIELDS_MAX]; // of the current row, until the next one is read
	unsigned line_number;
	unsigned row_count; // so far
};

static inline void tsv_table_open(struct tsv_table *table, const char *path)
{
	*table = (struct tsv_table) {.file = fopen(path, "r")};
	CU_ASSERT_PTR_NOT_NULL_FATAL(table->file);
}

static inline bool tsv_table_next(struct tsv_table *table, unsigned field_count)
{
	CU_ASSERT_TRUE_FATAL(field_count <= TSV_FIELDS_MAX);
	do {
		if (fgets(table->line, sizeof(table->line), table->file) == NULL) {
			return false;
		}
		table->line_number++;
		CU_ASSERT_PTR_NOT_NULL_FATAL(strchr(table->line, '\n')); // a row too long
	} while (table->line[0] == '#' || table->line[0] == '\n');
	table->line[strcspn(table->line, "\n")] = '\0';
	char *rest = table->line;
	unsigned count = 0;
	for (char *field; (field = strsep(&rest, "\t")) != NULL; count++) {
		CU_ASSERT_TRUE_FATAL(count < field_count);
		table->fields[count] = field;
	}
	CU_ASSERT_EQUAL_FATAL(count, field_count);
	table->row_count++;
	return true;
}

static inline void tsv_table_close(struct tsv_table *table)
{
	(void)fclose(table->file);
}
