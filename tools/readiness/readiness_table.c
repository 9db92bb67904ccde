// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/readiness_table.h"

#include "ctl/table.h"
#include "readiness/json_keep.h"

#include <jansson.h>

#include <string.h>

#define CELL_MAX 512

// Appends "separator text"; what does not fit ends with "...".
static void append(char *cell, const char *separator, const char *text)
{
	size_t used = strlen(cell);
	int length =
		snprintf(cell + used, CELL_MAX - used, "%s%s", used > 0 ? separator : "", text);
	if (length >= 0 && used + (size_t)length >= CELL_MAX) {
		memcpy(cell + CELL_MAX - 4, "...", 4);
	}
}

static void add_count(struct table *table, const json_t *object, const char *key)
{
	table_add_number(table, (long long)json_count(object, key));
}

static void heading(struct table *table, unsigned count, const char *const *names)
{
	table_init(table, count);
	for (unsigned i = 0; i < count; i++) {
		table_add(table, names[i]);
	}
}

static void finish(struct table *table, const char *title, FILE *out)
{
	if (table->row_count > 1) {
		fprintf(out, "\n%s\n", title);
		table_print(table, "  ", out);
	}
	table_fini(table);
}

static void print_totals(const json_t *summary, FILE *out)
{
	static const char *const names[] = {"", "TOTAL", "PASS", "FAIL", "FAULTY", "NOT RUN"};
	const json_t *orders = json_object_get(summary, "orders");
	const json_t *identifiers = json_object_get(summary, "identifiers");
	struct table table;
	heading(&table, 6, names);
	table_add(&table, "orders");
	add_count(&table, orders, "total");
	add_count(&table, orders, "pass");
	add_count(&table, orders, "fail");
	add_count(&table, orders, "faulty");
	add_count(&table, orders, "not_run");
	table_add(&table, "identifiers");
	add_count(&table, identifiers, "total");
	add_count(&table, identifiers, "pass");
	add_count(&table, identifiers, "fail");
	table_add(&table, "-");
	table_add(&table, "-");
	finish(&table, "Under enforcement", out);
}

static void print_reasons(const json_t *summary, FILE *out)
{
	static const char *const names[] = {"IDENTIFIERS", "CHECK", "REASON", "MEANING"};
	struct table table;
	const json_t *entry;
	size_t i;
	heading(&table, 4, names);
	json_array_foreach(json_object_get(summary, "reasons"), i, entry)
	{
		add_count(&table, entry, "identifiers");
		table_add(&table, json_text(entry, "check"));
		table_add(&table, json_text(entry, "code"));
		table_add(&table, json_text(entry, "message"));
	}
	finish(&table, "Why they would be refused", out);
}

static void print_diagnosis(const json_t *summary, FILE *out)
{
	const json_t *entries = json_object_get(summary, "diagnosis");
	if (json_array_size(entries) == 0) {
		return;
	}
	const json_t *entry;
	size_t i;
	fputs("\nWhat to mend\n", out);
	json_array_foreach(entries, i, entry)
	{
		fputs("  ", out);
		print_safe(out, json_text(entry, "code"), strlen(json_text(entry, "code")));
		fprintf(out, ": %llu would fail, %llu pass all the same\n      ",
			(unsigned long long)json_count(entry, "failing"),
			(unsigned long long)json_count(entry, "passing"));
		print_safe(out, json_text(entry, "advice"), strlen(json_text(entry, "advice")));
		fputc('\n', out);
	}
}

static void print_perspectives(const json_t *summary, FILE *out)
{
	static const char *const names[] = {"PERSPECTIVE", "REGION",     "DCV CHECKS",
					    "MISSED",      "CAA CHECKS", "MISSED"};
	struct table table;
	const json_t *entry;
	size_t i;
	heading(&table, 6, names);
	json_array_foreach(json_object_get(summary, "perspectives"), i, entry)
	{
		table_add(&table, json_text(entry, "name"));
		table_add(&table,
			  json_text(entry, "rir")[0] != '\0' ? json_text(entry, "rir") : "-");
		add_count(&table, entry, "dcv_checks");
		add_count(&table, entry, "dcv_missed");
		add_count(&table, entry, "caa_checks");
		add_count(&table, entry, "caa_missed");
	}
	finish(&table, "By perspective", out);
}

static void add_checks(struct table *table, const json_t *row, const char *key)
{
	const json_t *checks = json_object_get(row, key);
	char cell[CELL_MAX] = "";
	append(cell, " ", json_text(checks, "primary"));
	append(cell, " ", json_text(checks, "quorum"));
	table_add(table, cell[0] != '\0' ? cell : "-");
}

static void add_missed(struct table *table, const json_t *row)
{
	static const char *const keys[] = {"dcv", "caa"};
	char cell[CELL_MAX] = "";
	for (size_t set = 0; set < 2; set++) {
		const json_t *missed = json_object_get(json_object_get(row, keys[set]), "missed");
		const json_t *entry;
		size_t i;
		json_array_foreach(missed, i, entry)
		{
			char name[CELL_MAX];
			snprintf(name, sizeof(name), "%s%s", set == 1 ? "caa:" : "",
				 json_text(entry, "name"));
			append(cell, ",", name);
		}
	}
	table_add(table, cell[0] != '\0' ? cell : "-");
}

static void add_codes(struct table *table, const json_t *row)
{
	char cell[CELL_MAX] = "";
	const json_t *entry;
	size_t i;
	json_array_foreach(json_object_get(row, "diagnosis"), i, entry)
	{
		append(cell, ",", json_text(entry, "code"));
	}
	if (cell[0] == '\0') {
		json_array_foreach(json_object_get(row, "reasons"), i, entry)
		{
			append(cell, ",", json_text(entry, "code"));
		}
	}
	table_add(table, cell[0] != '\0' ? cell : "-");
}

static void print_failing(const json_t *report, FILE *out)
{
	static const char *const names[] = {"LINE", "IDENTIFIER", "METHOD", "DCV",
					    "CAA",  "MISSED BY",  "WHY"};
	struct table table;
	const json_t *row;
	size_t i;
	heading(&table, 7, names);
	json_array_foreach(json_object_get(report, "failing"), i, row)
	{
		add_count(&table, row, "line");
		table_add(&table, json_text(row, "identifier"));
		table_add(&table, json_text(row, "validation_method"));
		add_checks(&table, row, "dcv");
		add_checks(&table, row, "caa");
		add_missed(&table, row);
		add_codes(&table, row);
	}
	finish(&table, "Identifiers that would fail", out);
}

static void print_problems(const json_t *rows, const char *title, FILE *out)
{
	size_t count = json_array_size(rows);
	if (count == 0) {
		return;
	}
	fprintf(out, "\n%s\n", title);
	for (size_t i = 0; i < count && i < READINESS_TABLE_PROBLEMS_MAX; i++) {
		const json_t *row = json_array_get(rows, i);
		const char *pointer = json_text(row, "pointer");
		const char *message = json_text(row, "message");
		fprintf(out, "  line %llu: ", (unsigned long long)json_count(row, "line"));
		print_safe(out, pointer, strlen(pointer));
		fputs(pointer[0] != '\0' ? ": " : "", out);
		print_safe(out, message, strlen(message));
		fputc('\n', out);
	}
	if (count > READINESS_TABLE_PROBLEMS_MAX) {
		fprintf(out, "  and %zu more; --json and --html list them\n",
			count - READINESS_TABLE_PROBLEMS_MAX);
	}
}

void readiness_table_print(const json_t *report, FILE *out)
{
	const json_t *summary = json_object_get(report, "summary");
	const json_t *identifiers = json_object_get(summary, "identifiers");
	fprintf(out, "%llu of %llu identifiers would fail under enforcement, in %llu orders\n",
		(unsigned long long)json_count(identifiers, "fail"),
		(unsigned long long)json_count(identifiers, "total"),
		(unsigned long long)json_count(json_object_get(summary, "orders"), "fail"));
	print_totals(summary, out);
	print_reasons(summary, out);
	print_diagnosis(summary, out);
	print_perspectives(summary, out);
	print_failing(report, out);
	print_problems(json_object_get(report, "faulty"), "Faulty lines", out);
	print_problems(json_object_get(report, "not_run"), "Not run", out);
	uint64_t left_out = json_count(summary, "rows_left_out");
	if (left_out > 0) {
		fprintf(out, "\n%llu rows more were counted and are not listed\n",
			(unsigned long long)left_out);
	}
	uint64_t unread = json_count(summary, "unread_from_line");
	if (unread > 0) {
		fprintf(out, "\nThe input was not read from line %llu on\n",
			(unsigned long long)unread);
	}
}
