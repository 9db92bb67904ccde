// SPDX-License-Identifier: BSD-3-Clause

#include "hostile_report.h"

#include <jansson.h>

static json_t *make_checks(const char *primary)
{
	return json_pack("{s:s, s:s, s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}]}",
			 "primary", primary, "quorum", "3/5", "missed", "name", "gru-1", "result",
			 "error", "message", "no answer within 5 s " HOSTILE_QUOTES, "name",
			 HOSTILE_MARKUP, "result", "error", "message",
			 "no answer within 5 s " HOSTILE_QUOTES, "name", "nrt-1", "result", "fail",
			 "message", "the record says " HOSTILE_MARKUP HOSTILE_MARKS);
}

static json_t *make_reasons(void)
{
	return json_pack("[{s:s, s:s, s:s, s:i}]", "check", "dcv", "code", "quorum-missed",
			 "message", "more remotes failed than the quorum allows" HOSTILE_MARKUP,
			 "identifiers", 2);
}

static json_t *make_diagnosis(void)
{
	return json_pack("[{s:s, s:s, s:i, s:i}, {s:s, s:s, s:i, s:i}]", "code", "http-geo-blocked",
			 "advice", "Exempt the path below /.well-known/ from geographic rules.",
			 "failing", 1, "passing", 3, "code", HOSTILE_MARKUP, "advice",
			 HOSTILE_QUOTES HOSTILE_MARKS, "failing", 1, "passing", 0);
}

static json_t *make_row(size_t i)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:[s], s:o, s:o, s:o, s:o}", "line",
			 (json_int_t)i + 1, "pointer", "/identifiers/0", "order",
			 "01J" HOSTILE_QUOTES, "reference", HOSTILE_MARKUP, "identifier",
			 i % 2 == 0 ? "www.example.test" : HOSTILE_MARKUP HOSTILE_MARKS, "type",
			 "dns", "validation_method", "acme-http-01", "failed", "dcv", "dcv",
			 make_checks("pass"), "caa",
			 i % 3 == 0 ? json_null() : make_checks("permit"), "reasons",
			 make_reasons(), "diagnosis", make_diagnosis());
}

static json_t *make_perspectives(void)
{
	return json_pack("[{s:s, s:s, s:i, s:i, s:i, s:i}, {s:s, s:s, s:i, s:i, s:i, s:i}]", "name",
			 "gru-1", "rir", "LACNIC", "dcv_checks", 40, "dcv_missed", 12, "caa_checks",
			 40, "caa_missed", 0, "name", HOSTILE_MARKUP, "rir", HOSTILE_QUOTES,
			 "dcv_checks", 40, "dcv_missed", 1, "caa_checks", 0, "caa_missed", 0);
}

json_t *hostile_report(size_t failing_rows)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < failing_rows; i++) {
		json_array_append_new(rows, make_row(i));
	}
	json_t *summary = json_pack(
		"{s:{s:i, s:i, s:i, s:i, s:i}, s:{s:i, s:i, s:I}, s:o, s:o, s:o, s:i, s:i, s:s, "
		"s:s, s:s, s:s, s:s}",
		"orders", "total", 44, "pass", 38, "fail", 2, "faulty", 2, "not_run", 2,
		"identifiers", "total", 80, "pass", 78, "fail", (json_int_t)failing_rows, "reasons",
		make_reasons(), "diagnosis", make_diagnosis(), "perspectives", make_perspectives(),
		"rows_left_out", 3, "unread_from_line", 45, "input", HOSTILE_MARKUP, "started",
		"2026-11-23T17:00:00.000000Z", "finished", "2026-11-23T17:01:00.000000Z", "end",
		"interrupted", "fault", HOSTILE_QUOTES);
	return json_pack("{s:o, s:o, s:[{s:i, s:s, s:s}], s:[{s:i, s:s}]}", "summary", summary,
			 "failing", rows, "faulty", "line", 7, "pointer", "/" HOSTILE_QUOTES,
			 "message", HOSTILE_MARKUP " is not an order", "not_run", "line", 9,
			 "message", "the daemon was lost before it answered" HOSTILE_MARKS);
}
