// SPDX-License-Identifier: BSD-3-Clause
// The mode that an order is decided in, and what counts as a decision.

#include "order_fixture.h"

TEST(an_order_keeps_the_mode_and_the_perspectives_of_its_start)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.mode = MODE_REPORT_ONLY;
	fixture.perspectives[1].dcv = fixture.perspectives[2].dcv = "F";
	order_fixture_open(&fixture);
	order_fixture_hold(&fixture, true);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait_pending(&fixture, 12));
	fixture.mode = MODE_ENFORCE;
	struct order_panel *smaller = order_fixture_panel(&fixture, 4);
	order_table_set_panel(fixture.table, smaller);
	order_panel_release(smaller);
	order_fixture_hold(&fixture, false);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "mode"), "report-only");
	CU_ASSERT_FALSE(json_is_true(answer_get(fixture.answer, "mode_compliant")));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "enforced_decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "3/5");
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 2));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "mode"), "enforce");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "2/4");
	struct order_statistics statistics = order_fixture_statistics(&fixture);
	CU_ASSERT_EQUAL(statistics.would_refuse[MODE_REPORT_ONLY], 1);
	CU_ASSERT_EQUAL(statistics.refused[MODE_ENFORCE], 1);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(an_order_for_readiness_is_decided_in_report_only_mode_and_says_so)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[1].dcv = fixture.perspectives[2].dcv = "F";
	fixture.mode = MODE_ENFORCE;
	fixture.is_for_readiness = true;
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "purpose"), "readiness");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "mode"), "report-only");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "enforced_decision"), "refuse");
	CU_ASSERT(json_is_true(answer_get(fixture.answer, "hypothetical"))); // no permission
	struct order_statistics statistics = order_fixture_statistics(&fixture);
	CU_ASSERT_EQUAL(statistics.hypothetical, 1);
	CU_ASSERT_EQUAL(statistics.issued[MODE_REPORT_ONLY], 0);
	fixture.is_for_readiness = false;
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 2));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "purpose"), "issuance");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "mode"), "enforce");
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(an_answer_by_the_rules_of_another_date_counts_as_no_decision)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[1].dcv = fixture.perspectives[2].dcv = "F";
	fixture.mode = MODE_REPORT_ONLY;
	order_fixture_open(&fixture);
	order_fixture_start(
		&fixture, "{\"decide_at\":\"2025-03-20T00:00:00Z\",\"identifiers\":[" ORDER_DNS_01(
				  "a.example.test") "]}");
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT(json_is_true(answer_get(fixture.answer, "hypothetical")));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	struct order_statistics statistics = order_fixture_statistics(&fixture);
	CU_ASSERT_EQUAL(statistics.hypothetical, 1);
	CU_ASSERT_EQUAL(statistics.issued[MODE_REPORT_ONLY], 0);
	CU_ASSERT_EQUAL(statistics.would_refuse[MODE_REPORT_ONLY], 0);
	CU_ASSERT_EQUAL(statistics.identifiers, 0);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 2));
	statistics = order_fixture_statistics(&fixture);
	CU_ASSERT_EQUAL(statistics.hypothetical, 1);
	CU_ASSERT_EQUAL(statistics.issued[MODE_REPORT_ONLY], 1);
	CU_ASSERT_EQUAL(statistics.would_refuse[MODE_REPORT_ONLY], 1);
	CU_ASSERT_EQUAL(statistics.identifiers, 1);
	CU_ASSERT_EQUAL(statistics.reasons[REFUSAL_QUORUM_MISSED], 1);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST_MAIN(order_mode, T(an_order_keeps_the_mode_and_the_perspectives_of_its_start),
	  T(an_order_for_readiness_is_decided_in_report_only_mode_and_says_so),
	  T(an_answer_by_the_rules_of_another_date_counts_as_no_decision))
