// SPDX-License-Identifier: BSD-3-Clause
// The watch on a real loop; the wall clock of the test is the real one and what the test adds.

#include "cunit_runner.h"

#include "guard/clock_watch.h"

#include <event2/event.h>

#include <errno.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)
#define DEADLINE_S 20

struct fixture {
	struct event_base *base;
	struct clock_watch *watch;
	int64_t added_ns;
	enum clock_sync sync;
	unsigned changes;
	unsigned sync_changes;
	struct clock_change last;
	enum clock_state wanted; // the loop ends when it is reached
};

static int64_t monotonic_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static void read_clocks(void *context, struct clock_reading *ret_reading)
{
	struct fixture *fixture = context;
	// Not the host's wall clock: whoever sets it must not fail this test.
	const int64_t boottime_ns = monotonic_ns();
	*ret_reading = (struct clock_reading) {
		.sample = {.wall_ns = boottime_ns + 1800000000 * SECOND_NS + fixture->added_ns,
			   .boottime_ns = boottime_ns},
		.sync = fixture->sync,
	};
}

static void on_change(void *context, const struct clock_change *change)
{
	struct fixture *fixture = context;
	fixture->changes++;
	fixture->last = *change;
	if (change->to == fixture->wanted) {
		event_base_loopbreak(fixture->base);
	}
}

static void on_sync(void *context, enum clock_sync from, enum clock_sync to)
{
	struct fixture *fixture = context;
	fixture->sync_changes++;
	CU_ASSERT_NOT_EQUAL(from, to);
}

static void open_watch(struct fixture *fixture, int64_t stable_ns, bool needs_confirmation)
{
	*fixture = (struct fixture) {.base = event_base_new(), .sync = CLOCK_SYNC_YES};
	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->base);
	const struct clock_watch_config config = {
		.base = fixture->base,
		.stable_ns = stable_ns,
		.needs_confirmation = needs_confirmation,
		.on_change = on_change,
		.on_sync = on_sync,
		.context = fixture,
		.read = read_clocks,
	};
	CU_ASSERT_EQUAL_FATAL(clock_watch_open(&config, &fixture->watch), 0);
}

static void close_watch(struct fixture *fixture)
{
	clock_watch_close(fixture->watch);
	event_base_free(fixture->base);
}

// False at the deadline.
static bool run_until(struct fixture *fixture, enum clock_state wanted)
{
	const struct timeval deadline = {.tv_sec = DEADLINE_S};
	fixture->wanted = wanted;
	event_base_loopexit(fixture->base, &deadline);
	event_base_dispatch(fixture->base);
	return fixture->last.to == wanted;
}

TEST(a_step_is_told_within_a_second)
{
	struct fixture fixture;
	open_watch(&fixture, SECOND_NS, false);
	CU_ASSERT_EQUAL(clock_watch_guard(fixture.watch)->state, CLOCK_STATE_OK);
	fixture.added_ns = 61 * SECOND_NS;
	const int64_t from_ns = monotonic_ns();
	CU_ASSERT(run_until(&fixture, CLOCK_STATE_STEPPED));
	CU_ASSERT(monotonic_ns() - from_ns < SECOND_NS);
	CU_ASSERT_EQUAL(fixture.changes, 1);
	CU_ASSERT_EQUAL(fixture.last.step_ns, 61 * SECOND_NS);
	CU_ASSERT(run_until(&fixture, CLOCK_STATE_OK));
	CU_ASSERT(monotonic_ns() - from_ns >= SECOND_NS);
	CU_ASSERT_EQUAL(fixture.changes, 2);
	close_watch(&fixture);
}

TEST(nothing_is_released_after_a_step_that_no_timer_saw_yet)
{
	struct fixture fixture;
	open_watch(&fixture, 3600 * SECOND_NS, false);
	CU_ASSERT(clock_watch_may_release(fixture.watch));
	fixture.added_ns = -365 * 86400 * SECOND_NS;
	CU_ASSERT_FALSE(clock_watch_may_release(fixture.watch));
	CU_ASSERT_EQUAL(fixture.changes, 1);
	CU_ASSERT_FALSE(clock_watch_may_release(fixture.watch));
	CU_ASSERT_EQUAL(fixture.changes, 1);
	close_watch(&fixture);
}

TEST(an_operator_ends_the_pause_at_once)
{
	struct fixture fixture;
	open_watch(&fixture, 0, true);
	CU_ASSERT_EQUAL(clock_watch_confirm(fixture.watch, 0), -ENOENT);
	fixture.added_ns = 61 * SECOND_NS;
	CU_ASSERT_FALSE(clock_watch_may_release(fixture.watch));
	CU_ASSERT(run_until(&fixture, CLOCK_STATE_UNCONFIRMED));
	fixture.added_ns += 61 * SECOND_NS;
	CU_ASSERT_EQUAL(clock_watch_confirm(fixture.watch, 1), -ESTALE);
	CU_ASSERT_FALSE(clock_watch_may_release(fixture.watch));
	CU_ASSERT_EQUAL(clock_watch_confirm(fixture.watch, 2), 0);
	CU_ASSERT_EQUAL(fixture.last.to, CLOCK_STATE_OK);
	CU_ASSERT(clock_watch_may_release(fixture.watch));
	close_watch(&fixture);
}

TEST(ntp_is_told_and_refuses_nothing)
{
	struct fixture fixture;
	open_watch(&fixture, 0, false);
	CU_ASSERT_EQUAL(fixture.sync_changes, 1);
	fixture.sync = CLOCK_SYNC_NO;
	CU_ASSERT(clock_watch_may_release(fixture.watch));
	CU_ASSERT_EQUAL(fixture.sync_changes, 2);
	CU_ASSERT_EQUAL(clock_watch_sync(fixture.watch), CLOCK_SYNC_NO);
	CU_ASSERT_EQUAL(fixture.changes, 0);
	close_watch(&fixture);
}

TEST(the_kernels_clocks_go_forward)
{
	struct clock_reading first;
	struct clock_reading second;
	clock_reading_take(&first);
	clock_reading_take(&second);
	CU_ASSERT(first.sample.wall_ns > 0);
	CU_ASSERT(first.sample.boottime_ns > 0);
	CU_ASSERT(second.sample.boottime_ns > first.sample.boottime_ns);
	CU_ASSERT_NOT_EQUAL(first.sync, CLOCK_SYNC_NOT_EVALUATED);
}

TEST_MAIN(clock_watch, T(a_step_is_told_within_a_second),
	  T(nothing_is_released_after_a_step_that_no_timer_saw_yet),
	  T(an_operator_ends_the_pause_at_once), T(ntp_is_told_and_refuses_nothing),
	  T(the_kernels_clocks_go_forward))
