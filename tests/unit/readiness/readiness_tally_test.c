// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include "readiness/json_keep.h"
#include "readiness/readiness_tally.h"
#include "readiness_server.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>

static struct readiness_tally tally;

static json_t *order_of(const char *first, const char *second)
{
	return json_pack("{s:[{s:s},{s:s}]}", "identifiers", "value", first, "value", second);
}

static void add(uint64_t line, bool fails)
{
	json_t *order = order_of("a.test", "b.test");
	json_t *answer = readiness_answer(order, "report-only", fails);
	CU_ASSERT_EQUAL(readiness_tally_answer(&tally, line, answer), 0);
	json_decref(answer);
	json_decref(order);
}

// The entry of an array whose member is so.
static const json_t *find(const json_t *rows, const char *key, const char *text)
{
	const json_t *row;
	size_t i;
	json_array_foreach(rows, i, row)
	{
		if (strcmp(json_text(row, key), text) == 0) {
			return row;
		}
	}
	return NULL;
}

TEST(totals_reasons_codes_and_perspectives_are_counted)
{
	readiness_tally_init(&tally);
	add(3, true);
	add(1, false);
	add(2, true);
	json_t *report = readiness_tally_report(&tally);
	const json_t *summary = json_object_get(report, "summary");
	const json_t *identifiers = json_object_get(summary, "identifiers");
	CU_ASSERT_EQUAL(json_count(identifiers, "total"), 6);
	CU_ASSERT_EQUAL(json_count(identifiers, "pass"), 4);
	CU_ASSERT_EQUAL(json_count(identifiers, "fail"), 2);
	const json_t *reason = find(json_object_get(summary, "reasons"), "code", "quorum-missed");
	CU_ASSERT_EQUAL(json_count(reason, "identifiers"), 2);
	CU_ASSERT_STRING_EQUAL(json_text(reason, "check"), "dcv");
	const json_t *code =
		find(json_object_get(summary, "diagnosis"), "code", "http-geo-blocked");
	CU_ASSERT_EQUAL(json_count(code, "failing"), 2);
	CU_ASSERT_EQUAL(json_count(code, "passing"), 0);
	CU_ASSERT_STRING_EQUAL(json_text(code, "advice"),
			       "Exempt the challenge's path from geographic rules.");
	const json_t *perspectives = json_object_get(summary, "perspectives");
	const json_t *gru = find(perspectives, "name", "gru-1");
	CU_ASSERT_EQUAL(json_count(gru, "dcv_checks"), 2);
	CU_ASSERT_EQUAL(json_count(gru, "dcv_missed"), 2);
	CU_ASSERT_STRING_EQUAL(json_text(gru, "rir"), "LACNIC");
	const json_t *fra = find(perspectives, "name", "fra-1");
	CU_ASSERT_EQUAL(json_count(fra, "dcv_checks"), 6);
	CU_ASSERT_EQUAL(json_count(fra, "dcv_missed"), 0);
	CU_ASSERT_EQUAL(json_count(fra, "caa_checks"), 4); // the failing ones need no CAA
	CU_ASSERT_EQUAL(json_count(find(perspectives, "name", "primary"), "dcv_checks"), 6);
	json_decref(report);
	readiness_tally_fini(&tally);
}

TEST(rows_are_sorted_by_line_and_say_who_missed_what)
{
	readiness_tally_init(&tally);
	add(30, true);
	add(4, true);
	json_t *report = readiness_tally_report(&tally);
	const json_t *rows = json_object_get(report, "failing");
	CU_ASSERT_EQUAL(json_array_size(rows), 2);
	const json_t *row = json_array_get(rows, 0);
	CU_ASSERT_EQUAL(json_count(row, "line"), 4);
	CU_ASSERT_STRING_EQUAL(json_text(row, "order"), "01JTEST");
	CU_ASSERT_STRING_EQUAL(json_text(row, "validation_method"), "acme-http-01");
	const json_t *dcv = json_object_get(row, "dcv");
	CU_ASSERT_STRING_EQUAL(json_text(dcv, "quorum"), "3/5");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(dcv, "missed")), 2);
	CU_ASSERT_STRING_EQUAL(json_text(json_array_get(json_object_get(dcv, "missed"), 1), "name"),
			       "nrt-1");
	CU_ASSERT_TRUE(json_is_null(json_object_get(row, "caa")));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(json_object_get(row, "failed"), 0)),
			       "dcv");
	json_decref(report);
	readiness_tally_fini(&tally);
}

// When the primary fails, remotes that pass corroborate nothing, and yet they missed nothing.
TEST(a_primary_that_fails_is_told_and_not_the_remotes_that_pass)
{
	json_t *answer = json_pack(
		"{s:s, s:s, s:[{s:s, s:s, s:{s:s, s:s, s:{s:s, s:s}, s:[{s:s, s:s, s:b}]}}]}",
		"mode", "report-only", "enforced_decision", "refuse", "identifiers", "value",
		"a.test", "enforced_decision", "refuse", "dcv", "primary", "fail", "quorum", "0/5",
		"primary_detail", "message", "not there", "dnssec", "indeterminate", "perspectives",
		"name", "fra-1", "result", "pass", "corroborates", false);
	readiness_tally_init(&tally);
	CU_ASSERT_EQUAL(readiness_tally_answer(&tally, 1, answer), 0);
	json_t *report = readiness_tally_report(&tally);
	const json_t *row = json_array_get(json_object_get(report, "failing"), 0);
	const json_t *missed = json_object_get(json_object_get(row, "dcv"), "missed");
	CU_ASSERT_STRING_EQUAL(json_text(json_object_get(row, "dcv"), "dnssec"), "indeterminate");
	CU_ASSERT_EQUAL(json_array_size(missed), 1);
	CU_ASSERT_STRING_EQUAL(json_text(json_array_get(missed, 0), "name"), "primary");
	CU_ASSERT_STRING_EQUAL(json_text(json_array_get(missed, 0), "message"), "not there");
	json_decref(report);
	json_decref(answer);
	readiness_tally_fini(&tally);
}

static int error_of(const char *text)
{
	json_t *answer = json_loads(text, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL(answer);
	int error = readiness_tally_answer(&tally, 1, answer);
	json_decref(answer);
	return error;
}

TEST(an_answer_that_cannot_be_read_counts_for_nothing)
{
	readiness_tally_init(&tally);
#define IDENTIFIER(decision) "{\"value\":\"a.test\",\"enforced_decision\":\"" decision "\"}"
#define ANSWER(mode, decision, rows)                                                               \
	"{\"mode\":\"" mode "\",\"enforced_decision\":\"" decision "\",\"identifiers\":" rows "}"
	CU_ASSERT_EQUAL(error_of("[]"), -EPROTO);
	CU_ASSERT_EQUAL(error_of("{}"), -EPROTO);
	CU_ASSERT_EQUAL(error_of(ANSWER("report-only", "issue", "[]")), -EPROTO);
	CU_ASSERT_EQUAL(error_of(ANSWER("report-only", "issue", "[1]")), -EPROTO);
	CU_ASSERT_EQUAL(error_of(ANSWER("report-only", "", "[" IDENTIFIER("issue") "]")), -EPROTO);
	CU_ASSERT_EQUAL(error_of(ANSWER("report-only", "issue", "[" IDENTIFIER("maybe") "]")),
			-EPROTO);
	CU_ASSERT_EQUAL(error_of(ANSWER("report-only", "issue", "[{\"value\":\"a.test\"}]")),
			-EPROTO);
	// It contradicts itself.
	CU_ASSERT_EQUAL(error_of(ANSWER("report-only", "issue", "[" IDENTIFIER("refuse") "]")),
			-EPROTO);
	CU_ASSERT_EQUAL(error_of(ANSWER("report-only", "refuse", "[" IDENTIFIER("issue") "]")),
			-EPROTO);
	CU_ASSERT_EQUAL(error_of(ANSWER("enforce", "issue", "[" IDENTIFIER("issue") "]")), -EPERM);
	CU_ASSERT_EQUAL(error_of(ANSWER("", "issue", "[" IDENTIFIER("issue") "]")), -EPERM);
	CU_ASSERT_EQUAL(tally.identifiers + tally.orders_passed + tally.orders_failed, 0);
	CU_ASSERT_EQUAL(error_of(ANSWER("report-only", "issue", "[" IDENTIFIER("issue") "]")), 0);
	CU_ASSERT_EQUAL(tally.orders_passed, 1);
	readiness_tally_fini(&tally);
}

TEST(rows_beyond_the_limit_are_counted_and_not_kept)
{
	readiness_tally_init(&tally);
	for (uint64_t i = 0; i < READINESS_ROWS_MAX + 7; i++) {
		readiness_tally_not_run(&tally, i + 1, "the daemon was lost");
	}
	CU_ASSERT_EQUAL(tally.orders_not_run, READINESS_ROWS_MAX + 7);
	CU_ASSERT_EQUAL(tally.rows_left_out, 7);
	CU_ASSERT_EQUAL(json_array_size(tally.not_run), READINESS_ROWS_MAX);
	readiness_tally_fini(&tally);
}

TEST(text_that_is_not_utf8_is_kept_readable)
{
	const struct order_fault fault = {.text = "\"caf\xe9\" is not an order"};
	readiness_tally_init(&tally);
	readiness_tally_fault(&tally, 1, &fault);
	CU_ASSERT_STRING_EQUAL(json_text(json_array_get(tally.faulty, 0), "message"),
			       "\"caf?\" is not an order");
	readiness_tally_fini(&tally);
}

TEST_MAIN(readiness_tally, T(totals_reasons_codes_and_perspectives_are_counted),
	  T(rows_are_sorted_by_line_and_say_who_missed_what),
	  T(a_primary_that_fails_is_told_and_not_the_remotes_that_pass),
	  T(an_answer_that_cannot_be_read_counts_for_nothing),
	  T(rows_beyond_the_limit_are_counted_and_not_kept),
	  T(text_that_is_not_utf8_is_kept_readable))
