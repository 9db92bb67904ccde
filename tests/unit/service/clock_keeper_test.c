// SPDX-License-Identifier: BSD-3-Clause
// From a step of the clock to orders that are held back, and to the word of an operator.

#include "service/clock_keeper.h"

#include "cunit_runner.h"
#include "service/service_context.h"

#include <event2/event.h>

#include <errno.h>

#define SECOND_NS INT64_C(1000000000)
#define STABLE_NS (5 * SECOND_NS)

struct clock_case {
	struct service_context service;
	struct clock_reading now;
	struct clock_keeper *keeper;
};

static void read_case(void *context, struct clock_reading *ret_reading)
{
	*ret_reading = ((struct clock_case *)context)->now;
}

static void open_case(struct clock_case *one, bool needs_confirmation)
{
	*one = (struct clock_case) {
		.service = {.base = event_base_new()},
		.now = {.sample = {.wall_ns = 1000 * SECOND_NS, .boottime_ns = SECOND_NS},
			.sync = CLOCK_SYNC_YES}};
	const struct clock_keeper_config config = {.service = &one->service,
						   .stable_ns = STABLE_NS,
						   .needs_confirmation = needs_confirmation,
						   .read = read_case,
						   .read_context = one};
	CU_ASSERT_EQUAL_FATAL(clock_keeper_open(&config, &one->keeper), 0);
}

static void close_case(struct clock_case *one)
{
	clock_keeper_close(one->keeper);
	event_base_free(one->service.base);
}

// Both clocks go on, the wall clock by `step_ns` more.
static struct order_clock pass(struct clock_case *one, int64_t step_ns)
{
	one->now.sample.boottime_ns += SECOND_NS;
	one->now.sample.wall_ns += SECOND_NS + step_ns;
	return clock_keeper_judge(one->keeper);
}

static void pass_stable(struct clock_case *one)
{
	for (int i = 0; i < 6; i++) {
		(void)pass(one, 0);
	}
}

TEST(a_clock_that_runs_is_believed_and_a_step_is_not)
{
	struct clock_case one;
	open_case(&one, false);
	CU_ASSERT_TRUE(pass(&one, 0).is_believed);
	struct order_clock clock = pass(&one, 3600 * SECOND_NS);
	CU_ASSERT_FALSE(clock.is_believed);
	CU_ASSERT_EQUAL(clock.steps, 1);
	pass_stable(&one);
	clock = pass(&one, 0);
	CU_ASSERT_TRUE(clock.is_believed);
	CU_ASSERT_EQUAL(clock.steps, 1); // what began before still rests on two clocks
	CU_ASSERT_EQUAL(clock_keeper_confirm(one.keeper, 1, "alice"), -ENOENT);
	close_case(&one);
}

TEST(an_operator_confirms_the_steps_that_he_saw)
{
	struct clock_case one;
	open_case(&one, true);
	(void)pass(&one, -3600 * SECOND_NS);
	pass_stable(&one);
	CU_ASSERT_FALSE(pass(&one, 0).is_believed);
	CU_ASSERT_EQUAL(clock_keeper_guard(one.keeper)->state, CLOCK_STATE_UNCONFIRMED);
	CU_ASSERT_EQUAL(clock_keeper_confirm(one.keeper, 2, "alice"), -ESTALE);
	CU_ASSERT_EQUAL(clock_keeper_confirm(one.keeper, 1, "alice"), 0);
	CU_ASSERT_TRUE(clock_keeper_judge(one.keeper).is_believed);
	close_case(&one);
}

TEST(a_word_given_early_holds_until_the_clock_is_stable_and_a_further_step_voids_it)
{
	struct clock_case one;
	open_case(&one, true);
	(void)pass(&one, 60 * SECOND_NS);
	CU_ASSERT_EQUAL(clock_keeper_confirm(one.keeper, 1, "alice"), 0);
	CU_ASSERT_FALSE(clock_keeper_judge(one.keeper).is_believed);
	(void)pass(&one, 60 * SECOND_NS);
	pass_stable(&one);
	CU_ASSERT_FALSE(clock_keeper_judge(one.keeper).is_believed);
	CU_ASSERT_EQUAL(clock_keeper_confirm(one.keeper, 2, "alice"), 0);
	CU_ASSERT_TRUE(clock_keeper_judge(one.keeper).is_believed);
	close_case(&one);
}

TEST(a_daemon_that_starts_has_no_guard_yet)
{
	CU_ASSERT_TRUE(clock_keeper_judge(NULL).is_believed);
	clock_keeper_close(NULL);
}

TEST_MAIN(clock_keeper, T(a_clock_that_runs_is_believed_and_a_step_is_not),
	  T(an_operator_confirms_the_steps_that_he_saw),
	  T(a_word_given_early_holds_until_the_clock_is_stable_and_a_further_step_voids_it),
	  T(a_daemon_that_starts_has_no_guard_yet))
