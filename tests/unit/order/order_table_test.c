// SPDX-License-Identifier: BSD-3-Clause
// Orders in flight: deadlines, attempts, hang-ups, room, modes, drain.

#include "order_fixture.h"

#include "check/check_request.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void open_with(struct order_fixture *fixture, unsigned remote_count)
{
	order_fixture_init(fixture, remote_count);
	order_fixture_open(fixture);
}

static struct order_statistics statistics_of(struct order_fixture *fixture)
{
	struct order_statistics statistics;
	order_table_statistics(fixture->table, &statistics);
	return statistics;
}

// An order of `count` identifiers by dns-01; to be freed.
static char *order_of_many(unsigned count)
{
	json_t *identifiers = json_array();
	for (unsigned i = 0; i < count; i++) {
		json_array_append_new(identifiers,
				      json_pack("{s:s, s:o, s:{s:s, s:s}}", "type", "dns", "value",
						json_sprintf("h%u.example.test", i), "dcv",
						"validation_method", "acme-dns-01",
						"key_authorization_hash",
						"LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"));
	}
	json_t *order = json_pack("{s:o}", "identifiers", identifiers);
	char *text = json_dumps(order, JSON_COMPACT);
	json_decref(order);
	return text;
}

TEST(perspectives_are_asked_the_same_and_at_the_same_time)
{
	struct order_fixture fixture;
	open_with(&fixture, 5);
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
	open_with(&fixture, 2);
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
	CU_ASSERT_EQUAL(statistics_of(&fixture).repeated, 3);
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
	CU_ASSERT_EQUAL(statistics_of(&fixture).attempts, 2);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

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
	struct order_statistics statistics = statistics_of(&fixture);
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
	struct order_statistics statistics = statistics_of(&fixture);
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
	struct order_statistics statistics = statistics_of(&fixture);
	CU_ASSERT_EQUAL(statistics.hypothetical, 1);
	CU_ASSERT_EQUAL(statistics.issued[MODE_REPORT_ONLY], 0);
	CU_ASSERT_EQUAL(statistics.would_refuse[MODE_REPORT_ONLY], 0);
	CU_ASSERT_EQUAL(statistics.identifiers, 0);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 2));
	statistics = statistics_of(&fixture);
	CU_ASSERT_EQUAL(statistics.hypothetical, 1);
	CU_ASSERT_EQUAL(statistics.issued[MODE_REPORT_ONLY], 1);
	CU_ASSERT_EQUAL(statistics.would_refuse[MODE_REPORT_ONLY], 1);
	CU_ASSERT_EQUAL(statistics.identifiers, 1);
	CU_ASSERT_EQUAL(statistics.reasons[REFUSAL_QUORUM_MISSED], 1);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(a_client_that_hangs_up_frees_its_order_whatever_it_is_doing)
{
	struct order_fixture fixture;
	open_with(&fixture, 5);
	// Before anything was asked: no record.
	order_fixture_hold(&fixture, true);
	order_abandon(order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test"))));
	CU_ASSERT_EQUAL(statistics_of(&fixture).orders_in_flight, 0);
	// While it is asked.
	struct order *order =
		order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait_pending(&fixture, 12));
	order_abandon(order);
	CU_ASSERT(TAILQ_EMPTY(&fixture.pending)); // at once
	CU_ASSERT(order_fixture_wait_idle(&fixture));
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_ORDER), 1);
	// While its decision is being recorded: it stands.
	order_fixture_hold(&fixture, false);
	order = order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("b.example.test")));
	char id[ORDER_ID_TEXT_MAX];
	snprintf(id, sizeof(id), "%s", order_id(order));
	while (fixture.perspectives[5].asked_count < 4 || !TAILQ_EMPTY(&fixture.pending)) {
		event_base_loop(fixture.audit.base, EVLOOP_ONCE);
	}
	order_abandon(order);
	CU_ASSERT(order_fixture_wait_idle(&fixture));
	struct order_view view;
	CU_ASSERT(order_table_find(fixture.table, id, &view));
	CU_ASSERT_EQUAL(view.ending, ORDER_DECIDED);
	CU_ASSERT_EQUAL(fixture.ended_count, 0); // nobody was told
	CU_ASSERT_EQUAL(statistics_of(&fixture).abandoned, 2);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(each_of_1000_identifiers_is_asked_about_once_everywhere_and_named_in_its_own_row)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[2].room = 7; // a narrow remote is waited for, not failed
	order_fixture_open(&fixture);
	char *text = order_of_many(1000);
	order_fixture_start(&fixture, text);
	free(text);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	for (unsigned i = 0; i < 1000; i++) {
		char path[64], name[64], key[80];
		snprintf(path, sizeof(path), "identifiers/%u/value", i);
		snprintf(name, sizeof(name), "h%u.example.test", i);
		CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, path), name);
		for (unsigned seat = 0; seat <= 5; seat++) {
			const json_t *asked = fixture.perspectives[seat].asked;
			snprintf(key, sizeof(key), "dcv %s", name);
			CU_ASSERT_EQUAL(json_integer_value(json_object_get(asked, key)), 1);
			snprintf(key, sizeof(key), "caa %s", name);
			CU_ASSERT_EQUAL(json_integer_value(json_object_get(asked, key)), 1);
		}
	}
	for (unsigned seat = 0; seat <= 5; seat++) {
		CU_ASSERT_EQUAL(json_object_size(fixture.perspectives[seat].asked), 2000);
		CU_ASSERT(fixture.perspectives[seat].open_max <= 2 * 32);
	}
	CU_ASSERT(fixture.perspectives[2].refused_count > 0);
	CU_ASSERT_EQUAL(fixture.perspectives[2].open_max, 7);
	CU_ASSERT_EQUAL(statistics_of(&fixture).check_errors, 0);
	order_fixture_expect_own_evidence(&fixture, 12000);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(orders_take_turns_so_that_a_large_one_holds_up_nobody)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.checks = 120;
	order_fixture_open(&fixture);
	char *text = order_of_many(500);
	order_fixture_start(&fixture, text);
	free(text);
	for (unsigned i = 0; i < 20; i++) {
		order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	}
	CU_ASSERT(order_fixture_wait(&fixture, 20));
	CU_ASSERT_EQUAL(json_array_size(answer_get(fixture.answer, "identifiers")), 1);
	CU_ASSERT(fixture.perspectives[0].open_max <= 2 * 10 + 2);
	CU_ASSERT(order_fixture_wait(&fixture, 21));
	CU_ASSERT_EQUAL(json_array_size(answer_get(fixture.answer, "identifiers")), 500);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

// Of the heap, in use. Nothing under a sanitizer, which brings its own.
static size_t heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

TEST(orders_in_flight_up_to_the_limit_stay_small_and_past_it_are_refused)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.orders = 2000;
	fixture.limits.checks = 200000;
	order_fixture_open(&fixture);
	order_fixture_hold(&fixture, true);
	char *text = order_of_many(2);
	size_t before = heap_bytes();
	for (unsigned i = 0; i < 2000; i++) {
		order_fixture_start(&fixture, text);
	}
	CU_ASSERT_EQUAL(order_fixture_try(&fixture, text), ORDER_REFUSED_BUSY);
	CU_ASSERT(order_admission_retry_after_s(ORDER_REFUSED_BUSY) > 0);
	CU_ASSERT(order_fixture_wait_pending(&fixture, 2000 * 24));
	size_t bytes = heap_bytes() - before;
	printf("2000 orders in flight, 48000 checks: %zu kB\n", bytes / 1024);
	CU_ASSERT(bytes < 100u << 20);
	order_fixture_hold(&fixture, false);
	CU_ASSERT(order_fixture_wait(&fixture, 2000));
	CU_ASSERT_EQUAL(fixture.ending_counts[ORDER_DECIDED], 2000);
	CU_ASSERT_EQUAL(order_fixture_try(&fixture, text), ORDER_ADMITTED);
	free(text);
	CU_ASSERT(order_fixture_wait(&fixture, 2001));
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

static void note_drained(void *context)
{
	(*(unsigned *)context)++;
}

TEST(a_drain_finishes_what_is_in_flight_and_takes_nothing_new)
{
	struct order_fixture fixture;
	unsigned drained_count = 0;
	open_with(&fixture, 5);
	order_fixture_hold(&fixture, true);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	order_table_drain(fixture.table, note_drained, &drained_count);
	CU_ASSERT_EQUAL(order_fixture_try(&fixture, ORDER_OF(ORDER_DNS_01("b.example.test"))),
			ORDER_REFUSED_DRAINING);
	CU_ASSERT(order_table_is_draining(fixture.table));
	CU_ASSERT(order_fixture_wait_pending(&fixture, 12));
	CU_ASSERT_EQUAL(drained_count, 0);
	order_fixture_hold(&fixture, false);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	order_fixture_turn(&fixture);
	CU_ASSERT_EQUAL(drained_count, 1);
	order_table_resume(fixture.table);
	CU_ASSERT_EQUAL(order_fixture_try(&fixture, ORDER_OF(ORDER_DNS_01("b.example.test"))),
			ORDER_ADMITTED);
	CU_ASSERT(order_fixture_wait(&fixture, 2));
	CU_ASSERT_EQUAL(drained_count, 1);
	order_fixture_fini(&fixture);
}

TEST(orders_left_when_the_program_stops_are_told_so)
{
	struct order_fixture fixture;
	open_with(&fixture, 5);
	order_fixture_hold(&fixture, true);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("b.example.test")));
	CU_ASSERT(order_fixture_wait_pending(&fixture, 24));
	fixture_close(&fixture.audit);
	order_table_destroy(fixture.table);
	fixture.table = NULL;
	CU_ASSERT_EQUAL(fixture.ending_counts[ORDER_FAILED_SHUTDOWN], 2);
	CU_ASSERT(TAILQ_EMPTY(&fixture.pending));
	order_fixture_fini(&fixture);
}

TEST(a_finished_order_is_forgotten_when_it_is_old)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.finished_age_ms = 1000;
	order_fixture_open(&fixture);
	struct order *order =
		order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	char id[ORDER_ID_TEXT_MAX];
	struct order_view view;
	snprintf(id, sizeof(id), "%s", order_id(order));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT(order_table_find(fixture.table, id, &view));
	CU_ASSERT_EQUAL(strlen(view.answer), view.answer_length);
	CU_ASSERT_FALSE(order_table_find(fixture.table, "nonsense", &view));
	fixture.skew_ms += 60000;
	CU_ASSERT_FALSE(order_table_find(fixture.table, id, &view));
	order_fixture_fini(&fixture);
}

TEST_MAIN(order_table, T(perspectives_are_asked_the_same_and_at_the_same_time),
	  T(a_check_that_is_asked_can_be_read_by_a_perspective),
	  T(a_remote_that_never_answers_is_a_miss_at_the_deadline),
	  T(the_orders_deadline_ends_it_and_unasked_identifiers_are_refused),
	  T(a_second_answer_changes_nothing), T(nothing_is_carried_over_to_the_next_attempt),
	  T(an_attempt_that_passes_is_the_last_one),
	  T(an_order_keeps_the_mode_and_the_perspectives_of_its_start),
	  T(an_order_for_readiness_is_decided_in_report_only_mode_and_says_so),
	  T(an_answer_by_the_rules_of_another_date_counts_as_no_decision),
	  T(a_client_that_hangs_up_frees_its_order_whatever_it_is_doing),
	  T(each_of_1000_identifiers_is_asked_about_once_everywhere_and_named_in_its_own_row),
	  T(orders_take_turns_so_that_a_large_one_holds_up_nobody),
	  T(orders_in_flight_up_to_the_limit_stay_small_and_past_it_are_refused),
	  T(a_drain_finishes_what_is_in_flight_and_takes_nothing_new),
	  T(orders_left_when_the_program_stops_are_told_so),
	  T(a_finished_order_is_forgotten_when_it_is_old))
