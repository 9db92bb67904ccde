// SPDX-License-Identifier: BSD-3-Clause
// The self-audit table as text and JSON. Bodies are ASCII, but their escapes may stand for control characters: those are
// printed as a question mark.

#include "audit/audit_report.h"

#include <inttypes.h>

static void write_text(FILE *output, const char *text, int width)
{
	int count = 0;
	for (; *text != '\0'; text++, count++) {
		bool is_plain = *text > ' ' && *text <= '~';
		fputc(is_plain ? *text : '?', output);
	}
	fprintf(output, "%*s", count < width ? width - count + 1 : 1, "");
}

void audit_report_write_header(FILE *output)
{
	fprintf(output, "%-36s %-32s %-5s %7s %8s %7s %-7s %s\n", "ORDER", "IDENTIFIER", "CHECK",
		"ATTEMPT", "EXPECTED", "PRESENT", "QUORUM", "MISSING");
}

void audit_report_write_row(const struct audit_report_row *row, FILE *output)
{
	write_text(output, row->order_id, 36);
	write_text(output, row->identifier, 32);
	fprintf(output, "%-5s %7u %8u %7u ", row->check, row->attempt, row->expected_count,
		row->present_count);
	write_text(output, row->quorum == NULL ? "missing" : row->quorum, 7);
	bool is_complete = true;
	for (size_t i = 0; i < json_array_size(row->entries); i++) {
		const json_t *entry = json_array_get(row->entries, i);
		const char *name = json_string_value(json_object_get(entry, "perspective"));
		if (name != NULL && json_is_null(json_object_get(entry, "sequence"))) {
			write_text(output, name, 0);
			is_complete = false;
		}
	}
	fputs(is_complete ? "-\n" : "\n", output);
}

void audit_report_write_totals(const struct audit_report_totals *totals, FILE *output)
{
	fprintf(output,
		"orders: %" PRIu64 "\nidentifiers: %" PRIu64 "\nexpected entries: %" PRIu64
		"\npresent entries: %" PRIu64 "\nmissing entries: %" PRIu64
		"\nduplicate entries: %" PRIu64 "\nundeclared entries: %" PRIu64
		"\norders without a decision: %" PRIu64 "\n",
		totals->order_count, totals->identifier_count, totals->expected_count,
		totals->present_count, totals->missing_count, totals->duplicate_count,
		totals->undeclared_count, totals->undecided_order_count);
}

json_t *audit_report_row_json(const struct audit_report_row *row)
{
	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:i, s:i, s:i, s:s?, s:O}", "order_sequence",
			 (json_int_t)row->order_sequence, "time_us", (json_int_t)row->order_time_us,
			 "order_id", row->order_id, "identifier", row->identifier, "check",
			 row->check, "attempt", (int)row->attempt, "expected_count",
			 (int)row->expected_count, "present_count", (int)row->present_count,
			 "quorum", row->quorum, "entries", row->entries);
}

json_t *audit_report_totals_json(const struct audit_report_totals *totals)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "order_count",
			 (json_int_t)totals->order_count, "identifier_count",
			 (json_int_t)totals->identifier_count, "expected_count",
			 (json_int_t)totals->expected_count, "present_count",
			 (json_int_t)totals->present_count, "missing_count",
			 (json_int_t)totals->missing_count, "duplicate_count",
			 (json_int_t)totals->duplicate_count, "undeclared_count",
			 (json_int_t)totals->undeclared_count, "undecided_order_count",
			 (json_int_t)totals->undecided_order_count);
}
