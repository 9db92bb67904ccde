// SPDX-License-Identifier: BSD-3-Clause
// Back-off grows to its limit and is forgotten with the first answer.

#include "cunit_runner.h"

#include "perspective/channel_health.h"

TEST(the_back_off_doubles_up_to_its_limit)
{
	struct channel_health health = {.failures = 0};
	int64_t expected_ms = CHANNEL_BACKOFF_FIRST_MS;
	for (unsigned i = 1; i <= 20; i++) {
		channel_health_note_failure(&health, 1000, 0);
		CU_ASSERT_EQUAL(health.state, CHANNEL_DOWN);
		CU_ASSERT_EQUAL(health.failures, i);
		CU_ASSERT_EQUAL(health.retry_at_ms - 1000, expected_ms);
		expected_ms = expected_ms * 2 < CHANNEL_BACKOFF_MAX_MS ? expected_ms * 2
								       : CHANNEL_BACKOFF_MAX_MS;
	}
	channel_health_note_failure(&health, 0, UINT32_MAX);
	CU_ASSERT(health.retry_at_ms >= CHANNEL_BACKOFF_MAX_MS * 3 / 4);
	CU_ASSERT(health.retry_at_ms < CHANNEL_BACKOFF_MAX_MS);
}

TEST(an_answer_forgets_the_failures)
{
	struct channel_health health = {.failures = 0};
	channel_health_note_failure(&health, 1000, 0);
	channel_health_note_answer(&health, 80);
	CU_ASSERT_EQUAL(health.state, CHANNEL_UP);
	CU_ASSERT_EQUAL(health.failures, 0);
	CU_ASSERT_DOUBLE_EQUAL(health.latency_ms, 80, 0.01);
	channel_health_note_answer(&health, 160);
	CU_ASSERT_DOUBLE_EQUAL(health.latency_ms, 90, 0.01);
}

TEST(draining_is_ended_by_hand_only)
{
	struct channel_health health = {.state = CHANNEL_DRAINING};
	channel_health_note_answer(&health, 80);
	CU_ASSERT_EQUAL(health.state, CHANNEL_DRAINING);
	channel_health_note_failure(&health, 0, 0);
	CU_ASSERT_EQUAL(health.state, CHANNEL_DRAINING);
	CU_ASSERT_STRING_EQUAL(channel_state_name(health.state), "draining");
}

TEST_MAIN(channel_health, T(the_back_off_doubles_up_to_its_limit),
	  T(an_answer_forgets_the_failures), T(draining_is_ended_by_hand_only))
