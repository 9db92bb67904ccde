// SPDX-License-Identifier: BSD-3-Clause
// The owner of the modes with a real audit log and a clock of the test: what is announced happens to the second, each
// change is on record, and a new keeper goes on where the last one ended.

#include "cunit_runner.h"

#include "audit/audit_log.h"
#include "rules/utc_time.h"
#include "service/mode_calendar.h"
#include "service/mode_keeper.h"
#include "service/mode_record.h"

#include <event2/event.h>
#include <jansson.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEADLINE_S 10

static struct event_base *base;
static struct audit_log *audit;
static struct mode_keeper *keeper;
static struct mode_schedule schedule;
static char directory[64], path[96];
static int64_t now;
static unsigned change_count;
static struct mode_change last;
static int done_error;
static enum mode_switch_fault done_fault;
static unsigned done_count;

static int64_t clock_s(void *context)
{
	return now;
}

static int64_t at(const char *text)
{
	int64_t us = 0;
	CU_ASSERT_EQUAL_FATAL(utc_time_parse(text, &us), 0);
	return us / UTC_SECOND_US;
}

static void on_change(const struct mode_change *change, void *context)
{
	change_count++;
	last = *change;
}

static void on_done(void *context, int error, enum mode_switch_fault fault,
		    const struct mode_change *change)
{
	done_count++;
	done_error = error;
	done_fault = fault;
}

static void turn_until(const unsigned *count, unsigned wanted)
{
	time_t end = time(NULL) + DEADLINE_S;
	while (*count < wanted && time(NULL) < end) {
		event_base_loop(base, EVLOOP_ONCE);
	}
	CU_ASSERT_EQUAL(*count, wanted);
}

static void open_keeper(void)
{
	static struct mode_window_list windows;
	struct mode_state restored = {0};
	struct audit_fault fault;
	const struct audit_log_config config = {.path = path, .base = base, .version = "0"};
	CU_ASSERT_EQUAL_FATAL(audit_log_open(&config, &audit, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(mode_record_restore(path, &restored, &windows, &fault), 0);
	const struct mode_keeper_config keeper_config = {.base = base,
							 .audit = audit,
							 .restored = &restored,
							 .schedule = &schedule,
							 .now_s = clock_s,
							 .on_change = on_change};
	keeper = mode_keeper_create(&keeper_config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(keeper);
}

static void close_keeper(void)
{
	mode_keeper_destroy(keeper);
	audit_log_close(audit);
}

static void start(const struct config_profiles *profiles, const char *time_text)
{
	struct plx_setting_fault fault = {.text = ""};
	snprintf(directory, sizeof(directory), "/tmp/parallax-mode-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/audit.db", directory);
	base = event_base_new();
	now = at(time_text);
	change_count = done_count = 0;
	CU_ASSERT_EQUAL_FATAL(mode_calendar_make("f", profiles, now, &schedule, &fault), 0);
	open_keeper();
	turn_until(&change_count, 3); // each profile's first
}

static int remove_one(const char *file, const struct stat *stat, int flag, struct FTW *walk)
{
	return remove(file);
}

static void stop(void)
{
	close_keeper();
	event_base_free(base);
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static enum mode mode_at(const char *text)
{
	return mode_keeper_effective(keeper, PROFILE_TLS, at(text)).mode;
}

static struct config_profiles enforcing(void)
{
	return (struct config_profiles) {.tls = {.mode = MODE_ENFORCE},
					 .smime = {.mode = MODE_ENFORCE},
					 .private_use = {.mode = MODE_ENFORCE}};
}

// Reporting, two announced test windows, enforcement: as a CA told its customers.
static struct config_profiles announced(void)
{
	struct config_profiles profiles = enforcing();
	profiles.tls = (struct config_profile) {.mode = MODE_REPORT_ONLY, .force = true};
	profiles.tls.schedule_count = 3;
	profiles.tls.schedule[0] = (struct config_window) {.name = "first test window",
							   .mode = MODE_TEST_WINDOW,
							   .start = at("2026-11-03T10:00:00Z"),
							   .end = at("2026-11-03T11:00:00Z")};
	profiles.tls.schedule[1] = (struct config_window) {.name = "second test window",
							   .mode = MODE_TEST_WINDOW,
							   .start = at("2026-11-10T08:00:00Z"),
							   .end = at("2026-11-10T16:00:00Z")};
	profiles.tls.schedule[2] = (struct config_window) {.name = "enforcement",
							   .mode = MODE_ENFORCE,
							   .start = at("2026-11-17T00:00:00Z"),
							   .end = at("2099-01-01T00:00:00Z")};
	return profiles;
}

TEST(the_announced_calendar_holds_at_each_edge_second)
{
	static const struct {
		const char *time;
		enum mode mode;
	} edges[] = {
		{"2026-11-03T09:59:59Z", MODE_REPORT_ONLY},
		{"2026-11-03T10:00:00Z", MODE_TEST_WINDOW},
		{"2026-11-03T10:59:59Z", MODE_TEST_WINDOW},
		{"2026-11-03T11:00:00Z", MODE_REPORT_ONLY},
		{"2026-11-10T07:59:59Z", MODE_REPORT_ONLY},
		{"2026-11-10T08:00:00Z", MODE_TEST_WINDOW},
		{"2026-11-10T15:59:59Z", MODE_TEST_WINDOW},
		{"2026-11-10T16:00:00Z", MODE_REPORT_ONLY},
		{"2026-11-16T23:59:59Z", MODE_REPORT_ONLY},
		{"2026-11-17T00:00:00Z", MODE_ENFORCE},
	};
	struct config_profiles profiles = announced();
	start(&profiles, "2026-11-01T00:00:00Z");
	unsigned changes = 3;
	enum mode before = MODE_REPORT_ONLY;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(edges); i++) {
		CU_ASSERT_EQUAL(mode_at(edges[i].time), edges[i].mode);
		now = at(edges[i].time);
		mode_keeper_set_schedule(keeper, &schedule); // looks at the clock at once
		changes += edges[i].mode != before;
		turn_until(&change_count, changes);
		CU_ASSERT_TRUE(edges[i].mode == before || last.to == edges[i].mode);
		before = edges[i].mode;
	}
	CU_ASSERT_EQUAL(change_count, 8);
	CU_ASSERT_STRING_EQUAL(last.why, "window enforcement");
	CU_ASSERT_TRUE(last.is_compliant);
	stop();
}

TEST(a_mode_weaker_than_the_rules_needs_force_in_the_file)
{
	struct plx_setting_fault fault;
	struct config_profiles profiles = announced();
	profiles.tls.force = false;
	profiles.tls.place = (struct plx_setting_place) {7, 5};
	CU_ASSERT_NOT_EQUAL(
		mode_calendar_make("f", &profiles, at("2026-11-01T00:00:00Z"), &schedule, &fault),
		0);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "f:7:5: profile tls: the mode is report-only"));
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "force: true"));
}

static struct mode_order order_for(enum mode mode, bool is_forced)
{
	struct mode_order order = {.request = {.profile = PROFILE_TLS,
					       .mode = mode,
					       .until_s = MODE_TIME_NEVER,
					       .is_forced = is_forced,
					       .who = "alice",
					       .why = "drill"},
				   .done = on_done};
	return order;
}

TEST(a_switch_takes_effect_with_its_record_and_is_taken_up_again)
{
	struct config_profiles profiles = enforcing();
	start(&profiles, "2026-11-01T00:00:00Z");
	struct mode_order order = order_for(MODE_REPORT_ONLY, true);
	CU_ASSERT_EQUAL(mode_keeper_change(keeper, &order), 0);
	CU_ASSERT_EQUAL(mode_keeper_effective(keeper, PROFILE_TLS, now).mode, MODE_ENFORCE);
	turn_until(&done_count, 1);
	CU_ASSERT_EQUAL(done_error, 0);
	CU_ASSERT_EQUAL(mode_keeper_effective(keeper, PROFILE_TLS, now).mode, MODE_REPORT_ONLY);
	close_keeper();
	open_keeper();
	CU_ASSERT_EQUAL(mode_keeper_effective(keeper, PROFILE_TLS, now).mode, MODE_REPORT_ONLY);
	CU_ASSERT_STRING_EQUAL(mode_keeper_effective(keeper, PROFILE_TLS, now).who, "alice");
	stop();
}

static void on_written(int status, void *context)
{
	CU_ASSERT_EQUAL(status, 0);
}

// What the log holds of a change whose commit was reported as failed and had happened in truth (docs/audit-log.md).
static void write_behind_the_keeper(const struct mode_order *order)
{
	struct audit_fault fault;
	struct audit_log *log = NULL;
	const struct mode_request *request = &order->request;
	struct mode_change change = {.profile = request->profile,
				     .cause = MODE_CAUSE_HAND,
				     .from = MODE_ENFORCE,
				     .to = request->mode,
				     .at_s = now,
				     .until_s = request->until_s,
				     .is_forced = request->is_forced,
				     .who = "alice",
				     .why = "drill"};
	json_t *body = mode_record_make(&change);
	struct event_base *other = event_base_new();
	const struct audit_log_config config = {.path = path, .base = other, .version = "0"};
	const struct audit_record record = {.kind = AUDIT_KIND_MODE_CHANGE, .body = body};
	CU_ASSERT_EQUAL_FATAL(audit_log_open(&config, &log, &fault), 0);
	CU_ASSERT_EQUAL(audit_append(log, &record, on_written, NULL, &fault), 0);
	audit_log_close(log);
	event_base_free(other);
	json_decref(body);
}

TEST(a_switch_that_was_said_to_have_failed_is_not_taken_up_at_the_next_start)
{
	struct config_profiles profiles = enforcing();
	char away[sizeof(path) + 8];
	start(&profiles, "2026-11-01T00:00:00Z");
	snprintf(away, sizeof(away), "%s.away", path);
	CU_ASSERT_EQUAL(rename(path, away), 0);
	struct mode_order order = order_for(MODE_REPORT_ONLY, true);
	CU_ASSERT_EQUAL(mode_keeper_change(keeper, &order), 0);
	turn_until(&done_count, 1);
	CU_ASSERT_NOT_EQUAL(done_error, 0);
	CU_ASSERT_EQUAL(rename(away, path), 0);
	write_behind_the_keeper(&order);
	turn_until(&change_count, 4); // says what holds, once the log takes it
	CU_ASSERT_EQUAL(last.profile, PROFILE_TLS);
	CU_ASSERT_EQUAL(last.to, MODE_ENFORCE);
	close_keeper();
	open_keeper();
	CU_ASSERT_EQUAL(mode_keeper_effective(keeper, PROFILE_TLS, now).mode, MODE_ENFORCE);
	stop();
}

TEST(changes_wait_for_the_one_before_them_and_no_more_than_fit)
{
	struct config_profiles profiles = enforcing();
	start(&profiles, "2026-11-01T00:00:00Z");
	struct mode_order weak = order_for(MODE_REPORT_ONLY, false);
	CU_ASSERT_EQUAL(mode_keeper_change(keeper, &weak), 0);
	CU_ASSERT_EQUAL(done_count, 1); // refused at once
	CU_ASSERT_EQUAL(done_fault, MODE_SWITCH_FAULT_NEEDS_FORCE);
	struct mode_order order = order_for(MODE_TEST_WINDOW, true);
	for (unsigned i = 0; i < 1 + MODE_KEEPER_WAITING_MAX; i++) {
		CU_ASSERT_EQUAL(mode_keeper_change(keeper, &order), 0);
	}
	CU_ASSERT_NOT_EQUAL(mode_keeper_change(keeper, &order), 0);
	turn_until(&done_count, 2 + MODE_KEEPER_WAITING_MAX);
	CU_ASSERT_EQUAL(done_error, 0);
	stop();
}

TEST_MAIN(mode_keeper, T(the_announced_calendar_holds_at_each_edge_second),
	  T(a_mode_weaker_than_the_rules_needs_force_in_the_file),
	  T(a_switch_takes_effect_with_its_record_and_is_taken_up_again),
	  T(a_switch_that_was_said_to_have_failed_is_not_taken_up_at_the_next_start),
	  T(changes_wait_for_the_one_before_them_and_no_more_than_fit))
