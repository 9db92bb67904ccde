// SPDX-License-Identifier: BSD-3-Clause

#include "mode/mode_schedule.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

#define ENFORCED_S 1757894400 // 2025-09-15

static struct mode_schedule schedule;
static const struct mode_window *other;

static enum mode_schedule_fault add(const char *name, enum profile profile, enum mode mode,
				    int64_t start_s, int64_t end_s)
{
	struct mode_window window = {
		.profile = profile, .mode = mode, .start_s = start_s, .end_s = end_s};
	snprintf(window.name, sizeof(window.name), "%s", name);
	return mode_schedule_add(&schedule, &window, &other);
}

static void start(void)
{
	schedule = (struct mode_schedule) {.base = {[PROFILE_TLS] = {.mode = MODE_REPORT_ONLY}}};
	other = NULL;
}

TEST(a_window_holds_from_its_first_second_to_before_its_end)
{
	static const struct {
		int64_t now_s;
		const char *window;
		enum mode mode;
		int64_t next_s;
	} cases[] = {{INT64_MIN, NULL, MODE_REPORT_ONLY, 100},
		     {99, NULL, MODE_REPORT_ONLY, 100},
		     {100, "b", MODE_TEST_WINDOW, 200},
		     {199, "b", MODE_TEST_WINDOW, 200},
		     {200, "c", MODE_ENFORCE, 300},
		     {299, "c", MODE_ENFORCE, 300},
		     {300, NULL, MODE_REPORT_ONLY, 400},
		     {399, NULL, MODE_REPORT_ONLY, 400},
		     {400, "d", MODE_ENFORCE, MODE_TIME_NEVER}};
	start();
	// Given out of order; c begins in the second in which b ends.
	CU_ASSERT_EQUAL(add("c", PROFILE_TLS, MODE_ENFORCE, 200, 300), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(add("d", PROFILE_TLS, MODE_ENFORCE, 400, MODE_TIME_NEVER),
			MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(add("s", PROFILE_SMIME, MODE_ENFORCE, 50, 350), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(add("b", PROFILE_TLS, MODE_TEST_WINDOW, 100, 200),
			MODE_SCHEDULE_FAULT_NONE);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct mode_moment moment =
			mode_schedule_at(&schedule, PROFILE_TLS, cases[i].now_s);
		CU_ASSERT_EQUAL(moment.mode, cases[i].mode);
		CU_ASSERT_EQUAL(moment.next_change_s, cases[i].next_s);
		CU_ASSERT_EQUAL(moment.window != NULL, cases[i].window != NULL);
		if (moment.window != NULL && cases[i].window != NULL) {
			CU_ASSERT_STRING_EQUAL(moment.window->name, cases[i].window);
		}
	}
}

TEST(an_overlap_is_refused_and_names_both)
{
	static const int64_t intervals[][2] = {{50, 101},  {100, 200}, {120, 130},
					       {199, 300}, {0, 500},   {0, MODE_TIME_NEVER}};
	start();
	CU_ASSERT_EQUAL(add("maintenance", PROFILE_TLS, MODE_ENFORCE, 100, 200),
			MODE_SCHEDULE_FAULT_NONE);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(intervals); i++) {
		CU_ASSERT_EQUAL(
			add("june", PROFILE_TLS, MODE_ENFORCE, intervals[i][0], intervals[i][1]),
			MODE_SCHEDULE_FAULT_OVERLAP);
		CU_ASSERT_STRING_EQUAL(other->name, "maintenance");
	}
	CU_ASSERT_EQUAL(schedule.count, 1);
	char text[256];
	struct mode_window window = {.name = "june", .profile = PROFILE_TLS};
	mode_schedule_fault_describe(MODE_SCHEDULE_FAULT_OVERLAP, &window, other, text,
				     sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "windows \"june\" and \"maintenance\" of profile tls overlap: "
				     "end one where the other starts");
	// Profiles do not stand in each other's way.
	CU_ASSERT_EQUAL(add("june", PROFILE_SMIME, MODE_ENFORCE, 100, 200),
			MODE_SCHEDULE_FAULT_NONE);
}

TEST(a_window_that_is_none_is_refused)
{
	struct mode_window unterminated = {
		.profile = PROFILE_TLS, .mode = MODE_ENFORCE, .start_s = 1, .end_s = 2};
	memset(unterminated.name, 'x', sizeof(unterminated.name));
	start();
	CU_ASSERT_EQUAL(mode_schedule_add(&schedule, &unterminated, &other),
			MODE_SCHEDULE_FAULT_NAME);
	CU_ASSERT_EQUAL(add("", PROFILE_TLS, MODE_ENFORCE, 1, 2), MODE_SCHEDULE_FAULT_NAME);
	CU_ASSERT_EQUAL(add("a", PROFILE_NOT_SET, MODE_ENFORCE, 1, 2), MODE_SCHEDULE_FAULT_PROFILE);
	CU_ASSERT_EQUAL(add("a", (enum profile)9, MODE_ENFORCE, 1, 2), MODE_SCHEDULE_FAULT_PROFILE);
	CU_ASSERT_EQUAL(add("a", PROFILE_TLS, MODE_NOT_SET, 1, 2), MODE_SCHEDULE_FAULT_MODE);
	CU_ASSERT_EQUAL(add("a", PROFILE_TLS, MODE_ENFORCE, 2, 2), MODE_SCHEDULE_FAULT_ORDER);
	CU_ASSERT_EQUAL(add("a", PROFILE_TLS, MODE_ENFORCE, 3, 2), MODE_SCHEDULE_FAULT_ORDER);
	CU_ASSERT_EQUAL(schedule.count, 0);
	CU_ASSERT_EQUAL(add("a", PROFILE_TLS, MODE_ENFORCE, 1, 2), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(add("a", PROFILE_TLS, MODE_ENFORCE, 3, 4),
			MODE_SCHEDULE_FAULT_REPEATED_NAME);
	// Edges may touch on both sides.
	CU_ASSERT_EQUAL(add("b", PROFILE_TLS, MODE_ENFORCE, 2, 3), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(add("c", PROFILE_TLS, MODE_ENFORCE, 0, 1), MODE_SCHEDULE_FAULT_NONE);
}

TEST(a_full_schedule_takes_no_more)
{
	char name[16];
	start();
	for (int i = 0; i < MODE_WINDOWS_MAX; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		CU_ASSERT_EQUAL_FATAL(add(name, PROFILE_TLS, MODE_ENFORCE, -2 * i, -2 * i + 1),
				      MODE_SCHEDULE_FAULT_NONE);
	}
	CU_ASSERT_EQUAL(add("more", PROFILE_TLS, MODE_ENFORCE, 10, 11), MODE_SCHEDULE_FAULT_FULL);
	for (int i = 1; i < MODE_WINDOWS_MAX; i++) {
		CU_ASSERT_TRUE(schedule.windows[i - 1].start_s < schedule.windows[i].start_s);
	}
}

TEST(a_profile_that_is_not_set_has_no_mode)
{
	start();
	CU_ASSERT_EQUAL(mode_schedule_at(&schedule, PROFILE_NOT_SET, 0).mode, MODE_NOT_SET);
	CU_ASSERT_EQUAL(mode_schedule_at(&schedule, (enum profile)9, 0).mode, MODE_NOT_SET);
}

TEST(the_first_weak_moment_is_found)
{
	int64_t at_s = 0;
	struct mode_moment moment = {0};
	start();
	CU_ASSERT_TRUE(mode_schedule_find_weak(&schedule, PROFILE_TLS, 0, &at_s, &moment));
	CU_ASSERT_EQUAL(at_s, ENFORCED_S);
	CU_ASSERT_PTR_NULL(moment.window);
	CU_ASSERT_EQUAL(
		add("enforcement", PROFILE_TLS, MODE_ENFORCE, ENFORCED_S, MODE_TIME_NEVER - 9),
		MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_TRUE(mode_schedule_find_weak(&schedule, PROFILE_TLS, 0, &at_s, &moment));
	CU_ASSERT_EQUAL(at_s, MODE_TIME_NEVER - 9);
	schedule.windows[0].end_s = MODE_TIME_NEVER;
	CU_ASSERT_FALSE(mode_schedule_find_weak(&schedule, PROFILE_TLS, 0, &at_s, &moment));
	schedule.windows[0].mode = MODE_TEST_WINDOW;
	CU_ASSERT_TRUE(mode_schedule_find_weak(&schedule, PROFILE_TLS, 0, &at_s, &moment));
	CU_ASSERT_STRING_EQUAL(moment.window->name, "enforcement");
	schedule.windows[0].is_forced = true;
	CU_ASSERT_FALSE(mode_schedule_find_weak(&schedule, PROFILE_TLS, 0, &at_s, &moment));
	// Nothing is demanded of private certificates, anything of a profile that is not set.
	CU_ASSERT_FALSE(mode_schedule_find_weak(&schedule, PROFILE_PRIVATE, 0, &at_s, &moment));
	CU_ASSERT_TRUE(mode_schedule_find_weak(&schedule, PROFILE_NOT_SET, 7, &at_s, &moment));
	CU_ASSERT_EQUAL(at_s, 7);
}

TEST(each_fault_has_a_name_and_a_sentence)
{
	struct mode_window window = {.name = "june", .profile = PROFILE_TLS};
	for (int i = 0; i <= MODE_SCHEDULE_FAULT_CONFIGURED; i++) {
		char text[256];
		enum mode_schedule_fault fault = (enum mode_schedule_fault)i;
		CU_ASSERT_STRING_NOT_EQUAL(mode_schedule_fault_name(fault), "unknown");
		int length = mode_schedule_fault_describe(fault, &window, NULL, text, sizeof(text));
		CU_ASSERT_TRUE(length > 20 && length < (int)sizeof(text));
	}
}

TEST_MAIN(mode_schedule, T(a_window_holds_from_its_first_second_to_before_its_end),
	  T(an_overlap_is_refused_and_names_both), T(a_window_that_is_none_is_refused),
	  T(a_full_schedule_takes_no_more), T(a_profile_that_is_not_set_has_no_mode),
	  T(the_first_weak_moment_is_found), T(each_fault_has_a_name_and_a_sentence))
