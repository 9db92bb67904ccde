// SPDX-License-Identifier: BSD-3-Clause
// The owner of added windows with a real audit log, the owner of the modes, and a clock of the test.

#include "cunit_runner.h"

#include "audit/audit_log.h"
#include "service/mode_keeper.h"
#include "service/mode_record.h"
#include "service/window_keeper.h"
#include "service/window_record.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEADLINE_S 10
#define NOON_S 1795435200 // 2026-11-23T12:00:00Z

static struct event_base *base;
static struct audit_log *audit;
static struct mode_keeper *modes;
static struct window_keeper *windows;
static struct mode_schedule configured;
static char directory[64], path[96], sentence[WINDOW_FAULT_MAX];
static int64_t now;
static unsigned done_count, change_count;
static int done_error;

static int64_t clock_s(void *context)
{
	return now;
}

static void on_change(const struct mode_change *change, void *context)
{
	change_count++;
}

static void on_done(void *context, int error, const char *fault,
		    const struct mode_window_change *change)
{
	done_count++;
	done_error = error;
	snprintf(sentence, sizeof(sentence), "%s", fault != NULL ? fault : "");
}

static void turn_until(const unsigned *count, unsigned wanted)
{
	time_t end = time(NULL) + DEADLINE_S;
	while (*count < wanted && time(NULL) < end) {
		event_base_loop(base, EVLOOP_ONCE);
	}
	CU_ASSERT_EQUAL(*count, wanted);
}

static int open_keepers(void)
{
	static struct mode_window_list restored;
	struct mode_state state = {0};
	struct audit_fault fault;
	const struct audit_log_config config = {.path = path, .base = base, .version = "0"};
	restored.count = 0;
	CU_ASSERT_EQUAL_FATAL(audit_log_open(&config, &audit, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(mode_record_restore(path, &state, &restored, &fault), 0);
	const struct mode_keeper_config mode_config = {.base = base,
						       .audit = audit,
						       .restored = &state,
						       .schedule = &configured,
						       .now_s = clock_s,
						       .on_change = on_change};
	modes = mode_keeper_create(&mode_config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(modes);
	const struct window_keeper_config window_config = {.base = base,
							   .audit = audit,
							   .modes = modes,
							   .restored = &restored,
							   .configured = &configured,
							   .now_s = clock_s};
	return window_keeper_create(&window_config, &windows, sentence);
}

static void close_keepers(void)
{
	window_keeper_destroy(windows);
	windows = NULL;
	mode_keeper_destroy(modes);
	audit_log_close(audit);
}

static void start(void)
{
	snprintf(directory, sizeof(directory), "/tmp/parallax-window-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/audit.db", directory);
	base = event_base_new();
	now = NOON_S;
	change_count = done_count = 0;
	configured = (struct mode_schedule) {.base = {[PROFILE_TLS] = {.mode = MODE_ENFORCE},
						      [PROFILE_SMIME] = {.mode = MODE_ENFORCE},
						      [PROFILE_PRIVATE] = {.mode = MODE_ENFORCE}}};
	CU_ASSERT_EQUAL_FATAL(open_keepers(), 0);
	turn_until(&change_count, 3); // each profile's first
}

static int remove_one(const char *file, const struct stat *stat, int flag, struct FTW *walk)
{
	return remove(file);
}

static void stop(void)
{
	close_keepers();
	event_base_free(base);
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct mode_window_change drill(int64_t start_s, int64_t end_s)
{
	return (struct mode_window_change) {.window = {.name = "drill",
						       .profile = PROFILE_TLS,
						       .mode = MODE_TEST_WINDOW,
						       .start_s = start_s,
						       .end_s = end_s,
						       .is_forced = true},
					    .who = "alice",
					    .why = "announced"};
}

static void ask(struct mode_window_change change)
{
	unsigned before = done_count;
	CU_ASSERT_EQUAL(window_keeper_change(windows, &change, on_done, NULL), 0);
	turn_until(&done_count, before + 1);
}

static struct mode_effective effective_at(int64_t at_s)
{
	return mode_keeper_effective(modes, PROFILE_TLS, at_s);
}

TEST(an_added_window_takes_effect_with_its_record_and_outlives_the_daemon)
{
	start();
	struct mode_window_change change = drill(NOON_S + 10, NOON_S + 20);
	CU_ASSERT_EQUAL(window_keeper_change(windows, &change, on_done, NULL), 0);
	CU_ASSERT_EQUAL(done_count, 0);
	CU_ASSERT_EQUAL(effective_at(NOON_S + 10).mode, MODE_ENFORCE); // not recorded yet
	CU_ASSERT_EQUAL(window_keeper_change(windows, &change, on_done, NULL), -EBUSY);
	turn_until(&done_count, 1);
	CU_ASSERT_EQUAL(done_error, 0);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(effective_at(NOON_S + 9).mode, MODE_ENFORCE);
		CU_ASSERT_EQUAL(effective_at(NOON_S + 10).mode, MODE_TEST_WINDOW);
		CU_ASSERT_FALSE(effective_at(NOON_S + 10).is_compliant);
		CU_ASSERT_STRING_EQUAL(effective_at(NOON_S + 10).why, "window drill");
		CU_ASSERT_EQUAL(effective_at(NOON_S + 20).mode, MODE_ENFORCE);
		const struct mode_window_change *found =
			window_keeper_find(windows, &change.window);
		CU_ASSERT_PTR_NOT_NULL_FATAL(found);
		CU_ASSERT_STRING_EQUAL(found->who, "alice");
		CU_ASSERT_STRING_EQUAL(found->why, "announced");
		close_keepers();
		CU_ASSERT_EQUAL_FATAL(open_keepers(), 0);
	}
	change.is_removal = true;
	ask(change);
	CU_ASSERT_EQUAL(done_error, 0);
	CU_ASSERT_EQUAL(effective_at(NOON_S + 10).mode, MODE_ENFORCE);
	close_keepers();
	CU_ASSERT_EQUAL_FATAL(open_keepers(), 0);
	CU_ASSERT_EQUAL(effective_at(NOON_S + 10).mode, MODE_ENFORCE);
	stop();
}

TEST(a_window_from_now_is_announced_at_once_and_at_its_end)
{
	start();
	ask(drill(MODE_WINDOW_FROM_NOW, NOON_S + 20));
	CU_ASSERT_EQUAL(done_error, 0);
	turn_until(&change_count, 4);
	struct mode_window_change gone = drill(0, 0);
	gone.is_removal = true;
	ask(gone);
	turn_until(&change_count, 5);
	CU_ASSERT_EQUAL(effective_at(NOON_S).mode, MODE_ENFORCE);
	stop();
}

TEST(what_is_refused_says_why_and_leaves_no_record)
{
	start();
	struct mode_window_change weak = drill(NOON_S + 10, NOON_S + 20);
	weak.window.is_forced = false;
	ask(weak);
	CU_ASSERT_EQUAL(done_error, -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(sentence, "weaker than the rules demand"));
	ask(drill(NOON_S - 1, NOON_S + 20));
	CU_ASSERT_PTR_NOT_NULL(strstr(sentence, "begins in the past"));
	ask(drill(NOON_S + 10, NOON_S + 20));
	CU_ASSERT_EQUAL(done_error, 0);
	struct mode_window_change over = drill(NOON_S + 19, NOON_S + 21);
	snprintf(over.window.name, sizeof(over.window.name), "second");
	ask(over);
	CU_ASSERT_EQUAL(done_error, -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(sentence, "\"second\" and \"drill\""));
	struct mode_window_change none = over;
	none.is_removal = true;
	ask(none);
	CU_ASSERT_PTR_NOT_NULL(strstr(sentence, "has no window \"second\""));
	close_keepers();
	CU_ASSERT_EQUAL_FATAL(open_keepers(), 0);
	CU_ASSERT_EQUAL(mode_keeper_schedule(modes)->count, 1);
	stop();
}

TEST(a_reload_keeps_added_windows_and_is_refused_when_it_is_in_their_way)
{
	start();
	ask(drill(NOON_S + 10, NOON_S + 20));
	struct mode_schedule next = configured;
	struct mode_window window = drill(NOON_S + 15, NOON_S + 30).window;
	const struct mode_window *other = NULL;
	snprintf(window.name, sizeof(window.name), "in the file");
	CU_ASSERT_EQUAL(mode_schedule_add(&next, &window, &other), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(window_keeper_check(windows, &next, sentence), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(sentence, "\"drill\" was added by command"));
	CU_ASSERT_EQUAL(window_keeper_configure(windows, &next, sentence), -EINVAL);
	CU_ASSERT_EQUAL(effective_at(NOON_S + 25).mode, MODE_ENFORCE);
	next.windows[0].start_s = NOON_S + 20;
	CU_ASSERT_EQUAL(window_keeper_configure(windows, &next, sentence), 0);
	CU_ASSERT_STRING_EQUAL(effective_at(NOON_S + 19).why, "window drill");
	CU_ASSERT_STRING_EQUAL(effective_at(NOON_S + 20).why, "window in the file");
	// One that is over is in nobody's way.
	now = NOON_S + 20;
	next.windows[0].start_s = NOON_S + 15;
	CU_ASSERT_EQUAL(window_keeper_check(windows, &next, sentence), 0);
	CU_ASSERT_EQUAL(window_keeper_configure(windows, &next, sentence), 0);
	CU_ASSERT_EQUAL(mode_keeper_schedule(modes)->count, 1);
	stop();
}

TEST(a_reload_during_a_change_counts_with_it)
{
	start();
	struct mode_window_change change = drill(NOON_S + 10, NOON_S + 20);
	struct mode_schedule next = configured;
	struct mode_window window = change.window;
	const struct mode_window *other = NULL;
	snprintf(window.name, sizeof(window.name), "in the file");
	CU_ASSERT_EQUAL(mode_schedule_add(&next, &window, &other), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(window_keeper_change(windows, &change, on_done, NULL), 0);
	CU_ASSERT_EQUAL(window_keeper_check(windows, &next, sentence), -EINVAL);
	CU_ASSERT_EQUAL(window_keeper_configure(windows, &next, sentence), -EINVAL);
	next.windows[0].start_s = NOON_S + 20;
	next.windows[0].end_s = NOON_S + 30;
	CU_ASSERT_EQUAL(window_keeper_configure(windows, &next, sentence), 0);
	CU_ASSERT_EQUAL(mode_keeper_schedule(modes)->count, 1);
	turn_until(&done_count, 1);
	CU_ASSERT_EQUAL(mode_keeper_schedule(modes)->count, 2);
	stop();
}

TEST(a_change_whose_record_is_not_in_the_log_changes_nothing)
{
	char moved[sizeof(path) + 8];
	start();
	snprintf(moved, sizeof(moved), "%s.moved", path);
	CU_ASSERT_EQUAL(rename(path, moved), 0);
	const struct mode_window_change change = drill(NOON_S + 10, NOON_S + 20);
	ask(change);
	CU_ASSERT_NOT_EQUAL(done_error, 0);
	CU_ASSERT_EQUAL(effective_at(NOON_S + 10).mode, MODE_ENFORCE);
	CU_ASSERT_PTR_NULL(window_keeper_find(windows, &change.window));
	CU_ASSERT_EQUAL(rename(moved, path), 0);
	ask(change); // the way is free again
	CU_ASSERT_EQUAL(done_error, 0);
	CU_ASSERT_EQUAL(effective_at(NOON_S + 10).mode, MODE_TEST_WINDOW);
	stop();
}

TEST(a_change_on_its_way_when_the_daemon_ends_is_told_and_taken_up_again)
{
	start();
	struct mode_window_change change = drill(NOON_S + 10, NOON_S + 20);
	CU_ASSERT_EQUAL(window_keeper_change(windows, &change, on_done, NULL), 0);
	close_keepers(); // the keeper goes first, the log tells when it closes
	CU_ASSERT_EQUAL(done_count, 1);
	CU_ASSERT_EQUAL(done_error, 0);
	CU_ASSERT_EQUAL_FATAL(open_keepers(), 0);
	CU_ASSERT_EQUAL(effective_at(NOON_S + 10).mode, MODE_TEST_WINDOW);
	stop();
}

TEST(a_clock_that_was_ahead_at_the_start_costs_no_window)
{
	start();
	ask(drill(NOON_S + 10, NOON_S + 20));
	close_keepers();
	now = NOON_S + 1000000;
	CU_ASSERT_EQUAL_FATAL(open_keepers(), 0);
	CU_ASSERT_EQUAL(window_keeper_configure(windows, &configured, sentence), 0);
	now = NOON_S;
	CU_ASSERT_EQUAL(effective_at(NOON_S + 10).mode, MODE_TEST_WINDOW);
	stop();
}

TEST(a_file_in_the_way_of_an_added_window_stops_the_start)
{
	start();
	ask(drill(NOON_S + 10, NOON_S + 20));
	close_keepers();
	struct mode_window window = drill(NOON_S + 15, NOON_S + 30).window;
	const struct mode_window *other = NULL;
	snprintf(window.name, sizeof(window.name), "in the file");
	CU_ASSERT_EQUAL(mode_schedule_add(&configured, &window, &other), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(open_keepers(), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(sentence, "overlap"));
	stop();
}

TEST(a_record_is_read_as_it_was_written_and_nothing_else_is)
{
	struct mode_window_change change = drill(NOON_S + 10, MODE_TIME_NEVER), read;
	change.at_s = NOON_S;
	json_t *body = window_record_make(&change, MODE_ENFORCE);
	char *text = json_dumps(body, 0);
	CU_ASSERT_TRUE_FATAL(window_record_read(text, strlen(text), &read));
	CU_ASSERT_STRING_EQUAL(read.window.name, change.window.name);
	CU_ASSERT_EQUAL(read.window.profile, change.window.profile);
	CU_ASSERT_EQUAL(read.window.mode, change.window.mode);
	CU_ASSERT_EQUAL(read.window.start_s, change.window.start_s);
	CU_ASSERT_EQUAL(read.window.end_s, change.window.end_s);
	CU_ASSERT_EQUAL(read.window.is_forced, change.window.is_forced);
	CU_ASSERT_STRING_EQUAL(read.who, change.who);
	CU_ASSERT_STRING_EQUAL(read.why, change.why);
	CU_ASSERT_EQUAL(read.at_s, NOON_S);
	CU_ASSERT_FALSE(read.is_removal);
	struct mode_change other;
	CU_ASSERT_FALSE(mode_record_read(text, strlen(text), &other)); // it is no switch
	free(text);
	const char *const members[] = {"cause", "action", "window", "at", "actor", "reason"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(members); i++) {
		json_t *less = json_copy(body);
		json_object_del(less, members[i]);
		text = json_dumps(less, 0);
		CU_ASSERT_FALSE(window_record_read(text, strlen(text), &read));
		free(text);
		json_decref(less);
	}
	json_decref(body);
	CU_ASSERT_FALSE(window_record_read("{", 1, &read));
}

static void on_written(int status, void *context)
{
	CU_ASSERT_EQUAL(status, 0);
}

// What the log holds of a change whose commit was reported as failed and had happened in truth (docs/audit-log.md).
static void write_behind_the_keeper(struct mode_window_change change)
{
	struct audit_fault fault;
	struct audit_log *log = NULL;
	change.at_s = now;
	json_t *body = window_record_make(&change, MODE_ENFORCE);
	struct event_base *other = event_base_new();
	const struct audit_log_config config = {.path = path, .base = other, .version = "0"};
	const struct audit_record record = {.kind = AUDIT_KIND_MODE_CHANGE, .body = body};
	CU_ASSERT_EQUAL_FATAL(audit_log_open(&config, &log, &fault), 0);
	CU_ASSERT_EQUAL(audit_append(log, &record, on_written, NULL, &fault), 0);
	audit_log_close(log);
	event_base_free(other);
	json_decref(body);
}

static void fail_in_appearance(const struct mode_window_change *change)
{
	char away[sizeof(path) + 8];
	snprintf(away, sizeof(away), "%s.away", path);
	CU_ASSERT_EQUAL(rename(path, away), 0);
	unsigned wanted = done_count + 1;
	CU_ASSERT_EQUAL(window_keeper_change(windows, change, on_done, NULL), 0);
	turn_until(&done_count, wanted);
	CU_ASSERT_NOT_EQUAL(done_error, 0);
	CU_ASSERT_EQUAL(rename(away, path), 0);
	write_behind_the_keeper(*change);
}

// Until the keeper takes changes again: what is in doubt was put right. The change itself is refused.
static void wait_for_no_doubt(void)
{
	struct mode_window_change nobodys = drill(NOON_S + 10, NOON_S + 20);
	time_t end = time(NULL) + DEADLINE_S;
	nobodys.is_removal = true;
	snprintf(nobodys.window.name, sizeof(nobodys.window.name), "nobody's");
	while (window_keeper_change(windows, &nobodys, on_done, NULL) == -EBUSY &&
	       time(NULL) < end) {
		event_base_loop(base, EVLOOP_ONCE);
	}
	CU_ASSERT_EQUAL(done_error, -EINVAL);
}

TEST(a_change_that_was_said_to_have_failed_is_not_taken_up_at_the_next_start)
{
	struct mode_window_change change = drill(NOON_S + 10, NOON_S + 20);
	start();
	fail_in_appearance(&change);
	wait_for_no_doubt();
	close_keepers();
	CU_ASSERT_EQUAL_FATAL(open_keepers(), 0);
	CU_ASSERT_EQUAL(mode_keeper_effective(modes, PROFILE_TLS, NOON_S + 15).mode, MODE_ENFORCE);
	// Nor is a removal.
	unsigned wanted = done_count + 1;
	CU_ASSERT_EQUAL(window_keeper_change(windows, &change, on_done, NULL), 0);
	turn_until(&done_count, wanted);
	CU_ASSERT_EQUAL(done_error, 0);
	change.is_removal = true;
	fail_in_appearance(&change);
	wait_for_no_doubt();
	close_keepers();
	CU_ASSERT_EQUAL_FATAL(open_keepers(), 0);
	CU_ASSERT_EQUAL(mode_keeper_effective(modes, PROFILE_TLS, NOON_S + 15).mode,
			MODE_TEST_WINDOW);
	const struct mode_window_change *found = window_keeper_find(windows, &change.window);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_STRING_EQUAL(found->who, "alice");
	stop();
}

TEST_MAIN(window_keeper, T(an_added_window_takes_effect_with_its_record_and_outlives_the_daemon),
	  T(a_window_from_now_is_announced_at_once_and_at_its_end),
	  T(what_is_refused_says_why_and_leaves_no_record),
	  T(a_reload_keeps_added_windows_and_is_refused_when_it_is_in_their_way),
	  T(a_reload_during_a_change_counts_with_it),
	  T(a_change_whose_record_is_not_in_the_log_changes_nothing),
	  T(a_change_on_its_way_when_the_daemon_ends_is_told_and_taken_up_again),
	  T(a_clock_that_was_ahead_at_the_start_costs_no_window),
	  T(a_file_in_the_way_of_an_added_window_stops_the_start),
	  T(a_record_is_read_as_it_was_written_and_nothing_else_is),
	  T(a_change_that_was_said_to_have_failed_is_not_taken_up_at_the_next_start))
