// SPDX-License-Identifier: BSD-3-Clause
// Dates against moments (certificate_vectors.tsv), and that each alarm comes once.

#include "cunit_runner.h"
#include "tsv_rows.h"

#include "guard/certificate_alarm.h"

#define DAY_S INT64_C(86400)
#define END_S INT64_C(1800000000)

TEST(dates_are_judged_as_the_table_says)
{
	struct tsv_rows rows;
	tsv_open(&rows, TABLES "/certificate_vectors.tsv", 7);
	while (tsv_next(&rows)) {
		const struct certificate_validity validity = {
			.not_before_s = strtoll(rows.fields[1], NULL, 10),
			.not_after_s = strtoll(rows.fields[2], NULL, 10),
		};
		const int64_t now_s = strtoll(rows.fields[3], NULL, 10);
		const char *state = certificate_state_name(certificate_state_at(&validity, now_s));
		const int64_t days_left = certificate_days_left(&validity, now_s);
		const unsigned passed = certificate_thresholds_passed(&validity, now_s);
		const bool is_right = strcmp(state, rows.fields[4]) == 0 &&
				      (rows.fields[5][0] == '\0' ||
				       days_left == strtoll(rows.fields[5], NULL, 10)) &&
				      passed == strtoul(rows.fields[6], NULL, 10);
		if (!is_right) {
			fprintf(stderr, "%s: %s, %lld days, %u thresholds\n", rows.fields[0], state,
				(long long)days_left, passed);
		}
		CU_ASSERT(is_right);
	}
	CU_ASSERT(rows.row_count >= 25);
}

static const struct certificate_validity year = {.not_before_s = END_S - 365 * DAY_S,
						 .not_after_s = END_S};

TEST(a_year_alarms_once_for_each_threshold_and_at_the_end)
{
	struct certificate_alarm_memory memory = {.thresholds_passed = 0};
	unsigned expiring = 0;
	unsigned expired = 0;
	for (int64_t now_s = END_S - 365 * DAY_S; now_s < END_S + 30 * DAY_S; now_s += 3600) {
		enum certificate_state alarm = certificate_alarm_due(&year, now_s, &memory);
		if (alarm == CERTIFICATE_EXPIRING) {
			CU_ASSERT_EQUAL_FATAL(expired, 0);
			CU_ASSERT_FATAL(expiring < CERTIFICATE_ALARM_THRESHOLDS);
			CU_ASSERT_EQUAL(END_S - now_s, certificate_alarm_days[expiring] * DAY_S);
			expiring++;
		} else if (alarm != CERTIFICATE_NOT_EVALUATED) {
			CU_ASSERT_EQUAL(alarm, CERTIFICATE_EXPIRED);
			CU_ASSERT_EQUAL(now_s, END_S + 3600);
			expired++;
		}
	}
	CU_ASSERT_EQUAL(expiring, CERTIFICATE_ALARM_THRESHOLDS);
	CU_ASSERT_EQUAL(expired, 1);
}

TEST(of_thresholds_passed_together_the_last_is_told)
{
	struct certificate_alarm_memory memory = {.thresholds_passed = 0};
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, END_S - 5 * DAY_S, &memory),
			CERTIFICATE_EXPIRING);
	CU_ASSERT_EQUAL(memory.thresholds_passed, 3);
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, END_S - 4 * DAY_S, &memory),
			CERTIFICATE_NOT_EVALUATED);
}

TEST(a_clock_that_goes_back_repeats_no_alarm)
{
	struct certificate_alarm_memory memory = {.thresholds_passed = 0};
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, END_S + 1, &memory), CERTIFICATE_EXPIRED);
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, END_S - 20 * DAY_S, &memory),
			CERTIFICATE_NOT_EVALUATED);
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, END_S - 1, &memory),
			CERTIFICATE_NOT_EVALUATED);
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, END_S + 1, &memory),
			CERTIFICATE_NOT_EVALUATED);
}

TEST(not_yet_valid_is_told_once_and_spends_no_threshold)
{
	struct certificate_alarm_memory memory = {.thresholds_passed = 0};
	const int64_t early_s = year.not_before_s - DAY_S;
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, early_s, &memory), CERTIFICATE_NOT_YET_VALID);
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, early_s + 1, &memory),
			CERTIFICATE_NOT_EVALUATED);
	CU_ASSERT_EQUAL(certificate_alarm_due(&year, END_S - 30 * DAY_S, &memory),
			CERTIFICATE_EXPIRING);
	CU_ASSERT_EQUAL(memory.thresholds_passed, 1);
}

TEST_MAIN(certificate_alarm, T(dates_are_judged_as_the_table_says),
	  T(a_year_alarms_once_for_each_threshold_and_at_the_end),
	  T(of_thresholds_passed_together_the_last_is_told),
	  T(a_clock_that_goes_back_repeats_no_alarm),
	  T(not_yet_valid_is_told_once_and_spends_no_threshold))
