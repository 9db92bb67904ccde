// SPDX-License-Identifier: BSD-3-Clause

#include "rules/rule_table.h"
#include "rules/utc_time.h"

#include <parallax/base/attributes.h>

#include "cunit_runner.h"

#define DAY_S (24 * 3600)

// What the Baseline Requirements say, row by row, typed in a second time.
static const struct {
	const char *date;
	unsigned remotes_min, regions_min, dcv_reuse_days;
	bool is_quorum_enforced, is_dnssec_required, is_rfc8657_required;
} expected[] = {
	{"2025-03-15", 2, 0, 398, false, false, false},
	{"2025-09-15", 2, 0, 398, true, false, false},
	{"2026-03-15", 3, 2, 200, true, true, false},
	{"2026-06-15", 4, 2, 200, true, true, false},
	{"2026-12-15", 5, 2, 200, true, true, false},
	{"2027-03-15", 5, 2, 100, true, true, true},
	{"2029-03-15", 5, 2, 10, true, true, true},
};

static int64_t day(const char *date)
{
	int64_t unix_s = 0;
	CU_ASSERT_EQUAL_FATAL(utc_date_parse(date, &unix_s), 0);
	return unix_s;
}

TEST(each_row_says_what_the_requirements_say)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(expected); i++) {
		const struct rule_row *row = rules_at(day(expected[i].date));
		CU_ASSERT_EQUAL(row->from_unix_s, day(expected[i].date));
		CU_ASSERT_EQUAL(row->remotes_min, expected[i].remotes_min);
		CU_ASSERT_EQUAL(row->regions_min, expected[i].regions_min);
		CU_ASSERT_EQUAL(row->dcv_reuse_days, expected[i].dcv_reuse_days);
		CU_ASSERT_EQUAL(row->is_quorum_enforced, expected[i].is_quorum_enforced);
		CU_ASSERT_EQUAL(row->is_dnssec_required, expected[i].is_dnssec_required);
		CU_ASSERT_EQUAL(row->is_rfc8657_required, expected[i].is_rfc8657_required);
		CU_ASSERT_PTR_NOT_NULL(row->summary);
	}
}

TEST(a_date_starts_at_its_first_second)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(expected); i++) {
		int64_t from = day(expected[i].date);
		CU_ASSERT_EQUAL(rules_at(from - 1) + 1, rules_at(from));
		CU_ASSERT_EQUAL(rules_at(from + DAY_S - 1), rules_at(from));
	}
}

TEST(before_the_first_date_no_corroboration_is_demanded)
{
	static const int64_t times[] = {INT64_MIN, -1, 0, 1741996799};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(times); i++) {
		CU_ASSERT_EQUAL(rules_at(times[i])->remotes_min, 0);
		CU_ASSERT_FALSE(rules_at(times[i])->is_quorum_enforced);
	}
}

TEST(the_next_change_is_the_first_row_after_now)
{
	size_t count = 0;
	for (const struct rule_row *row = rules_next_change(INT64_MIN); row != NULL;
	     row = rules_next_change(row->from_unix_s)) {
		CU_ASSERT_EQUAL_FATAL(row->from_unix_s, day(expected[count].date));
		CU_ASSERT_EQUAL(rules_next_change(row->from_unix_s - 1), row);
		count++;
	}
	CU_ASSERT_EQUAL(count, PLX_ARRAY_SIZE(expected));
	CU_ASSERT_PTR_NULL(rules_next_change(INT64_MAX));
}

TEST(what_may_issue_is_never_judged_by_rules_of_before_the_table_was_written)
{
	int64_t written = day("2026-11-23");
	CU_ASSERT_EQUAL(rules_issuance_time(INT64_MIN), written);
	CU_ASSERT_EQUAL(rules_issuance_time(0), written);
	CU_ASSERT_EQUAL(rules_issuance_time(written), written);
	CU_ASSERT_EQUAL(rules_issuance_time(written + 1), written + 1);
	CU_ASSERT_EQUAL(rules_issuance_time(INT64_MAX), INT64_MAX);
}

TEST(rules_never_get_weaker)
{
	for (const struct rule_row *row = rules_at(INT64_MIN), *next = NULL;
	     (next = rules_next_change(row->from_unix_s)) != NULL; row = next) {
		CU_ASSERT_TRUE(next->remotes_min >= row->remotes_min);
		CU_ASSERT_TRUE(next->regions_min >= row->regions_min);
		CU_ASSERT_TRUE(next->is_quorum_enforced >= row->is_quorum_enforced);
		CU_ASSERT_TRUE(next->dcv_reuse_days <= row->dcv_reuse_days);
		CU_ASSERT_TRUE(next->is_dnssec_required >= row->is_dnssec_required);
		CU_ASSERT_TRUE(next->is_rfc8657_required >= row->is_rfc8657_required);
	}
}

TEST(up_to_five_remotes_allow_one_miss_and_more_allow_two)
{
	static const unsigned allowed[] = {0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(allowed); i++) {
		CU_ASSERT_EQUAL(rules_misses_allowed(i), allowed[i]);
	}
}

// Vector 121.
TEST(a_validation_of_200_days_ago_is_the_last_one_reusable)
{
	int64_t now = day("2026-11-23");
	CU_ASSERT_TRUE(rules_dcv_is_reusable(day("2026-05-07"), now, false));
	CU_ASSERT_FALSE(rules_dcv_is_reusable(day("2026-05-07") - 1, now, false));
	CU_ASSERT_FALSE(rules_dcv_is_reusable(day("2026-05-06"), now, false));
}

TEST(the_date_of_issuance_chooses_the_reuse_period)
{
	int64_t validated = day("2025-03-01");
	CU_ASSERT_TRUE(rules_dcv_is_reusable(validated, day("2026-03-15") - 1, false));
	CU_ASSERT_FALSE(rules_dcv_is_reusable(validated, day("2026-03-15"), false));
	validated = day("2027-03-14") - 150 * DAY_S;
	CU_ASSERT_TRUE(rules_dcv_is_reusable(validated, day("2027-03-14"), false));
	CU_ASSERT_FALSE(rules_dcv_is_reusable(validated, day("2027-03-15"), false));
	validated = day("2029-03-15") - 11 * DAY_S;
	CU_ASSERT_TRUE(rules_dcv_is_reusable(validated, day("2029-03-15") - 1, false));
	CU_ASSERT_FALSE(rules_dcv_is_reusable(validated, day("2029-03-15"), false));
}

TEST(a_persistent_record_is_reused_for_ten_days_at_any_date)
{
	static const char *const dates[] = {"2025-01-01", "2026-11-23", "2028-01-01", "2030-01-01"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(dates); i++) {
		int64_t now = day(dates[i]);
		CU_ASSERT_TRUE(rules_dcv_is_reusable(now - 10 * DAY_S, now, true));
		CU_ASSERT_FALSE(rules_dcv_is_reusable(now - 10 * DAY_S - 1, now, true));
	}
}

TEST(a_validation_of_the_future_is_not_reusable)
{
	CU_ASSERT_FALSE(rules_dcv_is_reusable(1001, 1000, false));
	CU_ASSERT_FALSE(rules_dcv_is_reusable(INT64_MAX, INT64_MIN, false));
	CU_ASSERT_FALSE(rules_dcv_is_reusable(INT64_MIN, INT64_MAX, false));
}

TEST(a_caa_answer_lasts_eight_hours_or_its_ttl)
{
	CU_ASSERT_EQUAL(rules_caa_usable_until(1000, 0), 1000 + 8 * 3600);
	CU_ASSERT_EQUAL(rules_caa_usable_until(1000, 8 * 3600 + 1), 1000 + 8 * 3600 + 1);
	CU_ASSERT_EQUAL(rules_caa_usable_until(1000, 86400), 1000 + 86400);
	CU_ASSERT_EQUAL(rules_caa_usable_until(INT64_MAX - 5, 86400), INT64_MAX - 5);
}

TEST_MAIN(rule_table, T(each_row_says_what_the_requirements_say),
	  T(a_date_starts_at_its_first_second),
	  T(before_the_first_date_no_corroboration_is_demanded),
	  T(the_next_change_is_the_first_row_after_now),
	  T(what_may_issue_is_never_judged_by_rules_of_before_the_table_was_written),
	  T(rules_never_get_weaker), T(up_to_five_remotes_allow_one_miss_and_more_allow_two),
	  T(a_validation_of_200_days_ago_is_the_last_one_reusable),
	  T(the_date_of_issuance_chooses_the_reuse_period),
	  T(a_persistent_record_is_reused_for_ten_days_at_any_date),
	  T(a_validation_of_the_future_is_not_reusable),
	  T(a_caa_answer_lasts_eight_hours_or_its_ttl))
