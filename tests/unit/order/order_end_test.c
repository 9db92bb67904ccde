// SPDX-License-Identifier: BSD-3-Clause
// How orders end other than by a decision: hang-ups, drain, shutdown; and how they are forgotten.

#include "order_fixture.h"

#include <stdio.h>
#include <string.h>

TEST(a_client_that_hangs_up_frees_its_order_whatever_it_is_doing)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	// Before anything was asked: no record.
	order_fixture_hold(&fixture, true);
	order_abandon(order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test"))));
	CU_ASSERT_EQUAL(order_fixture_statistics(&fixture).orders_in_flight, 0);
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
	CU_ASSERT_EQUAL(order_fixture_statistics(&fixture).abandoned, 2);
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
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
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
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
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

TEST_MAIN(order_end, T(a_client_that_hangs_up_frees_its_order_whatever_it_is_doing),
	  T(a_drain_finishes_what_is_in_flight_and_takes_nothing_new),
	  T(orders_left_when_the_program_stops_are_told_so),
	  T(a_finished_order_is_forgotten_when_it_is_old))
