// SPDX-License-Identifier: BSD-3-Clause
// What counts as a beat, and how long its absence is borne.

#include "dataplane_link/heartbeat.h"

#include "cunit_runner.h"

#define LOOK_NS 100000000ull

TEST(silence_is_known_after_its_time_and_ends_with_a_beat)
{
	struct heartbeat heartbeat = {0};
	CU_ASSERT_FALSE(heartbeat_look(&heartbeat, 5, 0));
	for (unsigned i = 1; i < 7; i++) {
		CU_ASSERT_FALSE(heartbeat_look(&heartbeat, 5, LOOK_NS));
		CU_ASSERT_FALSE(heartbeat.is_silent);
	}
	CU_ASSERT_TRUE(heartbeat_look(&heartbeat, 5, LOOK_NS)); // told once
	CU_ASSERT_TRUE(heartbeat.is_silent);
	CU_ASSERT_FALSE(heartbeat_look(&heartbeat, 5, LOOK_NS));
	CU_ASSERT_TRUE(heartbeat_look(&heartbeat, 6, LOOK_NS));
	CU_ASSERT_FALSE(heartbeat.is_silent);
	CU_ASSERT_FALSE(heartbeat_look(&heartbeat, 6, LOOK_NS)); // counted anew
	CU_ASSERT_FALSE(heartbeat.is_silent);
}

TEST(beats_at_any_pace_keep_it_alive)
{
	struct heartbeat heartbeat = {0};
	for (uint64_t i = 0; i < 100; i++) {
		CU_ASSERT_FALSE(heartbeat_look(&heartbeat, i / 6, LOOK_NS)); // each 600 ms
	}
	CU_ASSERT_FALSE(heartbeat.is_silent);
}

TEST(time_in_which_nobody_looked_counts_little)
{
	struct heartbeat heartbeat = {0};
	CU_ASSERT_FALSE(heartbeat_look(&heartbeat, 1, 0));
	for (unsigned i = 1; i < 4; i++) {
		CU_ASSERT_FALSE(heartbeat_look(&heartbeat, 1, UINT64_MAX));
	}
	CU_ASSERT_TRUE(heartbeat_look(&heartbeat, 1, UINT64_MAX)); // four looks of 200 ms
}

TEST(hostile_numbers_are_beats_and_nothing_else)
{
	static const uint64_t numbers[] = {UINT64_MAX, 0, 1, UINT64_MAX - 1, 1ull << 63, 0};
	struct heartbeat heartbeat = {0};
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 6; i++) {
			CU_ASSERT_FALSE(heartbeat_look(&heartbeat, numbers[i], UINT64_MAX));
			CU_ASSERT_EQUAL(heartbeat.is_silent, false);
		}
	}
	// One that is never counted up at all, zero from the start, is silence too.
	struct heartbeat never = {0};
	unsigned changes = 0;
	for (unsigned i = 0; i < 100; i++) {
		changes += heartbeat_look(&never, 0, LOOK_NS);
	}
	CU_ASSERT_EQUAL(changes, 1);
	CU_ASSERT_TRUE(never.is_silent);
}

TEST_MAIN(heartbeat, T(silence_is_known_after_its_time_and_ends_with_a_beat),
	  T(beats_at_any_pace_keep_it_alive), T(time_in_which_nobody_looked_counts_little),
	  T(hostile_numbers_are_beats_and_nothing_else))
