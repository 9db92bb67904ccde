// SPDX-License-Identifier: BSD-3-Clause

#include "mode/mode_window_list.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

#define ENFORCED_S 1757894400 // 2025-09-15
#define NOW_S 1000

static struct mode_window_list list;
static struct mode_schedule configured, merged;
static const struct mode_window *other;

static void start(void)
{
	const struct mode_window window = {.name = "file",
					   .profile = PROFILE_PRIVATE,
					   .mode = MODE_REPORT_ONLY,
					   .start_s = 2000,
					   .end_s = 3000};
	list = (struct mode_window_list) {.count = 0};
	configured = (struct mode_schedule) {.base = {[PROFILE_PRIVATE] = {.mode = MODE_ENFORCE}}};
	CU_ASSERT_EQUAL_FATAL(mode_schedule_add(&configured, &window, &other),
			      MODE_SCHEDULE_FAULT_NONE);
	other = NULL;
}

static struct mode_window_change change_of(const char *name, int64_t start_s, int64_t end_s)
{
	struct mode_window_change change = {.window = {.profile = PROFILE_PRIVATE,
						       .mode = MODE_TEST_WINDOW,
						       .start_s = start_s,
						       .end_s = end_s},
					    .at_s = NOW_S,
					    .who = "alice",
					    .why = "a drill"};
	snprintf(change.window.name, sizeof(change.window.name), "%s", name);
	return change;
}

static enum mode_schedule_fault ask(struct mode_window_change change)
{
	other = NULL;
	return mode_window_list_change(&list, &configured, &change, &other);
}

static enum mode_schedule_fault add(const char *name, int64_t start_s, int64_t end_s)
{
	return ask(change_of(name, start_s, end_s));
}

static enum mode_schedule_fault take_away(const char *name)
{
	struct mode_window_change change = change_of(name, 0, 0);
	change.is_removal = true;
	return ask(change);
}

static enum mode mode_at(int64_t now_s)
{
	const struct mode_window *window = NULL;
	CU_ASSERT_EQUAL_FATAL(
		mode_window_list_merge(&list, &configured, NOW_S, &merged, &window, &other),
		MODE_SCHEDULE_FAULT_NONE);
	return mode_schedule_at(&merged, PROFILE_PRIVATE, now_s).mode;
}

TEST(an_added_window_holds_beside_the_configured_ones_until_it_is_removed)
{
	start();
	CU_ASSERT_EQUAL(add("drill", NOW_S, 2000), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(add("later", 3000, MODE_TIME_NEVER), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(mode_at(NOW_S - 1), MODE_ENFORCE);
	CU_ASSERT_EQUAL(mode_at(NOW_S), MODE_TEST_WINDOW);
	CU_ASSERT_EQUAL(mode_at(1999), MODE_TEST_WINDOW);
	CU_ASSERT_EQUAL(mode_at(2000), MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(mode_at(3000), MODE_TEST_WINDOW);
	CU_ASSERT_STRING_EQUAL(mode_window_list_find(&list, PROFILE_PRIVATE, "drill")->who,
			       "alice");
	CU_ASSERT_PTR_NULL(mode_window_list_find(&list, PROFILE_TLS, "drill"));
	CU_ASSERT_EQUAL(take_away("drill"), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(mode_at(NOW_S), MODE_ENFORCE);
	CU_ASSERT_EQUAL(mode_at(3000), MODE_TEST_WINDOW);
	CU_ASSERT_EQUAL(take_away("drill"), MODE_SCHEDULE_FAULT_UNKNOWN);
	CU_ASSERT_EQUAL(take_away("file"), MODE_SCHEDULE_FAULT_CONFIGURED);
	CU_ASSERT_EQUAL(take_away(""), MODE_SCHEDULE_FAULT_NAME);
}

TEST(the_record_of_a_removal_has_the_whole_window)
{
	start();
	CU_ASSERT_EQUAL(add("drill", NOW_S, 2000), MODE_SCHEDULE_FAULT_NONE);
	struct mode_window_change change = change_of("drill", 0, 0);
	change.is_removal = true;
	CU_ASSERT_EQUAL(mode_window_list_change(&list, &configured, &change, &other),
			MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(change.window.start_s, NOW_S);
	CU_ASSERT_EQUAL(change.window.end_s, 2000);
}

TEST(a_window_in_the_way_of_another_is_refused)
{
	start();
	CU_ASSERT_EQUAL(add("drill", NOW_S, 2001), MODE_SCHEDULE_FAULT_OVERLAP);
	CU_ASSERT_PTR_EQUAL(other, &configured.windows[0]);
	CU_ASSERT_EQUAL(add("file", NOW_S, 1500), MODE_SCHEDULE_FAULT_REPEATED_NAME);
	CU_ASSERT_EQUAL(add("drill", NOW_S, 1500), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(add("drill", 1500, 1600), MODE_SCHEDULE_FAULT_REPEATED_NAME);
	CU_ASSERT_EQUAL(add("second", 1499, 1600), MODE_SCHEDULE_FAULT_OVERLAP);
	CU_ASSERT_PTR_EQUAL(other, &list.added[0].window);
	CU_ASSERT_EQUAL(list.count, 1);
}

TEST(what_is_no_window_or_has_no_author_is_refused)
{
	start();
	CU_ASSERT_EQUAL(add("", NOW_S, 1500), MODE_SCHEDULE_FAULT_NAME);
	CU_ASSERT_EQUAL(add("drill", 1500, 1500), MODE_SCHEDULE_FAULT_ORDER);
	CU_ASSERT_EQUAL(add("drill", NOW_S - 1, 1500), MODE_SCHEDULE_FAULT_PAST);
	struct mode_window_change change = change_of("drill", NOW_S, 1500);
	change.who[0] = '\0';
	CU_ASSERT_EQUAL(ask(change), MODE_SCHEDULE_FAULT_OPERATOR);
	change = change_of("drill", NOW_S, 1500);
	memset(change.why, 'x', sizeof(change.why));
	CU_ASSERT_EQUAL(ask(change), MODE_SCHEDULE_FAULT_REASON);
	change = change_of("drill", NOW_S, 1500);
	change.window.profile = PROFILE_NOT_SET;
	CU_ASSERT_EQUAL(ask(change), MODE_SCHEDULE_FAULT_PROFILE);
	change.is_removal = true;
	CU_ASSERT_EQUAL(ask(change), MODE_SCHEDULE_FAULT_PROFILE);
	CU_ASSERT_EQUAL(list.count, 0);
}

TEST(weaker_than_the_rules_at_any_time_of_it_needs_force)
{
	start();
	struct mode_window_change change = change_of("drill", ENFORCED_S - 100, ENFORCED_S);
	change.window.profile = PROFILE_TLS;
	CU_ASSERT_EQUAL(ask(change), MODE_SCHEDULE_FAULT_NONE);
	change = change_of("longer", ENFORCED_S, ENFORCED_S + 1);
	change.window.profile = PROFILE_TLS;
	CU_ASSERT_EQUAL(ask(change), MODE_SCHEDULE_FAULT_NEEDS_FORCE);
	change.window.is_forced = true;
	CU_ASSERT_EQUAL(ask(change), MODE_SCHEDULE_FAULT_NONE);
	change = change_of("strong", ENFORCED_S + 1, MODE_TIME_NEVER);
	change.window.profile = PROFILE_TLS;
	change.window.mode = MODE_ENFORCE;
	CU_ASSERT_EQUAL(ask(change), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(list.count, 3);
}

TEST(a_full_schedule_takes_no_more_until_windows_are_over)
{
	start();
	char name[16];
	for (int i = 0; i < MODE_WINDOWS_MAX - 1; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		CU_ASSERT_EQUAL(add(name, 3000 + i, 3001 + i), MODE_SCHEDULE_FAULT_NONE);
	}
	CU_ASSERT_EQUAL(add("one more", 9000, 9001), MODE_SCHEDULE_FAULT_FULL);
	mode_window_list_forget_past(&list, 3011);
	CU_ASSERT_EQUAL(list.count, MODE_WINDOWS_MAX - 12);
	CU_ASSERT_STRING_EQUAL(list.added[0].window.name, "w11");
	CU_ASSERT_EQUAL(add("one more", 9000, 9001), MODE_SCHEDULE_FAULT_NONE);
}

TEST(records_make_the_list_anew_however_many_there_were)
{
	start();
	for (int i = 0; i < 3 * MODE_WINDOWS_MAX; i++) {
		struct mode_window_change change = change_of("daily", NOW_S + i, NOW_S + i + 1);
		change.at_s = NOW_S + i;
		mode_window_list_restore(&list, &change);
	}
	CU_ASSERT_EQUAL(list.count, 1);
	for (int i = 0; i < 2 * MODE_WINDOWS_MAX; i++) {
		char name[16];
		snprintf(name, sizeof(name), "day %d", i);
		struct mode_window_change change = change_of(name, 5000 + i, 5000 + i + 1);
		change.at_s = 5000 + i;
		mode_window_list_restore(&list, &change);
		CU_ASSERT_PTR_NOT_NULL(mode_window_list_find(&list, PROFILE_PRIVATE, name));
	}
	struct mode_window_change kept = change_of("kept", 9000, 9001), gone = kept;
	snprintf(gone.window.name, sizeof(gone.window.name), "gone");
	mode_window_list_restore(&list, &kept);
	mode_window_list_restore(&list, &gone);
	gone.is_removal = true;
	mode_window_list_restore(&list, &gone);
	CU_ASSERT_PTR_NOT_NULL(mode_window_list_find(&list, PROFILE_PRIVATE, "kept"));
	CU_ASSERT_PTR_NULL(mode_window_list_find(&list, PROFILE_PRIVATE, "gone"));
}

TEST(a_configuration_in_the_way_of_an_added_window_does_not_merge)
{
	start();
	const struct mode_window *window = NULL;
	CU_ASSERT_EQUAL(add("drill", NOW_S, 2000), MODE_SCHEDULE_FAULT_NONE);
	configured.windows[0].start_s = 1999;
	CU_ASSERT_EQUAL(mode_window_list_merge(&list, &configured, NOW_S, &merged, &window, &other),
			MODE_SCHEDULE_FAULT_OVERLAP);
	CU_ASSERT_PTR_EQUAL(window, &list.added[0].window);
	CU_ASSERT_STRING_EQUAL(other->name, "file");
}

TEST(windows_that_are_over_give_way_and_stay_where_there_is_room)
{
	start();
	const struct mode_window *window = NULL;
	CU_ASSERT_EQUAL(add("over", NOW_S, 1500), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(add("drill", 3000, 4000), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(mode_window_list_merge(&list, &configured, 1500, &merged, &window, &other),
			MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(merged.count, 3);
	configured.windows[0].start_s = 1499;
	CU_ASSERT_EQUAL(mode_window_list_merge(&list, &configured, 1499, &merged, &window, &other),
			MODE_SCHEDULE_FAULT_OVERLAP);
	CU_ASSERT_EQUAL(mode_window_list_merge(&list, &configured, 1500, &merged, &window, &other),
			MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(merged.count, 2);
	// A full file leaves no room for "over", which came first, but for "drill".
	struct mode_window filler = configured.windows[0];
	for (int i = 1; configured.count < MODE_WINDOWS_MAX - 1; i++) {
		snprintf(filler.name, sizeof(filler.name), "file %d", i);
		filler.start_s = 10000 + i;
		filler.end_s = 10001 + i;
		CU_ASSERT_EQUAL_FATAL(mode_schedule_add(&configured, &filler, &other),
				      MODE_SCHEDULE_FAULT_NONE);
	}
	configured.windows[0].start_s = 2000;
	CU_ASSERT_EQUAL(mode_window_list_merge(&list, &configured, 1500, &merged, &window, &other),
			MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(mode_schedule_at(&merged, PROFILE_PRIVATE, 3000).mode, MODE_TEST_WINDOW);
	CU_ASSERT_EQUAL(merged.count, MODE_WINDOWS_MAX);
}

TEST_MAIN(mode_window_list, T(an_added_window_holds_beside_the_configured_ones_until_it_is_removed),
	  T(the_record_of_a_removal_has_the_whole_window),
	  T(a_window_in_the_way_of_another_is_refused),
	  T(what_is_no_window_or_has_no_author_is_refused),
	  T(weaker_than_the_rules_at_any_time_of_it_needs_force),
	  T(a_full_schedule_takes_no_more_until_windows_are_over),
	  T(records_make_the_list_anew_however_many_there_were),
	  T(a_configuration_in_the_way_of_an_added_window_does_not_merge),
	  T(windows_that_are_over_give_way_and_stay_where_there_is_room))
