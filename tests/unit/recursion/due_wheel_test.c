// SPDX-License-Identifier: BSD-3-Clause

#include "recursion/due_wheel.h"

#include "cunit_runner.h"

#include <stdbool.h>

#define MS (1000ull * 1000)
#define IDS 2000
#define START_NS (500000 * MS)

static struct due_wheel wheel;

TEST(each_comes_once_not_early_and_a_tick_late_at_most)
{
	static uint64_t due_ns[IDS];
	static bool is_out[IDS];
	unsigned count = 0;
	CU_ASSERT_EQUAL_FATAL(due_wheel_init(&wheel, IDS), 0);
	CU_ASSERT_EQUAL(due_wheel_next_ns(&wheel), UINT64_MAX);
	for (uint32_t id = 0; id < IDS; id++) {
		due_ns[id] = START_NS + (id * 7919ull % 20000) * MS; // up to 20 s: more than a turn
		due_wheel_arm(&wheel, id, due_ns[id]);
	}
	for (uint64_t now_ns = START_NS; now_ns < START_NS + 20010 * MS; now_ns += MS / 2) {
		uint32_t id;
		while ((id = due_wheel_pop(&wheel, now_ns)) != DUE_NONE) {
			CU_ASSERT_FALSE(is_out[id]);
			CU_ASSERT_TRUE(now_ns >= due_ns[id] && now_ns <= due_ns[id] + 3 * MS);
			is_out[id] = true;
			count++;
		}
		CU_ASSERT_TRUE(due_wheel_next_ns(&wheel) > now_ns);
	}
	CU_ASSERT_EQUAL(count, IDS);
	due_wheel_fini(&wheel);
}

TEST(what_is_disarmed_or_armed_anew_does_not_come_at_the_former_time)
{
	CU_ASSERT_EQUAL_FATAL(due_wheel_init(&wheel, 3), 0);
	due_wheel_arm(&wheel, 0, START_NS);
	due_wheel_arm(&wheel, 1, START_NS);
	due_wheel_arm(&wheel, 2, START_NS);
	due_wheel_disarm(&wheel, 1);
	due_wheel_disarm(&wheel, 1);
	due_wheel_arm(&wheel, 2, START_NS + 100 * MS);
	CU_ASSERT_EQUAL(due_wheel_pop(&wheel, START_NS + 50 * MS), 0);
	CU_ASSERT_EQUAL(due_wheel_pop(&wheel, START_NS + 50 * MS), DUE_NONE);
	due_wheel_arm(&wheel, 0, START_NS); // overdue
	CU_ASSERT_EQUAL(due_wheel_pop(&wheel, START_NS + 60 * MS), 0);
	CU_ASSERT_EQUAL(due_wheel_pop(&wheel, START_NS + 150 * MS), 2);
	CU_ASSERT_EQUAL(due_wheel_next_ns(&wheel), UINT64_MAX);
	due_wheel_fini(&wheel);
}

TEST_MAIN(due_wheel, T(each_comes_once_not_early_and_a_tick_late_at_most),
	  T(what_is_disarmed_or_armed_anew_does_not_come_at_the_former_time))
