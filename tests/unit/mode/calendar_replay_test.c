// SPDX-License-Identifier: BSD-3-Clause
// calendar_replay.tsv: an announced calendar under a fake clock, judged at each edge second.

#include "mode/enforcement.h"
#include "mode/mode_state.h"

#include "cunit_runner.h"
#include "tsv_rows.h"

#include <time.h>

static struct mode_schedule schedule;

static int64_t seconds_of(const char *text)
{
	struct tm broken = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &broken);
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	return timegm(&broken);
}

static void add(const char *name, enum mode mode, const char *start, const char *end)
{
	const struct mode_window *other;
	struct mode_window window = {.profile = PROFILE_TLS,
				     .mode = mode,
				     .start_s = seconds_of(start),
				     .end_s = end != NULL ? seconds_of(end) : MODE_TIME_NEVER};
	snprintf(window.name, sizeof(window.name), "%s", name);
	CU_ASSERT_EQUAL_FATAL(mode_schedule_add(&schedule, &window, &other),
			      MODE_SCHEDULE_FAULT_NONE);
}

static void announce_calendar(void)
{
	schedule = (struct mode_schedule) {.base = {[PROFILE_TLS] = {.mode = MODE_REPORT_ONLY}}};
	add("announced 1 h", MODE_TEST_WINDOW, "2025-06-10T10:00:00Z", "2025-06-10T11:00:00Z");
	add("announced 8 h", MODE_TEST_WINDOW, "2025-08-05T08:00:00Z", "2025-08-05T16:00:00Z");
	add("enforcement", MODE_ENFORCE, "2025-09-15T00:00:00Z", NULL);
}

static enum decision decision_of(const char *text)
{
	static const enum decision decisions[] = {DECISION_NOT_EVALUATED, DECISION_ISSUE,
						  DECISION_REFUSE};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(decisions); i++) {
		if (strcmp(decision_name(decisions[i]), text) == 0) {
			return decisions[i];
		}
	}
	CU_FAIL_FATAL("the table holds no decision");
	return DECISION_NOT_EVALUATED;
}

static bool row_holds(const struct tsv_rows *rows, const struct mode_effective *effective)
{
	struct enforcement result =
		enforcement_decide(PROFILE_TLS, effective->mode, decision_of(rows->fields[3]),
				   decision_of(rows->fields[4]));
	return strcmp(mode_name(effective->mode), rows->fields[1]) == 0 &&
	       strcmp(effective->why, rows->fields[2]) == 0 && effective->is_compliant &&
	       result.decision == decision_of(rows->fields[5]) &&
	       result.enforced_decision == decision_of(rows->fields[6]) &&
	       result.would_refuse == (strcmp(rows->fields[7], "yes") == 0);
}

TEST(each_edge_second_decides_as_announced)
{
	struct tsv_rows rows;
	struct mode_state state = {0};
	announce_calendar();
	tsv_open(&rows, TABLES "/calendar_replay.tsv", 8);
	while (tsv_next(&rows)) {
		int64_t now_s = seconds_of(rows.fields[0]);
		struct mode_change change;
		(void)mode_state_advance(&state, &schedule, PROFILE_TLS, now_s, &change);
		struct mode_effective effective =
			mode_state_effective(&state, &schedule, PROFILE_TLS, now_s);
		if (!row_holds(&rows, &effective)) {
			fprintf(stderr, "line %u: %s %s\n", rows.line_number, rows.fields[0],
				mode_name(effective.mode));
			CU_FAIL("an order was decided in another way");
		}
	}
	CU_ASSERT_TRUE(rows.row_count >= 90);
}

// A daemon sleeps until next_change_s, so that is what the clock does.
TEST(waking_at_each_change_records_the_calendar)
{
	static const struct {
		const char *time;
		enum mode from, to;
		const char *why;
	} expected[] = {
		{"2025-06-01T00:00:00Z", MODE_NOT_SET, MODE_REPORT_ONLY, "base mode"},
		{"2025-06-10T10:00:00Z", MODE_REPORT_ONLY, MODE_TEST_WINDOW,
		 "window announced 1 h"},
		{"2025-06-10T11:00:00Z", MODE_TEST_WINDOW, MODE_REPORT_ONLY, "base mode"},
		{"2025-08-05T08:00:00Z", MODE_REPORT_ONLY, MODE_TEST_WINDOW,
		 "window announced 8 h"},
		{"2025-08-05T16:00:00Z", MODE_TEST_WINDOW, MODE_REPORT_ONLY, "base mode"},
		{"2025-09-15T00:00:00Z", MODE_REPORT_ONLY, MODE_ENFORCE, "window enforcement"},
	};
	struct mode_state state = {0};
	int64_t now_s = seconds_of(expected[0].time);
	announce_calendar();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(expected); i++) {
		struct mode_change change = {0};
		CU_ASSERT_EQUAL(now_s, seconds_of(expected[i].time));
		CU_ASSERT_TRUE(mode_state_advance(&state, &schedule, PROFILE_TLS, now_s, &change));
		CU_ASSERT_EQUAL(change.from, expected[i].from);
		CU_ASSERT_EQUAL(change.to, expected[i].to);
		CU_ASSERT_EQUAL(change.at_s, now_s);
		CU_ASSERT_EQUAL(change.cause, MODE_CAUSE_SCHEDULE);
		CU_ASSERT_STRING_EQUAL(change.why, expected[i].why);
		now_s = mode_state_effective(&state, &schedule, PROFILE_TLS, now_s).next_change_s;
	}
	CU_ASSERT_EQUAL(now_s, MODE_TIME_NEVER);
}

TEST(an_order_in_flight_keeps_the_mode_it_started_in)
{
	struct mode_state state = {0};
	int64_t edge_s = seconds_of("2025-09-15T00:00:00Z");
	announce_calendar();
	struct mode_effective started =
		mode_state_effective(&state, &schedule, PROFILE_TLS, edge_s - 1);
	struct mode_effective later = mode_state_effective(&state, &schedule, PROFILE_TLS, edge_s);
	struct enforcement first =
		enforcement_decide(PROFILE_TLS, started.mode, DECISION_ISSUE, DECISION_REFUSE);
	struct enforcement second =
		enforcement_decide(PROFILE_TLS, later.mode, DECISION_ISSUE, DECISION_REFUSE);
	CU_ASSERT_EQUAL(first.decision, DECISION_ISSUE);
	CU_ASSERT_TRUE(first.would_refuse);
	CU_ASSERT_EQUAL(second.decision, DECISION_REFUSE);
}

TEST(the_announced_calendar_is_nowhere_weaker_than_the_rules)
{
	int64_t at_s;
	struct mode_moment moment;
	announce_calendar();
	CU_ASSERT_FALSE(mode_schedule_find_weak(&schedule, PROFILE_TLS, 0, &at_s, &moment));
}

TEST_MAIN(calendar_replay, T(each_edge_second_decides_as_announced),
	  T(waking_at_each_change_records_the_calendar),
	  T(an_order_in_flight_keeps_the_mode_it_started_in),
	  T(the_announced_calendar_is_nowhere_weaker_than_the_rules))
