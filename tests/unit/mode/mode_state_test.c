// SPDX-License-Identifier: BSD-3-Clause

#include "mode/mode_state.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

#define ENFORCED_S 1757894400 // 2025-09-15: TLS certificates need MODE_ENFORCE from here on
#define NOW_S (ENFORCED_S + 1000)

static struct mode_state state;
static struct mode_schedule schedule;
static struct mode_change change;

static void start(void)
{
	state = (struct mode_state) {0};
	schedule = (struct mode_schedule) {.base = {[PROFILE_TLS] = {.mode = MODE_ENFORCE},
						    [PROFILE_PRIVATE] = {.mode = MODE_ENFORCE}}};
	change = (struct mode_change) {0};
	CU_ASSERT_TRUE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S, &change));
}

static struct mode_request request_of(enum mode mode, int64_t until_s, bool is_forced)
{
	return (struct mode_request) {.profile = PROFILE_TLS,
				      .mode = mode,
				      .until_s = until_s,
				      .is_forced = is_forced,
				      .who = "uid 1000 (ops)",
				      .why = "customer outage"};
}

static enum mode_switch_fault switch_to(enum mode mode, int64_t until_s, bool is_forced)
{
	struct mode_request request = request_of(mode, until_s, is_forced);
	return mode_state_switch(&state, &schedule, &request, NOW_S, &change);
}

static enum mode mode_at(int64_t now_s)
{
	return mode_state_effective(&state, &schedule, PROFILE_TLS, now_s).mode;
}

TEST(the_first_advance_records_where_it_starts)
{
	start();
	CU_ASSERT_EQUAL(change.from, MODE_NOT_SET);
	CU_ASSERT_EQUAL(change.to, MODE_ENFORCE);
	CU_ASSERT_EQUAL(change.cause, MODE_CAUSE_SCHEDULE);
	CU_ASSERT_EQUAL(change.at_s, NOW_S);
	CU_ASSERT_TRUE(change.is_compliant);
	CU_ASSERT_STRING_EQUAL(change.who, "schedule");
	CU_ASSERT_STRING_EQUAL(change.why, "base mode");
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S + 5, &change));
}

TEST(a_weaker_mode_needs_force_and_shows_as_non_compliant)
{
	start();
	CU_ASSERT_EQUAL(switch_to(MODE_REPORT_ONLY, MODE_TIME_NEVER, false),
			MODE_SWITCH_FAULT_NEEDS_FORCE);
	CU_ASSERT_EQUAL(switch_to(MODE_TEST_WINDOW, MODE_TIME_NEVER, false),
			MODE_SWITCH_FAULT_NEEDS_FORCE);
	CU_ASSERT_EQUAL(mode_at(NOW_S), MODE_ENFORCE);
	CU_ASSERT_EQUAL(switch_to(MODE_REPORT_ONLY, MODE_TIME_NEVER, true), MODE_SWITCH_FAULT_NONE);
	CU_ASSERT_EQUAL(change.from, MODE_ENFORCE);
	CU_ASSERT_EQUAL(change.to, MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(change.cause, MODE_CAUSE_HAND);
	CU_ASSERT_TRUE(change.is_forced);
	CU_ASSERT_FALSE(change.is_compliant);
	CU_ASSERT_FALSE(change.is_release);
	CU_ASSERT_STRING_EQUAL(change.who, "uid 1000 (ops)");
	CU_ASSERT_STRING_EQUAL(change.why, "customer outage");
	struct mode_effective effective =
		mode_state_effective(&state, &schedule, PROFILE_TLS, NOW_S);
	CU_ASSERT_EQUAL(effective.mode, MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(effective.demanded, MODE_ENFORCE);
	CU_ASSERT_FALSE(effective.is_compliant);
	CU_ASSERT_TRUE(effective.is_forced);
	// The switch has been recorded already.
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S, &change));
}

TEST(a_switch_that_would_outlive_what_the_rules_allow_needs_force)
{
	start();
	struct mode_request request = request_of(MODE_REPORT_ONLY, ENFORCED_S + 1, false);
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, ENFORCED_S - 10, &change),
			MODE_SWITCH_FAULT_NEEDS_FORCE);
	request.until_s = ENFORCED_S;
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, ENFORCED_S - 10, &change),
			MODE_SWITCH_FAULT_NONE);
	request = request_of(MODE_REPORT_ONLY, MODE_TIME_NEVER, true);
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, ENFORCED_S - 10, &change),
			MODE_SWITCH_FAULT_NONE);
}

TEST(a_private_profile_may_be_as_weak_as_it_likes)
{
	start();
	struct mode_request request = request_of(MODE_REPORT_ONLY, MODE_TIME_NEVER, false);
	request.profile = PROFILE_PRIVATE;
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, NOW_S, &change),
			MODE_SWITCH_FAULT_NONE);
	CU_ASSERT_TRUE(change.is_compliant);
}

TEST(a_switch_holds_over_windows_until_its_second)
{
	start();
	struct mode_window window = {.name = "june",
				     .profile = PROFILE_TLS,
				     .mode = MODE_TEST_WINDOW,
				     .start_s = NOW_S + 10,
				     .end_s = NOW_S + 100};
	const struct mode_window *other;
	CU_ASSERT_EQUAL(mode_schedule_add(&schedule, &window, &other), MODE_SCHEDULE_FAULT_NONE);
	CU_ASSERT_EQUAL(switch_to(MODE_REPORT_ONLY, NOW_S + 50, true), MODE_SWITCH_FAULT_NONE);
	CU_ASSERT_EQUAL(change.until_s, NOW_S + 50);
	CU_ASSERT_EQUAL(mode_state_effective(&state, &schedule, PROFILE_TLS, NOW_S).next_change_s,
			NOW_S + 50);
	CU_ASSERT_EQUAL(mode_at(NOW_S + 10), MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(mode_at(NOW_S + 49), MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(mode_at(NOW_S + 50), MODE_TEST_WINDOW);
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S + 49, &change));
	CU_ASSERT_TRUE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S + 50, &change));
	CU_ASSERT_EQUAL(change.cause, MODE_CAUSE_SCHEDULE);
	CU_ASSERT_EQUAL(change.from, MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(change.to, MODE_TEST_WINDOW);
	CU_ASSERT_EQUAL(change.until_s, MODE_TIME_NEVER);
	CU_ASSERT_STRING_EQUAL(change.why, "window june");
	// A clock set back does not bring it to life again.
	CU_ASSERT_EQUAL(mode_at(NOW_S + 49), MODE_TEST_WINDOW);
}

TEST(a_release_gives_the_profile_back_to_the_schedule)
{
	start();
	struct mode_request request = request_of(MODE_NOT_SET, 0, false);
	CU_ASSERT_EQUAL(mode_state_release(&state, &schedule, &request, NOW_S, &change),
			MODE_SWITCH_FAULT_NO_SWITCH);
	CU_ASSERT_EQUAL(switch_to(MODE_REPORT_ONLY, MODE_TIME_NEVER, true), MODE_SWITCH_FAULT_NONE);
	CU_ASSERT_EQUAL(mode_state_release(&state, &schedule, &request, NOW_S + 5, &change),
			MODE_SWITCH_FAULT_NONE);
	CU_ASSERT_TRUE(change.is_release);
	CU_ASSERT_EQUAL(change.cause, MODE_CAUSE_HAND);
	CU_ASSERT_EQUAL(change.from, MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(change.to, MODE_ENFORCE);
	CU_ASSERT_TRUE(change.is_compliant);
	CU_ASSERT_STRING_EQUAL(change.who, "uid 1000 (ops)");
	CU_ASSERT_EQUAL(mode_at(NOW_S + 5), MODE_ENFORCE);
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S + 6, &change));
}

TEST(a_switch_that_is_incomplete_changes_nothing)
{
	struct mode_request request;
	start();
	request = request_of(MODE_ENFORCE, MODE_TIME_NEVER, false);
	request.why[0] = '\0';
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, NOW_S, &change),
			MODE_SWITCH_FAULT_REASON);
	memset(request.why, 'x', sizeof(request.why));
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, NOW_S, &change),
			MODE_SWITCH_FAULT_REASON);
	request = request_of(MODE_ENFORCE, MODE_TIME_NEVER, false);
	request.who[0] = '\0';
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, NOW_S, &change),
			MODE_SWITCH_FAULT_OPERATOR);
	CU_ASSERT_EQUAL(mode_state_release(&state, &schedule, &request, NOW_S, &change),
			MODE_SWITCH_FAULT_OPERATOR);
	request = request_of(MODE_ENFORCE, MODE_TIME_NEVER, false);
	request.profile = PROFILE_NOT_SET;
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, NOW_S, &change),
			MODE_SWITCH_FAULT_PROFILE);
	request.profile = (enum profile)9;
	CU_ASSERT_EQUAL(mode_state_switch(&state, &schedule, &request, NOW_S, &change),
			MODE_SWITCH_FAULT_PROFILE);
	CU_ASSERT_EQUAL(switch_to(MODE_NOT_SET, MODE_TIME_NEVER, true), MODE_SWITCH_FAULT_MODE);
	CU_ASSERT_EQUAL(switch_to((enum mode)9, MODE_TIME_NEVER, true), MODE_SWITCH_FAULT_MODE);
	CU_ASSERT_EQUAL(switch_to(MODE_ENFORCE, NOW_S, false), MODE_SWITCH_FAULT_UNTIL);
	CU_ASSERT_EQUAL(change.from, MODE_NOT_SET); // still the record of the start
	CU_ASSERT_FALSE(state.hand[PROFILE_TLS].is_on);
}

TEST(a_switch_outlives_a_restart)
{
	start();
	CU_ASSERT_EQUAL(switch_to(MODE_REPORT_ONLY, NOW_S + 50, true), MODE_SWITCH_FAULT_NONE);
	struct mode_change last = change;
	state = (struct mode_state) {0};
	mode_state_restore(&state, &last);
	CU_ASSERT_EQUAL(mode_at(NOW_S + 20), MODE_REPORT_ONLY);
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S + 20, &change));
	CU_ASSERT_TRUE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S + 50, &change));
	CU_ASSERT_EQUAL(change.from, MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(change.to, MODE_ENFORCE);
	// What the schedule did needs no second record either.
	last = change;
	state = (struct mode_state) {0};
	mode_state_restore(&state, &last);
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S + 60, &change));
}

TEST(a_released_switch_stays_released_over_a_restart)
{
	struct mode_request request = request_of(MODE_NOT_SET, 0, false);
	start();
	CU_ASSERT_EQUAL(switch_to(MODE_REPORT_ONLY, MODE_TIME_NEVER, true), MODE_SWITCH_FAULT_NONE);
	CU_ASSERT_EQUAL(mode_state_release(&state, &schedule, &request, NOW_S + 5, &change),
			MODE_SWITCH_FAULT_NONE);
	struct mode_change last = change;
	state = (struct mode_state) {0};
	mode_state_restore(&state, &last);
	CU_ASSERT_EQUAL(mode_at(NOW_S + 20), MODE_ENFORCE);
	last.profile = (enum profile)9;
	mode_state_restore(&state, &last);
}

TEST(what_holds_is_recorded_anew_when_the_last_record_is_in_doubt)
{
	start();
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S, &change));
	mode_state_doubt(&state, PROFILE_NOT_SET);
	mode_state_doubt(&state, PROFILE_TLS);
	CU_ASSERT_TRUE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S, &change));
	CU_ASSERT_EQUAL(change.from, MODE_ENFORCE);
	CU_ASSERT_EQUAL(change.to, MODE_ENFORCE);
	CU_ASSERT_EQUAL(change.cause, MODE_CAUSE_SCHEDULE);
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S, &change));
	// A switch that holds is recorded as the switch that it is.
	CU_ASSERT_EQUAL(switch_to(MODE_REPORT_ONLY, NOW_S + 60, true), MODE_SWITCH_FAULT_NONE);
	mode_state_doubt(&state, PROFILE_TLS);
	CU_ASSERT_TRUE(mode_state_advance(&state, &schedule, PROFILE_TLS, NOW_S + 1, &change));
	CU_ASSERT_EQUAL(change.to, MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(change.cause, MODE_CAUSE_HAND);
	CU_ASSERT_EQUAL(change.until_s, NOW_S + 60);
	CU_ASSERT_FALSE(change.is_release);
}

TEST(the_day_on_which_the_rules_change_is_recorded)
{
	start();
	schedule.base[PROFILE_TLS].mode = MODE_REPORT_ONLY;
	state = (struct mode_state) {0};
	CU_ASSERT_TRUE(
		mode_state_advance(&state, &schedule, PROFILE_TLS, ENFORCED_S - 100, &change));
	CU_ASSERT_TRUE(change.is_compliant);
	CU_ASSERT_EQUAL(
		mode_state_effective(&state, &schedule, PROFILE_TLS, ENFORCED_S - 1).next_change_s,
		ENFORCED_S);
	CU_ASSERT_TRUE(mode_state_advance(&state, &schedule, PROFILE_TLS, ENFORCED_S, &change));
	CU_ASSERT_EQUAL(change.from, MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(change.to, MODE_REPORT_ONLY);
	CU_ASSERT_FALSE(change.is_compliant);
}

TEST(a_profile_without_a_mode_is_not_compliant)
{
	start();
	CU_ASSERT_FALSE(mode_state_effective(&state, &schedule, PROFILE_SMIME, NOW_S).is_compliant);
	struct mode_effective effective =
		mode_state_effective(&state, &schedule, (enum profile)9, NOW_S);
	CU_ASSERT_EQUAL(effective.mode, MODE_NOT_SET);
	CU_ASSERT_FALSE(effective.is_compliant);
	CU_ASSERT_FALSE(mode_state_advance(&state, &schedule, (enum profile)9, NOW_S, &change));
}

TEST(each_fault_and_cause_has_a_name)
{
	for (int i = 0; i <= MODE_SWITCH_FAULT_NO_SWITCH; i++) {
		enum mode_switch_fault fault = (enum mode_switch_fault)i;
		CU_ASSERT_STRING_NOT_EQUAL(mode_switch_fault_name(fault), "unknown");
		CU_ASSERT_TRUE(strlen(mode_switch_fault_text(fault)) > 20);
	}
	CU_ASSERT_STRING_EQUAL(mode_cause_name(MODE_CAUSE_HAND), "hand");
	CU_ASSERT_STRING_EQUAL(mode_cause_name(MODE_CAUSE_SCHEDULE), "schedule");
}

TEST_MAIN(mode_state, T(the_first_advance_records_where_it_starts),
	  T(a_weaker_mode_needs_force_and_shows_as_non_compliant),
	  T(a_switch_that_would_outlive_what_the_rules_allow_needs_force),
	  T(a_private_profile_may_be_as_weak_as_it_likes),
	  T(a_switch_holds_over_windows_until_its_second),
	  T(a_release_gives_the_profile_back_to_the_schedule),
	  T(a_switch_that_is_incomplete_changes_nothing), T(a_switch_outlives_a_restart),
	  T(a_released_switch_stays_released_over_a_restart),
	  T(what_holds_is_recorded_anew_when_the_last_record_is_in_doubt),
	  T(the_day_on_which_the_rules_change_is_recorded),
	  T(a_profile_without_a_mode_is_not_compliant), T(each_fault_and_cause_has_a_name))
