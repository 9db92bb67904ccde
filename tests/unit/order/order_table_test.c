// SPDX-License-Identifier: BSD-3-Clause
// Orders in flight: what is asked, deadlines, attempts.

#include "order_fixture.h"

#include "check/check_request.h"

#include <stdio.h>

TEST(perspectives_are_asked_the_same_and_at_the_same_time)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	order_fixture_hold(&fixture, true);
	struct order *order =
		order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	char id[ORDER_ID_TEXT_MAX];
	struct order_view view;
	snprintf(id, sizeof(id), "%s", order_id(order));
	CU_ASSERT(order_fixture_wait_pending(&fixture, 12)); // none has answered yet
	CU_ASSERT(order_table_find(fixture.table, id, &view));
	CU_ASSERT_EQUAL(view.ending, ORDER_ENDING_NOT_EVALUATED);
	order_fixture_hold(&fixture, false);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT(order_table_find(fixture.table, id, &view));
	CU_ASSERT_EQUAL(view.ending, ORDER_DECIDED);
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "id"), id);
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/perspectives/4/name"),
			       "jnb-1");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/caa/usable_until"),
			       "2026-11-23T20:00:00.000000Z");
	CU_ASSERT_EQUAL(fixture.diagnosed_count, 0);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(a_check_that_is_asked_can_be_read_by_a_perspective)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 2);
	order_fixture_open(&fixture);
	struct order_perspective primary = fixture.panel->primary;
	CU_ASSERT_STRING_EQUAL(primary.facts.name, "ams-1");
	order_fixture_hold(&fixture, true);
	struct order *order = order_fixture_start(
		&fixture,
		"{\"profile\":\"smime\",\"account_uri\":\"https://ca.test/a/1\","
		"\"issuer_domains\":[\"ca2.test\"],\"identifiers\":["
		"{\"type\":\"dns\",\"value\":\"a.b.example.test\","
		"\"authorization_domain\":\"example.test\",\"dcv\":{\"validation_method\":"
		"\"dns-change\",\"challenge_value\":\"abcdefghijklmnopqrstuvwx\","
		"\"dns_record_type\":\"TXT\"}}]}");
	CU_ASSERT(order_fixture_wait_pending(&fixture, 6));
	json_t *checks = order_fixture_pending_checks(&fixture);
	CU_ASSERT_EQUAL_FATAL(json_array_size(checks), 6);
	for (size_t i = 0; i < json_array_size(checks); i++) {
		struct identifier_rules rules = {.suffixes = fixture.suffixes};
		struct json_fault fault = {.text = ""};
		struct check_request *request =
			check_request_read(json_array_get(checks, i), &rules, &fault);
		CU_ASSERT_PTR_NOT_NULL_FATAL(request);
		CU_ASSERT_STRING_EQUAL(request->identifier.text, "a.b.example.test");
		CU_ASSERT_EQUAL(request->profile, PROFILE_SMIME);
		CU_ASSERT_EQUAL(request->time_s, FIXTURE_NOW_S);
		if (request->kind == CHECK_KIND_DCV) {
			CU_ASSERT_STRING_EQUAL(request->authorization_domain, "example.test");
			CU_ASSERT_EQUAL(request->dcv.parameters.method, DCV_DNS_CHANGE);
		} else {
			CU_ASSERT_STRING_EQUAL(request->issuer_domains[0], "ca2.test");
			CU_ASSERT_STRING_EQUAL(request->account_uri, "https://ca.test/a/1");
			CU_ASSERT_EQUAL(request->caa_method, DCV_DNS_CHANGE);
		}
		check_request_free(request);
	}
	json_decref(checks);
	order_abandon(order);
	CU_ASSERT(order_fixture_wait_idle(&fixture));
	order_fixture_fini(&fixture);
}

TEST(a_remote_that_never_answers_is_a_miss_at_the_deadline)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.check_timeout_ms = 50;
	fixture.perspectives[3].dcv = "S";
	fixture.perspectives[3].caa = "S";
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "4/5");
	const json_t *row = answer_get(fixture.answer, "identifiers/0/dcv/perspectives/2");
	CU_ASSERT_STRING_EQUAL(answer_text(row, "name"), "sin-1");
	CU_ASSERT_STRING_EQUAL(answer_text(row, "result"), "error");
	CU_ASSERT_STRING_EQUAL(answer_text(row, "detail/reason"), "timeout");
	CU_ASSERT_EQUAL(fixture.perspectives[3].cancelled_count, 2);
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/diagnosis/0/code"),
			       "dns-differs-by-location");
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(the_orders_deadline_ends_it_and_unasked_identifiers_are_refused)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.order_timeout_ms = 60;
	fixture.limits.identifiers_at_a_time = 1;
	order_fixture_open(&fixture);
	order_fixture_hold(&fixture, true);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test") "," ORDER_DNS_01(
					      "b.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/1/value"),
			       "b.example.test");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/1/dcv/primary"), "error");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/1/reasons/0/code"),
			       "primary-error");
	CU_ASSERT_EQUAL(json_integer_value(answer_get(fixture.answer, "identifiers/1/attempts")),
			0);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_CHECK), 12);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(a_second_answer_changes_nothing)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[0].dcv = "2";
	fixture.perspectives[1].dcv = "2";
	fixture.perspectives[2].dcv = "2";
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "5/5");
	CU_ASSERT_EQUAL(order_fixture_statistics(&fixture).repeated, 3);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

// Vector 115: A and B corroborate first, then C and D: merged they would be 4/4.
TEST(nothing_is_carried_over_to_the_next_attempt)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 4);
	fixture.perspectives[1].dcv = fixture.perspectives[2].dcv = "PF";
	fixture.perspectives[3].dcv = fixture.perspectives[4].dcv = "FP";
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, "{\"max_attempts\":2,\"identifiers\":[" ORDER_DNS_01(
					      "a.example.test") "]}");
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "2/4");
	CU_ASSERT_EQUAL(json_integer_value(answer_get(fixture.answer, "identifiers/0/attempts")),
			2);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_CHECK), 20);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_QUORUM), 4);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(an_attempt_that_passes_is_the_last_one)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[1].dcv = fixture.perspectives[2].dcv = "FPF";
	order_fixture_open(&fixture);
	order_fixture_start(
		&fixture,
		"{\"max_attempts\":3,\"reference\":\"4711\",\"identifiers\":[" ORDER_DNS_01(
			"a.example.test") "]}");
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "reference"), "4711");
	CU_ASSERT_EQUAL(json_integer_value(answer_get(fixture.answer, "identifiers/0/attempts")),
			2);
	CU_ASSERT_EQUAL(order_fixture_statistics(&fixture).attempts, 2);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST_MAIN(order_table, T(perspectives_are_asked_the_same_and_at_the_same_time),
	  T(a_check_that_is_asked_can_be_read_by_a_perspective),
	  T(a_remote_that_never_answers_is_a_miss_at_the_deadline),
	  T(the_orders_deadline_ends_it_and_unasked_identifiers_are_refused),
	  T(a_second_answer_changes_nothing), T(nothing_is_carried_over_to_the_next_attempt),
	  T(an_attempt_that_passes_is_the_last_one))
