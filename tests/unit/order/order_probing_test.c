// SPDX-License-Identifier: BSD-3-Clause
// Probes after a decision: they explain it, are recorded, are bounded, and never change it.

#include "order_fixture.h"

#include "check/check_request.h"

#include <stdio.h>
#include <string.h>

#define WEBSITE                                                                                    \
	"{\"type\":\"dns\",\"value\":\"a.example.test\",\"dcv\":{\"validation_method\":"           \
	"\"website-change\",\"challenge_value\":\"abcdefghijklmnopqrstuvwx\",\"http_token_path\":" \
	"\"p\"}}"

// Remotes 2 and 3 fail, so that the identifier is refused and diagnosis has something to ask.
static void open_refused(struct order_fixture *fixture)
{
	order_fixture_init(fixture, 5);
	fixture->perspectives[2].dcv = "F";
	fixture->perspectives[3].dcv = "F";
	fixture->wishes[0] = (struct order_probe_wish) {.kind = PROBE_USER_AGENT, .seat = 2};
	fixture->wish_count = 1;
}

static struct order_statistics statistics_of(struct order_fixture *fixture)
{
	struct order_statistics statistics;
	order_table_statistics(fixture->table, &statistics);
	return statistics;
}

TEST(probes_that_pass_never_turn_a_refusal_into_an_issue)
{
	struct order_fixture fixture;
	open_refused(&fixture);
	fixture.wishes[1] =
		(struct order_probe_wish) {.kind = PROBE_ADDRESS_FAMILY, .family = 6, .seat = 3};
	fixture.wishes[2] = (struct order_probe_wish) {.kind = PROBE_LATER, .seat = 0};
	fixture.wish_count = 3;
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(WEBSITE));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "enforced_decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "3/5");
	CU_ASSERT_EQUAL(fixture.told_count, 3);
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(fixture.told[i].kind, fixture.wishes[i].kind);
		CU_ASSERT_EQUAL(fixture.told[i].seat, fixture.wishes[i].seat);
		CU_ASSERT_EQUAL(fixture.told[i].outcome, CHECK_PASS);
	}
	const json_t *probes = answer_get(fixture.answer, "identifiers/0/probes");
	CU_ASSERT_EQUAL(json_array_size(probes), 3);
	CU_ASSERT_STRING_EQUAL(answer_text(probes, "1/probe"), "address-family");
	CU_ASSERT_STRING_EQUAL(answer_text(probes, "1/perspective"), "sin-1");
	CU_ASSERT_STRING_EQUAL(answer_text(probes, "1/result"), "pass");
	CU_ASSERT_STRING_EQUAL(answer_text(probes, "1/detail/reason"), "matched");
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_PROBE), 3);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_CHECK), 12);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_QUORUM), 2);
	CU_ASSERT_EQUAL(statistics_of(&fixture).probes, 3);
	CU_ASSERT_EQUAL(statistics_of(&fixture).probes_in_flight, 0);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(probes_that_fail_never_turn_an_issue_into_a_refusal)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[4].dcv = "F";
	fixture.perspectives[0].probe = "F";
	fixture.wishes[0] = (struct order_probe_wish) {.kind = PROBE_LATER, .seat = 0};
	fixture.wish_count = 1;
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(WEBSITE));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/primary"), "pass");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "4/5");
	CU_ASSERT_EQUAL(fixture.told[0].outcome, CHECK_FAIL);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(a_probe_is_asked_of_its_perspective_alone_and_can_be_read_there)
{
	struct order_fixture fixture;
	open_refused(&fixture);
	fixture.wishes[0] =
		(struct order_probe_wish) {.kind = PROBE_ADDRESS_FAMILY, .family = 4, .seat = 2};
	fixture.perspectives[2].probe = "S";
	order_fixture_open(&fixture);
	struct order *order = order_fixture_start(&fixture, ORDER_OF(WEBSITE));
	json_t *checks = order_fixture_pending_checks(&fixture);
	for (int i = 0; i < 500 && statistics_of(&fixture).probes == 0; i++) {
		order_fixture_turn(&fixture);
	}
	json_decref(checks);
	checks = order_fixture_pending_checks(&fixture);
	CU_ASSERT_EQUAL_FATAL(json_array_size(checks), 1);
	CU_ASSERT_EQUAL(fixture.perspectives[2].open_count, 1);
	struct identifier_rules rules = {.suffixes = fixture.suffixes};
	struct json_fault fault = {.text = ""};
	struct check_request *request =
		check_request_read(json_array_get(checks, 0), &rules, &fault);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_EQUAL(request->probe, PROBE_ADDRESS_FAMILY);
	CU_ASSERT_EQUAL(request->address_family, 4);
	CU_ASSERT_EQUAL(request->dcv.parameters.method, DCV_WEBSITE_CHANGE);
	check_request_free(request);
	json_decref(checks);
	// Whoever hangs up now frees it; what was asked is recorded.
	order_abandon(order);
	CU_ASSERT(order_fixture_wait_idle(&fixture));
	CU_ASSERT_EQUAL(fixture.perspectives[2].cancelled_count, 1);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_PROBE), 1);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(what_is_no_answer_to_a_probe_is_an_error_and_explains_nothing)
{
	// Lost, garbage, another check's answer, refused, and none before the wait is over.
	static const char *const scripts[] = {"L", "G", "W", "R", "S"};
	static const char *const reasons[] = {"disconnected", "malformed", "mislabelled",
					      "not-asked", "timeout"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(scripts); i++) {
		struct order_fixture fixture;
		open_refused(&fixture);
		fixture.limits.probe_wait_ms = 30;
		fixture.perspectives[2].probe = scripts[i];
		order_fixture_open(&fixture);
		order_fixture_start(&fixture, ORDER_OF(WEBSITE));
		CU_ASSERT(order_fixture_wait(&fixture, 1));
		CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "refuse");
		CU_ASSERT_EQUAL(fixture.told_count, 1);
		CU_ASSERT_EQUAL(fixture.told[0].outcome, CHECK_ERROR);
		CU_ASSERT_STRING_EQUAL(
			answer_text(fixture.answer, "identifiers/0/probes/0/detail/reason"),
			reasons[i]);
		order_fixture_verify(&fixture);
		order_fixture_fini(&fixture);
	}
}

TEST(a_signed_probe_is_recorded_with_its_signature)
{
	struct order_fixture fixture;
	open_refused(&fixture);
	fixture.perspectives[2].probe = "I";
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(WEBSITE));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.told[0].outcome, CHECK_PASS);
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_PROBE), 1);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(nothing_is_probed_when_all_corroborate_or_probes_are_off_or_have_no_room)
{
	static const struct {
		const char *script;
		unsigned probes;
		unsigned wishes;
	} rows[] = {{"P", 100, 1}, {"F", 0, 1}, {"F", 1, 2}, {"F", 100, 0}, {"F", 100, 9}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		struct order_fixture fixture;
		open_refused(&fixture);
		fixture.perspectives[2].dcv = fixture.perspectives[3].dcv = rows[i].script;
		fixture.wishes[1] = (struct order_probe_wish) {.kind = PROBE_LATER, .seat = 0};
		fixture.limits.probes = rows[i].probes;
		fixture.wish_count = rows[i].wishes;
		order_fixture_open(&fixture);
		order_fixture_start(&fixture, ORDER_OF(WEBSITE));
		CU_ASSERT(order_fixture_wait(&fixture, 1));
		CU_ASSERT_EQUAL(fixture.told_count, 0);
		CU_ASSERT_EQUAL(statistics_of(&fixture).probes, 0);
		CU_ASSERT_EQUAL(json_array_size(answer_get(fixture.answer, "identifiers/0/probes")),
				0);
		order_fixture_verify(&fixture);
		order_fixture_fini(&fixture);
	}
}

TEST(a_seat_that_was_not_asked_is_not_probed)
{
	struct order_fixture fixture;
	open_refused(&fixture);
	fixture.wishes[0].seat = 6;
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(WEBSITE));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(statistics_of(&fixture).probes, 0);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(only_the_last_attempt_is_probed)
{
	struct order_fixture fixture;
	open_refused(&fixture);
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, "{\"max_attempts\":3,\"identifiers\":[" WEBSITE "]}");
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(json_integer_value(answer_get(fixture.answer, "identifiers/0/attempts")),
			3);
	CU_ASSERT_EQUAL(statistics_of(&fixture).probes, 1);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(the_orders_deadline_ends_its_probes)
{
	struct order_fixture fixture;
	open_refused(&fixture);
	fixture.limits.order_timeout_ms = 60;
	fixture.perspectives[2].probe = "S";
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(WEBSITE));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "refuse");
	CU_ASSERT_EQUAL(statistics_of(&fixture).probes_in_flight, 0);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(probes_take_no_room_of_the_orders_checks)
{
	struct order_fixture fixture;
	open_refused(&fixture);
	fixture.limits.identifiers_at_a_time = 1;
	fixture.perspectives[2].probe = "S";
	order_fixture_open(&fixture);
	struct order *order =
		order_fixture_start(&fixture, ORDER_OF(WEBSITE "," ORDER_DNS_01("b.example.test")));
	for (int i = 0; i < 500 && order_fixture_count(&fixture, AUDIT_KIND_QUORUM) < 4; i++) {
		order_fixture_turn(&fixture);
	}
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_QUORUM), 4);
	CU_ASSERT_EQUAL(statistics_of(&fixture).checks_in_flight, 0);
	order_abandon(order);
	CU_ASSERT(order_fixture_wait_idle(&fixture));
	CU_ASSERT_EQUAL(statistics_of(&fixture).probes_in_flight, 0);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(orders_that_are_probed_end_with_the_daemon)
{
	struct order_fixture fixture;
	open_refused(&fixture);
	fixture.perspectives[2].probe = "S";
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(WEBSITE));
	for (int i = 0; i < 500 && statistics_of(&fixture).probes == 0; i++) {
		order_fixture_turn(&fixture);
	}
	CU_ASSERT_EQUAL(statistics_of(&fixture).probes, 1);
	order_fixture_fini(&fixture); // expects that all was answered or cancelled
	CU_ASSERT_EQUAL(fixture.ending_counts[ORDER_FAILED_SHUTDOWN], 1);
}

TEST_MAIN(order_probing, T(probes_that_pass_never_turn_a_refusal_into_an_issue),
	  T(probes_that_fail_never_turn_an_issue_into_a_refusal),
	  T(a_probe_is_asked_of_its_perspective_alone_and_can_be_read_there),
	  T(what_is_no_answer_to_a_probe_is_an_error_and_explains_nothing),
	  T(a_signed_probe_is_recorded_with_its_signature),
	  T(nothing_is_probed_when_all_corroborate_or_probes_are_off_or_have_no_room),
	  T(a_seat_that_was_not_asked_is_not_probed), T(only_the_last_attempt_is_probed),
	  T(the_orders_deadline_ends_its_probes), T(probes_take_no_room_of_the_orders_checks),
	  T(orders_that_are_probed_end_with_the_daemon))
