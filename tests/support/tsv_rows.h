// SPDX-License-Identifier: BSD-3-Clause
// Rows of a table file for data-driven tests: tab-separated, '#' begins a comment line, the first other line is the
// heading. "-" stands for an empty field. Any fault of the table ends the program: a test without its rows tests nothing.
//
//	struct tsv_rows rows;
//	tsv_open(&rows, TABLES "/cases.tsv", 3);
//	while (tsv_next(&rows)) { ... rows.fields[0] ... }

#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TSV_LINE_MAX 4096
#define TSV_FIELDS_MAX 24

struct tsv_rows {
	const char *path;
	FILE *file;
	unsigned field_count;
	unsigned line_number;
	unsigned row_count;
	char line[TSV_LINE_MAX];
	const char *fields[TSV_FIELDS_MAX]; // valid until the next row
};

static inline void tsv_fail(const struct tsv_rows *rows, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", rows->path, rows->line_number, what);
	exit(EXIT_FAILURE);
}

static inline bool tsv_next(struct tsv_rows *rows)
{
	while (fgets(rows->line, sizeof(rows->line), rows->file) != NULL) {
		char *rest = rows->line;
		unsigned count = 0;
		rows->line_number++;
		rest[strcspn(rest, "\n")] = '\0';
		if (rest[0] == '#' || rest[0] == '\0') {
			continue;
		}
		for (char *field; (field = strsep(&rest, "\t")) != NULL;) {
			if (count == TSV_FIELDS_MAX) {
				tsv_fail(rows, "too many fields");
			}
			rows->fields[count++] = strcmp(field, "-") == 0 ? "" : field;
		}
		if (count != rows->field_count) {
			tsv_fail(rows, "another number of fields than the test reads");
		}
		rows->row_count++;
		return true;
	}
	fclose(rows->file);
	return false;
}

// Skips the heading.
static inline void tsv_open(struct tsv_rows *rows, const char *path, unsigned field_count)
{
	*rows = (struct tsv_rows) {.path = path, .field_count = field_count};
	rows->file = fopen(path, "r");
	if (rows->file == NULL) {
		tsv_fail(rows, "cannot be read");
	}
	if (!tsv_next(rows)) {
		tsv_fail(rows, "has no heading");
	}
	rows->row_count = 0;
}
