// SPDX-License-Identifier: BSD-3-Clause

#include "ratelimit/flow_window.h"

#include "cunit_runner.h"

#define US 1000ull

static struct flow_window window;
static uint64_t now_ns;

static void start(void)
{
	flow_window_init(&window, 4096);
	now_ns = 1000 * FLOW_WINDOW_INTERVAL_NS;
}

// One interval with these answers and losses, the window having been the limit.
static void pass_interval(unsigned answers, uint64_t rtt_ns, unsigned losses, unsigned refusals)
{
	for (unsigned i = 0; i < answers; i++) {
		flow_window_answer(&window, rtt_ns);
	}
	for (unsigned i = 0; i < losses; i++) {
		flow_window_loss(&window);
	}
	for (unsigned i = 0; i < refusals; i++) {
		flow_window_refusal(&window);
	}
	window.was_full = true;
	now_ns += FLOW_WINDOW_INTERVAL_NS;
	flow_window_judge(&window, now_ns);
}

TEST(a_quick_server_gets_more_until_the_maximum)
{
	start();
	for (unsigned i = 0; i < 10; i++) {
		pass_interval(1000, 200 * US, 0, 0);
	}
	CU_ASSERT_EQUAL(window.size, 4096);
}

TEST(an_unused_window_does_not_grow)
{
	start();
	flow_window_answer(&window, 200 * US);
	now_ns += FLOW_WINDOW_INTERVAL_NS;
	flow_window_judge(&window, now_ns);
	CU_ASSERT_EQUAL(window.size, FLOW_WINDOW_START);
}

TEST(losses_with_slow_answers_halve_it)
{
	start();
	pass_interval(1000, 200 * US, 0, 0);
	uint32_t before = window.size;
	pass_interval(900, 5000 * US, 100, 0);
	CU_ASSERT_EQUAL(window.size, before / 2);
}

TEST(a_lossy_link_alone_does_not_shrink_it)
{
	start();
	for (unsigned i = 0; i < 20; i++) {
		pass_interval(640, 200 * US, 360, 0);
	}
	CU_ASSERT_EQUAL(window.size, 4096);
}

TEST(a_dead_or_refusing_server_shrinks_it_to_the_floor)
{
	start();
	pass_interval(1000, 200 * US, 0, 0);
	for (unsigned i = 0; i < 10; i++) {
		pass_interval(0, 0, 50, 0);
	}
	CU_ASSERT_EQUAL(window.size, FLOW_WINDOW_MIN);
	start();
	for (unsigned i = 0; i < 10; i++) {
		pass_interval(60, 200 * US, 0, 40);
	}
	CU_ASSERT_EQUAL(window.size, FLOW_WINDOW_MIN);
}

TEST(silence_before_the_first_answer_says_nothing)
{
	start();
	for (unsigned i = 0; i < 10; i++) {
		pass_interval(0, 0, 50, 0);
	}
	CU_ASSERT_TRUE(window.size >= FLOW_WINDOW_START);
}

TEST(growth_after_overload_is_additive)
{
	start();
	pass_interval(1000, 200 * US, 0, 0);
	pass_interval(0, 0, 50, 0);
	uint32_t before = window.size;
	pass_interval(1000, 200 * US, 0, 0);
	CU_ASSERT_EQUAL(window.size, before + before / 16 + 1);
}

TEST_MAIN(flow_window, T(a_quick_server_gets_more_until_the_maximum),
	  T(an_unused_window_does_not_grow), T(losses_with_slow_answers_halve_it),
	  T(a_lossy_link_alone_does_not_shrink_it),
	  T(a_dead_or_refusing_server_shrinks_it_to_the_floor),
	  T(silence_before_the_first_answer_says_nothing), T(growth_after_overload_is_additive))
