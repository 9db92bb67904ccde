// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/timer_fifo.h"

#include "cunit_runner.h"

#define MS (1000ull * 1000)

static struct timer_fifo fifo;

static void start(void)
{
	CU_ASSERT_EQUAL_FATAL(timer_fifo_init(&fifo, 8), 0);
}

TEST(an_entry_is_due_when_its_class_has_passed)
{
	start();
	struct timer_entry entry;
	timer_fifo_arm(&fifo, 2, 7, 3, 1000 * MS);
	CU_ASSERT_EQUAL(timer_fifo_next_ns(&fifo), 1100 * MS);
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 1100 * MS - 1, 1, &entry), 0);
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 1100 * MS, 1, &entry), 1);
	CU_ASSERT_EQUAL(entry.slot, 7);
	CU_ASSERT_EQUAL(entry.generation, 3);
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 9999 * MS, 1, &entry), 0);
	CU_ASSERT_EQUAL(timer_fifo_next_ns(&fifo), UINT64_MAX);
	timer_fifo_fini(&fifo);
}

TEST(a_long_wait_does_not_hold_up_a_short_one)
{
	start();
	struct timer_entry entry;
	timer_fifo_arm(&fifo, 7, 1, 0, 0);
	timer_fifo_arm(&fifo, 0, 2, 0, 1 * MS);
	CU_ASSERT_EQUAL(timer_fifo_next_ns(&fifo), 26 * MS);
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 30 * MS, 1, &entry), 1);
	CU_ASSERT_EQUAL(entry.slot, 2);
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 30 * MS, 1, &entry), 0);
	timer_fifo_fini(&fifo);
}

TEST(a_full_class_is_announced_before_it_is_armed)
{
	start();
	for (uint32_t i = 0; i < 8; i++) {
		CU_ASSERT_TRUE(timer_fifo_has_room(&fifo));
		timer_fifo_arm(&fifo, 4, i, 0, i * MS);
	}
	CU_ASSERT_FALSE(timer_fifo_has_room(&fifo));
	struct timer_entry entry;
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 400 * MS, 1, &entry), 1);
	CU_ASSERT_TRUE(timer_fifo_has_room(&fifo));
	// Positions run on past the capacity.
	for (uint32_t i = 0; i < 100; i++) {
		timer_fifo_arm(&fifo, 4, 100 + i, 0, 8 * MS + i);
		CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 1000 * MS, 1, &entry), 1);
	}
	CU_ASSERT_EQUAL(entry.slot, 192);
	timer_fifo_fini(&fifo);
}

TEST(a_timeout_is_rounded_up_but_never_past_the_deadline)
{
	CU_ASSERT_EQUAL(timer_class_choose(1, UINT64_MAX), 0);
	CU_ASSERT_EQUAL(timer_class_choose(25 * MS, UINT64_MAX), 0);
	CU_ASSERT_EQUAL(timer_class_choose(25 * MS + 1, UINT64_MAX), 1);
	CU_ASSERT_EQUAL(timer_class_choose(100000 * MS, UINT64_MAX), TIMER_CLASSES - 1);
	CU_ASSERT_EQUAL(timer_class_choose(3200 * MS, 1700 * MS), 6);
	CU_ASSERT_EQUAL(timer_class_choose(400 * MS, 30 * MS), 0);
	CU_ASSERT_EQUAL(timer_class_choose(400 * MS, 0), 0);
}

TEST(several_that_are_due_come_at_once_and_no_more_than_wanted)
{
	start();
	for (uint32_t slot = 0; slot < 6; slot++) {
		timer_fifo_arm(&fifo, slot % 2, slot, 0, slot * MS);
	}
	struct timer_entry entries[8];
	// Class 0 is due at 25, 27 and 29 ms, class 1 at 51, 53 and 55.
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 51 * MS, 2, entries), 2);
	CU_ASSERT_EQUAL(entries[0].slot, 0);
	CU_ASSERT_EQUAL(entries[1].slot, 2);
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 51 * MS, 8, entries), 2);
	CU_ASSERT_EQUAL(entries[0].slot, 4);
	CU_ASSERT_EQUAL(entries[1].slot, 1);
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 51 * MS, 8, entries), 0);
	CU_ASSERT_EQUAL(timer_fifo_pop(&fifo, 55 * MS, 8, entries), 2);
	timer_fifo_fini(&fifo);
}

TEST_MAIN(timer_fifo, T(an_entry_is_due_when_its_class_has_passed),
	  T(a_long_wait_does_not_hold_up_a_short_one),
	  T(a_full_class_is_announced_before_it_is_armed),
	  T(a_timeout_is_rounded_up_but_never_past_the_deadline),
	  T(several_that_are_due_come_at_once_and_no_more_than_wanted))
