// SPDX-License-Identifier: BSD-3-Clause
// Plays what clocks do (clock_vectors.tsv) to the guard.

#include "cunit_runner.h"
#include "tsv_rows.h"

#include "guard/clock_guard.h"
#include "guard/clock_sync.h"

#include <errno.h>
#include <sys/timex.h>

#define SECOND_NS INT64_C(1000000000)
#define INTERVAL_NS (SECOND_NS / 2)
#define STABLE_NS (60 * SECOND_NS)

struct play {
	struct clock_guard guard;
	struct clock_sample now;
	struct clock_change last;
	unsigned changes;
};

static void take_sample(struct play *play)
{
	const enum clock_state before = play->guard.state;
	const uint64_t steps_before = play->guard.counters.steps;
	struct clock_change change;
	if (!clock_guard_note_sample(&play->guard, &play->now, &change)) {
		CU_ASSERT(before == play->guard.state || before == CLOCK_STATE_NOT_EVALUATED);
		CU_ASSERT_EQUAL(play->guard.counters.steps, steps_before);
		return;
	}
	CU_ASSERT_EQUAL(change.from, before);
	CU_ASSERT_EQUAL(change.to, play->guard.state);
	CU_ASSERT(change.from != change.to || play->guard.counters.steps == steps_before + 1);
	play->last = change;
	play->changes++;
}

static void play_begin(struct play *play, bool needs_confirmation)
{
	*play = (struct play) {
		.now = {.wall_ns = 1800000000 * SECOND_NS, .boottime_ns = 5 * SECOND_NS}};
	clock_guard_init(&play->guard, STABLE_NS, needs_confirmation);
	take_sample(play);
}

static void run(struct play *play, double seconds, double ppm)
{
	const int64_t count = (int64_t)(seconds * 2);
	const int64_t drift_ns = (int64_t)(INTERVAL_NS / 1e6 * ppm);
	for (int64_t i = 0; i < count; i++) {
		play->now.boottime_ns += INTERVAL_NS;
		play->now.wall_ns += INTERVAL_NS + drift_ns;
		take_sample(play);
	}
}

static void play_token(struct play *play, const char *token)
{
	double first = 0;
	double second = 0;
	if (sscanf(token, "run:%lf", &first) == 1) {
		run(play, first, 0);
	} else if (sscanf(token, "drift:%lf:%lf", &first, &second) == 2) {
		run(play, second, first);
	} else if (sscanf(token, "step:%lf", &first) == 1) {
		play->now.wall_ns += (int64_t)(first * SECOND_NS);
	} else if (sscanf(token, "suspend:%lf", &first) == 1 ||
		   sscanf(token, "both:%lf", &first) == 1) {
		play->now.wall_ns += (int64_t)(first * SECOND_NS);
		play->now.boottime_ns += (int64_t)(first * SECOND_NS);
	} else if (strcmp(token, "confirm") == 0) {
		CU_ASSERT_EQUAL(clock_guard_confirm(&play->guard, play->guard.counters.steps), 0);
	} else {
		CU_FAIL_FATAL("unknown word in the script");
	}
}

TEST(clocks_are_judged_as_the_table_says)
{
	struct tsv_rows rows;
	tsv_open(&rows, TABLES "/clock_vectors.tsv", 6);
	while (tsv_next(&rows)) {
		struct play play;
		char script[256];
		char *rest = script;
		snprintf(script, sizeof(script), "%s", rows.fields[2]);
		play_begin(&play, strcmp(rows.fields[1], "yes") == 0);
		for (char *token; (token = strsep(&rest, " ")) != NULL;) {
			play_token(&play, token);
		}
		const bool is_right =
			strcmp(clock_state_name(play.guard.state), rows.fields[3]) == 0 &&
			play.guard.counters.steps == strtoull(rows.fields[4], NULL, 10) &&
			play.guard.counters.recoveries == strtoull(rows.fields[5], NULL, 10) &&
			clock_guard_may_release(&play.guard) == (strcmp(rows.fields[3], "ok") == 0);
		if (!is_right) {
			fprintf(stderr, "%s: %s, %llu steps, %llu recoveries\n", rows.fields[0],
				clock_state_name(play.guard.state),
				(unsigned long long)play.guard.counters.steps,
				(unsigned long long)play.guard.counters.recoveries);
		}
		CU_ASSERT(is_right);
	}
	CU_ASSERT(rows.row_count >= 40);
}

TEST(nothing_is_released_before_the_first_sample)
{
	struct clock_guard guard;
	clock_guard_init(&guard, STABLE_NS, false);
	CU_ASSERT_FALSE(clock_guard_may_release(&guard));
	CU_ASSERT_STRING_EQUAL(clock_state_name(guard.state), "not-evaluated");
}

TEST(a_change_says_how_far_the_clock_went)
{
	struct play play;
	play_begin(&play, false);
	run(&play, 10, 0);
	play_token(&play, "step:61");
	run(&play, 1, 0);
	CU_ASSERT_EQUAL(play.last.step_ns, 61 * SECOND_NS);
	CU_ASSERT_EQUAL(play.last.total_ns, 61 * SECOND_NS);
	play_token(&play, "step:-60");
	run(&play, 1, 0);
	CU_ASSERT_EQUAL(play.last.from, CLOCK_STATE_STEPPED);
	CU_ASSERT_EQUAL(play.last.to, CLOCK_STATE_STEPPED);
	CU_ASSERT_EQUAL(play.last.step_ns, -60 * SECOND_NS);
	CU_ASSERT_EQUAL(play.last.total_ns, SECOND_NS);
	run(&play, 60, 0);
	CU_ASSERT_EQUAL(play.last.to, CLOCK_STATE_OK);
	CU_ASSERT_EQUAL(play.last.total_ns, SECOND_NS);
	CU_ASSERT_EQUAL(play.changes, 3);
}

TEST(a_confirmation_that_nothing_waits_for_is_refused)
{
	struct play play;
	play_begin(&play, true);
	CU_ASSERT_EQUAL(clock_guard_confirm(&play.guard, 0), -ENOENT);
	play_token(&play, "step:61");
	run(&play, 1, 0);
	CU_ASSERT_EQUAL(clock_guard_confirm(&play.guard, 1), 0);
	CU_ASSERT_EQUAL(clock_guard_confirm(&play.guard, 1), -ENOENT);
	CU_ASSERT_EQUAL(play.guard.counters.confirmations, 1);
	play_begin(&play, false);
	play_token(&play, "step:61");
	run(&play, 1, 0);
	CU_ASSERT_EQUAL(clock_guard_confirm(&play.guard, 1), -ENOENT);
}

TEST(a_confirmation_of_an_earlier_step_is_refused)
{
	struct play play;
	play_begin(&play, true);
	play_token(&play, "step:61");
	run(&play, 100, 0);
	play_token(&play, "step:61");
	run(&play, 100, 0);
	CU_ASSERT_EQUAL(clock_guard_confirm(&play.guard, 1), -ESTALE);
	run(&play, 1, 0);
	CU_ASSERT_EQUAL(play.guard.state, CLOCK_STATE_UNCONFIRMED);
	CU_ASSERT_EQUAL(clock_guard_confirm(&play.guard, 2), 0);
	run(&play, 1, 0);
	CU_ASSERT_EQUAL(play.guard.state, CLOCK_STATE_OK);
}

TEST(the_ends_of_the_number_range_are_steps)
{
	static const struct clock_sample samples[] = {
		{.wall_ns = INT64_MAX, .boottime_ns = INT64_MIN},
		{.wall_ns = INT64_MIN, .boottime_ns = INT64_MAX},
		{.wall_ns = INT64_MIN, .boottime_ns = INT64_MIN},
	};
	struct play play;
	play_begin(&play, false);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		play.now = samples[i];
		take_sample(&play);
		CU_ASSERT_EQUAL(play.guard.counters.steps, i + 1);
		CU_ASSERT_FALSE(clock_guard_may_release(&play.guard));
	}
}

TEST(the_kernel_is_asked_for_ntp)
{
	CU_ASSERT_EQUAL(clock_sync_judge(TIME_OK, STA_PLL), CLOCK_SYNC_YES);
	CU_ASSERT_EQUAL(clock_sync_judge(TIME_INS, STA_PLL | STA_INS), CLOCK_SYNC_YES);
	CU_ASSERT_EQUAL(clock_sync_judge(TIME_ERROR, STA_PPSSIGNAL | STA_PPSERROR), CLOCK_SYNC_YES);
	CU_ASSERT_EQUAL(clock_sync_judge(TIME_ERROR, STA_UNSYNC), CLOCK_SYNC_NO);
	CU_ASSERT_EQUAL(clock_sync_judge(-1, 0), CLOCK_SYNC_UNKNOWN);
	CU_ASSERT_NOT_EQUAL(clock_sync_read(), CLOCK_SYNC_NOT_EVALUATED);
	CU_ASSERT_STRING_EQUAL(clock_sync_name(CLOCK_SYNC_NO), "no");
}

TEST_MAIN(clock_guard, T(clocks_are_judged_as_the_table_says),
	  T(nothing_is_released_before_the_first_sample), T(a_change_says_how_far_the_clock_went),
	  T(a_confirmation_that_nothing_waits_for_is_refused),
	  T(a_confirmation_of_an_earlier_step_is_refused),
	  T(the_ends_of_the_number_range_are_steps), T(the_kernel_is_asked_for_ntp))
