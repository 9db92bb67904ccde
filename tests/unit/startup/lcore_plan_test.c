// SPDX-License-Identifier: BSD-3-Clause

#include "startup/lcore_plan.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static cpu_set_t cpus(unsigned count)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	for (unsigned i = 0; i < count; i++) {
		CPU_SET(i, &set);
	}
	return set;
}

static void expect_text(const struct options_workers *workers, int main_cpu,
			const cpu_set_t *allowed, const char *expected)
{
	int bad_cpu;
	struct lcore_plan plan;
	char text[LCORE_PLAN_TEXT_MAX];
	CU_ASSERT_EQUAL_FATAL(lcore_plan_make(workers, main_cpu, allowed, &plan, &bad_cpu), 0);
	CU_ASSERT_EQUAL_FATAL(lcore_plan_format(&plan, text), 0);
	CU_ASSERT_STRING_EQUAL(text, expected);
}

TEST(workers_take_the_highest_cpus_and_the_control_thread_the_rest)
{
	cpu_set_t four = cpus(4);
	expect_text(&(struct options_workers) {.count = 2}, -1, &four, "0@(0,1),1@3,2@2");
}

TEST(one_cpu_is_shared_by_all)
{
	cpu_set_t one = cpus(1);
	expect_text(&(struct options_workers) {.count = 1}, -1, &one, "0@(0),1@0");
	expect_text(&(struct options_workers) {.count = 2}, -1, &one, "0@(0),1@0,2@0");
}

TEST(workers_without_cpus_of_their_own_share_from_the_highest)
{
	cpu_set_t two = cpus(2);
	expect_text(&(struct options_workers) {.count = 3}, -1, &two, "0@(0,1),1@1,2@0,3@1");
}

TEST(given_cpus_are_used_as_given)
{
	cpu_set_t four = cpus(4);
	expect_text(&(struct options_workers) {.count = 2, .is_pinned = true, .cpu = {1, 2}}, 0,
		    &four, "0@(0),1@1,2@2");
	expect_text(&(struct options_workers) {.count = 1, .is_pinned = true, .cpu = {1}}, 1, &four,
		    "0@(1),1@1");
}

TEST(a_cpu_that_is_not_allowed_is_named)
{
	int bad_cpu = -1;
	struct lcore_plan plan;
	cpu_set_t two = cpus(2);
	const struct options_workers pinned = {.count = 2, .is_pinned = true, .cpu = {1, 2}};
	CU_ASSERT_EQUAL(lcore_plan_make(&pinned, -1, &two, &plan, &bad_cpu), -EINVAL);
	CU_ASSERT_EQUAL(bad_cpu, 2);
	const struct options_workers one = {.count = 1};
	CU_ASSERT_EQUAL(lcore_plan_make(&one, 70, &two, &plan, &bad_cpu), -EINVAL);
	CU_ASSERT_EQUAL(bad_cpu, 70);
}

TEST_MAIN(lcore_plan, T(workers_take_the_highest_cpus_and_the_control_thread_the_rest),
	  T(one_cpu_is_shared_by_all), T(workers_without_cpus_of_their_own_share_from_the_highest),
	  T(given_cpus_are_used_as_given), T(a_cpu_that_is_not_allowed_is_named))
