// SPDX-License-Identifier: BSD-3-Clause
// While the wall clock is not believed nothing is decided and nothing released; nothing rests on two clocks.

#include "order_fixture.h"

#include "audit/audit_query.h"

#include <stdio.h>
#include <string.h>

#define ONE ORDER_OF(ORDER_DNS_01("a.example.test"))

static void step(struct order_fixture *fixture)
{
	fixture->clock.steps++;
	fixture->clock.is_believed = false;
}

static bool last_ending(const struct audit_entry *entry, void *context)
{
	json_t *body = json_loadb(entry->body, entry->body_length, 0, NULL);
	snprintf(context, 32, "%s", answer_text(body, "ending"));
	json_decref(body);
	return true;
}

// How the last record of an order in the log says that it ended.
static const char *recorded_ending(struct order_fixture *fixture)
{
	static char ending[32];
	struct audit_reader *reader = fixture_reader(&fixture->audit);
	struct audit_fault fault;
	bool has_more = false;
	struct audit_query query = {.kind = AUDIT_KIND_ORDER};
	ending[0] = '\0';
	CU_ASSERT_EQUAL(audit_query_run(reader, &query, last_ending, ending, &has_more, &fault), 0);
	audit_reader_close(reader);
	return ending;
}

TEST(no_order_is_taken_while_the_clock_is_not_believed)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	step(&fixture);
	CU_ASSERT_EQUAL(order_fixture_try(&fixture, ONE), ORDER_REFUSED_CLOCK);
	CU_ASSERT(order_admission_retry_after_s(ORDER_REFUSED_CLOCK) > 0);
	fixture.clock.is_believed = true;
	order_fixture_start(&fixture, ONE);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_DECIDED);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(orders_in_flight_end_at_a_step_and_cancel_what_they_asked)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	order_fixture_hold(&fixture, true);
	order_fixture_start(&fixture, ONE);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("b.example.test")));
	CU_ASSERT(order_fixture_wait_pending(&fixture, 24));
	step(&fixture);
	order_table_note_clock(fixture.table);
	CU_ASSERT_EQUAL(fixture.ended_count, 0); // not from within: the caller may be in an order
	CU_ASSERT(order_fixture_wait(&fixture, 2));
	CU_ASSERT_EQUAL(fixture.ending_counts[ORDER_FAILED_CLOCK], 2);
	CU_ASSERT(fixture.last.retry_after_s >= 60);
	CU_ASSERT(TAILQ_EMPTY(&fixture.pending));
	// Nothing was recorded of them, so that nothing has to be closed.
	CU_ASSERT_EQUAL(order_fixture_count(&fixture, AUDIT_KIND_ORDER), 0);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(a_step_that_nobody_told_of_holds_the_decision_back)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	order_fixture_hold(&fixture, true);
	order_fixture_start(&fixture, ONE);
	CU_ASSERT(order_fixture_wait_pending(&fixture, 12));
	// Believed again, but the checks began before.
	fixture.clock.steps++;
	order_fixture_hold(&fixture, false);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_FAILED_CLOCK);
	CU_ASSERT_PTR_NULL(fixture.answer);
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(an_order_of_which_something_was_recorded_is_closed_as_undecided)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.limits.identifiers_at_a_time = 1;
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test") "," ORDER_DNS_01(
					      "b.example.test")));
	for (int i = 0; i < 500 && fixture.perspectives[0].asked_count < 4; i++) {
		order_fixture_turn(&fixture);
	}
	order_fixture_hold(&fixture, true);
	for (int i = 0; i < 500 && order_fixture_count(&fixture, AUDIT_KIND_QUORUM) < 2; i++) {
		order_fixture_turn(&fixture);
	}
	CU_ASSERT_EQUAL(fixture.ended_count, 0);
	step(&fixture);
	order_table_note_clock(fixture.table);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_FAILED_CLOCK);
	for (int i = 0; i < 500 && order_fixture_count(&fixture, AUDIT_KIND_ORDER) < 1; i++) {
		order_fixture_turn(&fixture);
	}
	CU_ASSERT_STRING_EQUAL(recorded_ending(&fixture), "clock");
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(a_decision_that_was_recorded_but_not_released_is_withdrawn)
{
	// 1: admission, 2: its start, 3: before the decision, 4: before the answer, 5: never asked.
	for (unsigned question = 2; question <= 5; question++) {
		struct order_fixture fixture;
		order_fixture_init(&fixture, 5);
		order_fixture_open(&fixture);
		fixture.step_at_question = question;
		order_fixture_start(&fixture, ONE);
		CU_ASSERT(order_fixture_wait(&fixture, 1));
		bool is_released = question == 5;
		CU_ASSERT_EQUAL(fixture.last.ending,
				is_released ? ORDER_DECIDED : ORDER_FAILED_CLOCK);
		CU_ASSERT_EQUAL(fixture.answer != NULL, is_released);
		// Of an order that ends before its first records are written, the log has nothing.
		size_t count = question == 5 ? 1 : question == 4 ? 2 : 0;
		for (int i = 0; i < 500 && order_fixture_count(&fixture, AUDIT_KIND_ORDER) < count;
		     i++) {
			order_fixture_turn(&fixture);
		}
		CU_ASSERT_STRING_EQUAL(recorded_ending(&fixture), is_released     ? "decided"
								  : question == 4 ? "clock"
										  : "");
		order_fixture_verify(&fixture);
		order_fixture_fini(&fixture);
	}
}

TEST(a_step_during_probes_ends_the_order)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.perspectives[2].dcv = "F";
	fixture.perspectives[2].probe = "S";
	fixture.wishes[0] = (struct order_probe_wish) {.kind = PROBE_LATER, .seat = 2};
	fixture.wish_count = 1;
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ONE);
	struct order_statistics statistics = {.probes = 0};
	for (int i = 0; i < 500 && statistics.probes == 0; i++) {
		order_fixture_turn(&fixture);
		order_table_statistics(fixture.table, &statistics);
	}
	step(&fixture);
	order_table_note_clock(fixture.table);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_FAILED_CLOCK);
	CU_ASSERT(TAILQ_EMPTY(&fixture.pending));
	order_table_statistics(fixture.table, &statistics);
	CU_ASSERT_EQUAL(statistics.probes_in_flight, 0);
	for (int i = 0; i < 500 && order_fixture_count(&fixture, AUDIT_KIND_ORDER) < 1; i++) {
		order_fixture_turn(&fixture);
	}
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

// The boottime goes on through a suspend as the wall clock does, and our deadlines do not: it is no step.
TEST(nothing_is_released_on_checks_of_before_a_long_suspend)
{
	static const int64_t hour_us = INT64_C(3600) * 1000000;
	for (int hours = 7; hours <= 9; hours += 2) {
		struct order_fixture fixture;
		order_fixture_init(&fixture, 5);
		order_fixture_open(&fixture);
		order_fixture_hold(&fixture, true);
		order_fixture_start(&fixture, ONE);
		CU_ASSERT(order_fixture_wait_pending(&fixture, 12));
		fixture.wall_us += hours * hour_us;
		order_fixture_hold(&fixture, false);
		CU_ASSERT(order_fixture_wait(&fixture, 1));
		CU_ASSERT_EQUAL(fixture.last.ending,
				hours < 8 ? ORDER_DECIDED : ORDER_FAILED_CLOCK);
		CU_ASSERT_EQUAL(fixture.answer != NULL, hours < 8);
		order_fixture_verify(&fixture);
		order_fixture_fini(&fixture);
	}
}

// Its battery is empty and NTP is not there yet.
TEST(a_machine_that_starts_in_1970_does_not_issue_by_the_rules_of_1970)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	fixture.wall_us = 3600 * INT64_C(1000000);
	for (unsigned seat = 1; seat <= 5; seat++) {
		fixture.perspectives[seat].dcv = "E";
		fixture.perspectives[seat].caa = "E";
	}
	order_fixture_open(&fixture);
	order_fixture_start(&fixture, ONE);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last.ending, ORDER_DECIDED);
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/reasons/0/code"),
			       "quorum-missed");
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST_MAIN(order_clock, T(no_order_is_taken_while_the_clock_is_not_believed),
	  T(orders_in_flight_end_at_a_step_and_cancel_what_they_asked),
	  T(a_step_that_nobody_told_of_holds_the_decision_back),
	  T(an_order_of_which_something_was_recorded_is_closed_as_undecided),
	  T(a_decision_that_was_recorded_but_not_released_is_withdrawn),
	  T(a_step_during_probes_ends_the_order),
	  T(nothing_is_released_on_checks_of_before_a_long_suspend),
	  T(a_machine_that_starts_in_1970_does_not_issue_by_the_rules_of_1970))
