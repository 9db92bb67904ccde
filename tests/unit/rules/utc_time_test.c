// SPDX-License-Identifier: BSD-3-Clause

#include "rules/utc_time.h"

#include <parallax/base/attributes.h>

#include "cunit_runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
	int64_t unix_us;
	const char *text;
} pairs[] = {
	{0, "1970-01-01T00:00:00.000000Z"},
	{-1, "1969-12-31T23:59:59.999999Z"},
	{1795453200123456, "2026-11-23T17:00:00.123456Z"},
	{951782400000000, "2000-02-29T00:00:00.000000Z"},
	{4107542399999999, "2100-02-28T23:59:59.999999Z"},
	{4107542400000000, "2100-03-01T00:00:00.000000Z"},
	{1797292799000000, "2026-12-14T23:59:59.000000Z"},
	{-62167219200000000, "0000-01-01T00:00:00.000000Z"},
	{253402300799999999, "9999-12-31T23:59:59.999999Z"},
};

TEST(known_times_read_and_write)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(pairs); i++) {
		char text[UTC_TIME_TEXT_MAX];
		int64_t unix_us = 0;
		CU_ASSERT_EQUAL_FATAL(utc_time_format(pairs[i].unix_us, text), 0);
		CU_ASSERT_STRING_EQUAL(text, pairs[i].text);
		CU_ASSERT_EQUAL_FATAL(utc_time_parse(pairs[i].text, &unix_us), 0);
		CU_ASSERT_EQUAL(unix_us, pairs[i].unix_us);
	}
}

// The C library keeps the same calendar by other means.
TEST(every_day_of_ten_thousand_years_agrees_with_the_c_library)
{
	int64_t count = 0;
	for (int64_t unix_s = -62167219200; unix_s < 253402300800; unix_s += 86400) {
		char text[UTC_DATE_TEXT_MAX], expected[UTC_DATE_TEXT_MAX + 20];
		struct tm tm;
		time_t when = (time_t)unix_s;
		int64_t parsed = 0;
		(void)gmtime_r(&when, &tm);
		(void)snprintf(expected, sizeof(expected), "%04d-%02d-%02d", tm.tm_year + 1900,
			       tm.tm_mon + 1, tm.tm_mday);
		if (utc_date_format(unix_s + count % 86400, text) != 0 ||
		    strcmp(text, expected) != 0 || utc_date_parse(text, &parsed) != 0 ||
		    parsed != unix_s) {
			CU_FAIL(expected);
			return;
		}
		count++;
	}
	CU_ASSERT_EQUAL(count, 3652425);
}

TEST(the_forms_rfc_3339_allows_are_read)
{
	static const struct {
		const char *text;
		int64_t unix_us;
	} forms[] = {
		{"1970-01-01T00:00:01Z", 1000000},
		{"1970-01-01t00:00:01z", 1000000},
		{"1970-01-01T00:00:01.5Z", 1500000},
		{"1970-01-01T00:00:01.000001Z", 1000001},
		{"1970-01-01T00:00:01.123456999Z", 1123456},
		{"2024-02-29T00:00:00Z", 1709164800000000},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(forms); i++) {
		int64_t unix_us = 0;
		CU_ASSERT_EQUAL(utc_time_parse(forms[i].text, &unix_us), 0);
		CU_ASSERT_EQUAL(unix_us, forms[i].unix_us);
	}
}

TEST(anything_else_is_refused_and_leaves_the_result_alone)
{
	static const char *const texts[] = {
		"",
		"2026",
		"2026-11-23",
		"2026-11-23T17:00:00",
		"2026-11-23 17:00:00Z",
		" 2026-11-23T17:00:00Z",
		"2026-11-23T17:00:00Z ",
		"2026-11-23T17:00:00+00:00",
		"2026-11-23T17:00:00.Z",
		"2026-11-23T17:00:00.1234567890Z",
		"2026-11-23T17:00:60Z",
		"2026-11-23T24:00:00Z",
		"2026-11-23T17:60:00Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-11-00T00:00:00Z",
		"26-11-23T17:00:00Z",
		"-026-11-23T17:00:00Z",
		"2026-11-23T17:00:0\377Z",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		int64_t result = 42;
		CU_ASSERT_EQUAL(utc_time_parse(texts[i], &result), -EINVAL);
		CU_ASSERT_EQUAL(result, 42);
	}
	int64_t result = 42;
	CU_ASSERT_EQUAL(utc_date_parse("2026-11-23T", &result), -EINVAL);
	CU_ASSERT_EQUAL(utc_date_parse("2026-02-30", &result), -EINVAL);
	CU_ASSERT_EQUAL(result, 42);
}

TEST(years_that_rfc_3339_cannot_write_are_out_of_range)
{
	static const int64_t times[] = {INT64_MIN, -62167219200000001, 253402300800000000,
					INT64_MAX};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(times); i++) {
		char text[UTC_TIME_TEXT_MAX] = "untouched";
		CU_ASSERT_EQUAL(utc_time_format(times[i], text), -ERANGE);
		CU_ASSERT_STRING_EQUAL(text, "untouched");
	}
	char date[UTC_DATE_TEXT_MAX] = "";
	CU_ASSERT_EQUAL(utc_date_format(INT64_MIN, date), -ERANGE);
	CU_ASSERT_EQUAL(utc_date_format(INT64_MAX, date), -ERANGE);
}

TEST_MAIN(utc_time, T(known_times_read_and_write),
	  T(every_day_of_ten_thousand_years_agrees_with_the_c_library),
	  T(the_forms_rfc_3339_allows_are_read),
	  T(anything_else_is_refused_and_leaves_the_result_alone),
	  T(years_that_rfc_3339_cannot_write_are_out_of_range))
