// SPDX-License-Identifier: BSD-3-Clause
// Each row of order_decisions.tsv through the whole of an order: asked, decided, recorded, answered.

#include "order_fixture.h"

#include "tsv_rows.h"

#include <stdio.h>
#include <string.h>

enum column {
	NAME,
	DECIDE_AT,
	PROFILE,
	MODE,
	KIND,
	PRIMARY,
	DCV,
	CAA,
	DECISION,
	ENFORCED,
	DCV_QUORUM,
	CAA_QUORUM,
	REASONS,
	COLUMN_COUNT,
};

static void expect(const char *row, const char *what, const char *found, const char *expected)
{
	if (strcmp(found, expected) != 0) {
		printf("%s: %s is \"%s\", expected \"%s\"\n", row, what, found, expected);
		CU_FAIL("a row of the table");
	}
}

static const char *identifier_text(const char *kind)
{
	if (strcmp(kind, "ip") == 0) {
		return "{\"type\":\"ip\",\"value\":\"8.8.8.8\",\"dcv\":{"
		       "\"validation_method\":\"acme-http-01\",\"token\":"
		       "\"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA\","
		       "\"key_authorization\":\"evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA."
		       "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI\"}}";
	}
	return strcmp(kind, "wildcard") == 0 ? ORDER_DNS_01("*.www.example.test")
					     : ORDER_DNS_01("www.example.test");
}

// One letter a perspective, as scripts of one letter.
static void set_scripts(struct order_fixture *fixture, const struct tsv_rows *rows,
			char scripts[FIXTURE_SEATS][2][2])
{
	memset(scripts, 0, sizeof(char[FIXTURE_SEATS][2][2]));
	for (unsigned seat = 0; seat < FIXTURE_SEATS; seat++) {
		bool is_used = seat == 0 || seat - 1 < strlen(rows->fields[DCV]);
		scripts[seat][0][0] = seat == 0 ? rows->fields[PRIMARY][0]
				      : is_used ? rows->fields[DCV][seat - 1]
						: 'P';
		scripts[seat][1][0] = seat == 0 ? rows->fields[PRIMARY][1]
				      : is_used ? rows->fields[CAA][seat - 1]
						: 'P';
		fixture->perspectives[seat].dcv = scripts[seat][0];
		fixture->perspectives[seat].caa = scripts[seat][1];
	}
}

static void judge_reasons(const struct tsv_rows *rows, const json_t *answer)
{
	char found[256] = "";
	const json_t *reasons = answer_get(answer, "identifiers/0/reasons");
	CU_ASSERT(json_is_array(reasons));
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const json_t *reason = json_array_get(reasons, i);
		size_t used = strlen(found);
		snprintf(found + used, sizeof(found) - used, "%s%s:%s", i > 0 ? "," : "",
			 answer_text(reason, "check"), answer_text(reason, "code"));
		CU_ASSERT(answer_text(reason, "message")[0] != '\0');
	}
	expect(rows->fields[NAME], "reasons", found, rows->fields[REASONS]);
}

static void judge_answer(const struct tsv_rows *rows, const json_t *answer)
{
	const char *name = rows->fields[NAME];
	expect(name, "decision", answer_text(answer, "decision"), rows->fields[DECISION]);
	expect(name, "enforced_decision", answer_text(answer, "enforced_decision"),
	       rows->fields[ENFORCED]);
	expect(name, "identifier's decision", answer_text(answer, "identifiers/0/decision"),
	       rows->fields[DECISION]);
	expect(name, "mode", answer_text(answer, "mode"), rows->fields[MODE]);
	expect(name, "DCV quorum", answer_text(answer, "identifiers/0/dcv/quorum"),
	       rows->fields[DCV_QUORUM]);
	expect(name, "CAA quorum", answer_text(answer, "identifiers/0/caa/quorum"),
	       rows->fields[CAA_QUORUM]);
	judge_reasons(rows, answer);
	CU_ASSERT_EQUAL(json_is_true(answer_get(answer, "hypothetical")),
			rows->fields[DECIDE_AT][0] != '\0');
	const char *date =
		rows->fields[DECIDE_AT][0] != '\0' ? rows->fields[DECIDE_AT] : "2026-11-23";
	CU_ASSERT_EQUAL(strncmp(answer_text(answer, "rules_date"), date, 10), 0);
}

static void run_row(const struct tsv_rows *rows)
{
	struct order_fixture fixture;
	char scripts[FIXTURE_SEATS][2][2];
	char text[1024], decide_at[64] = "null";
	if (rows->fields[DECIDE_AT][0] != '\0') {
		snprintf(decide_at, sizeof(decide_at), "\"%s\"", rows->fields[DECIDE_AT]);
	}
	snprintf(text, sizeof(text),
		 "{\"profile\":\"%s\",\"account_uri\":\"https://ca.test/acct/1\",\"decide_at\":%s,"
		 "\"identifiers\":[%s]}",
		 rows->fields[PROFILE], decide_at, identifier_text(rows->fields[KIND]));
	order_fixture_init(&fixture, (unsigned)strlen(rows->fields[DCV]));
	set_scripts(&fixture, rows, scripts);
	fixture.mode = mode_parse(rows->fields[MODE], strlen(rows->fields[MODE]));
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, text);
	CU_ASSERT_FATAL(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL_FATAL(fixture.last.ending, ORDER_DECIDED);
	judge_answer(rows, fixture.answer);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_ORDER), 1);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(every_row_of_the_table_is_decided_as_it_says)
{
	struct tsv_rows rows;
	tsv_open(&rows, TABLES "/order_decisions.tsv", COLUMN_COUNT);
	while (tsv_next(&rows)) {
		run_row(&rows);
	}
	CU_ASSERT(rows.row_count >= 38);
}

// Half an order, decided by the quorum of its own set alone whatever the mode, and never in the words of a whole one.
static void run_half(enum order_scope scope, const char *text, const char *dcv, const char *caa,
		     const char *decision)
{
	struct order_fixture fixture;
	bool is_caa = scope == ORDER_SCOPE_CAA;
	order_fixture_init(&fixture, 5);
	fixture.scope = scope;
	fixture.mode = MODE_REPORT_ONLY;
	for (unsigned seat = 4; seat < 6; seat++) {
		fixture.perspectives[seat].dcv = dcv;
		fixture.perspectives[seat].caa = caa;
	}
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, text);
	CU_ASSERT_FATAL(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "purpose"),
			       is_caa ? "caa-check" : "dcv-check");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), decision);
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "enforced_decision"), decision);
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/decision"), decision);
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "mode"), "enforce");
	CU_ASSERT_TRUE(json_is_null(
		answer_get(fixture.answer, is_caa ? "identifiers/0/dcv" : "identifiers/0/caa")));
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_CHECK), 6);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_QUORUM), 1);
	struct order_statistics statistics;
	order_table_statistics(fixture.table, &statistics);
	CU_ASSERT_EQUAL(statistics.single_checks, 1);
	CU_ASSERT_EQUAL(statistics.issued[MODE_ENFORCE] + statistics.refused[MODE_ENFORCE], 0);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(half_an_order_is_never_told_or_recorded_as_permission_to_issue)
{
	static const char caa[] =
		"{\"identifiers\":[{\"type\":\"dns\",\"value\":\"www.example.test\"}]}";
	static const char dcv[] = ORDER_OF(ORDER_DNS_01("www.example.test"));
	// What the other half would say does not matter: nobody asks.
	run_half(ORDER_SCOPE_DCV, dcv, "P", "F", "check-passed");
	run_half(ORDER_SCOPE_DCV, dcv, "F", "P", "check-refused");
	run_half(ORDER_SCOPE_CAA, caa, "F", "P", "check-passed");
	run_half(ORDER_SCOPE_CAA, caa, "P", "F", "check-refused");
}

TEST_MAIN(order_decision, T(every_row_of_the_table_is_decided_as_it_says),
	  T(half_an_order_is_never_told_or_recorded_as_permission_to_issue))
