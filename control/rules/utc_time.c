// SPDX-License-Identifier: BSD-3-Clause
// Calendar arithmetic on years that start in March, so that the leap day is the last of its year: then the days before
// a month follow one line, (153 m + 2) / 5.

#include "rules/utc_time.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define DAY_S 86400
#define DAYS_PER_400_YEARS 146097
// From 0000-03-01 to 1970-01-01.
#define DAYS_TO_EPOCH 719468
// 0000-01-01T00:00:00Z and 10000-01-01T00:00:00Z.
#define FIRST_S (-62167219200)
#define END_S 253402300800

struct civil_date {
	int year;
	int month; // 1..12
	int day;   // 1..31
};

// Counted from the year -400, so that no division meets a negative number.
static int64_t days_of_date(const struct civil_date *date)
{
	int64_t year = date->year + 400 - (date->month <= 2 ? 1 : 0);
	int month = (date->month + 9) % 12; // March is 0
	int64_t days = year * 365 + year / 4 - year / 100 + year / 400;
	return days + (153 * month + 2) / 5 + date->day - 1 - DAYS_PER_400_YEARS - DAYS_TO_EPOCH;
}

// `days` since 1970-01-01, within the years 0 to 9999.
static struct civil_date date_of_days(int64_t days)
{
	int64_t since = days + DAYS_TO_EPOCH + DAYS_PER_400_YEARS; // since March of year -400
	int64_t era = since / DAYS_PER_400_YEARS;
	int64_t of_era = since % DAYS_PER_400_YEARS;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = (int)(of_era - (365 * year + year / 4 - year / 100));
	int month = (5 * of_year + 2) / 153;
	struct civil_date date = {
		.month = month < 10 ? month + 3 : month - 9,
		.day = of_year - (153 * month + 2) / 5 + 1,
	};
	date.year = (int)(year + era * 400 - 400 + (date.month <= 2 ? 1 : 0));
	return date;
}

static int64_t floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0 ? 1 : 0);
}

int utc_date_format(int64_t unix_s, char ret_text[static UTC_DATE_TEXT_MAX])
{
	if (unix_s < FIRST_S || unix_s >= END_S) {
		return -ERANGE;
	}
	struct civil_date date = date_of_days(floor_divide(unix_s, DAY_S));
	(void)snprintf(ret_text, UTC_DATE_TEXT_MAX, "%04u-%02u-%02u", (unsigned)date.year % 10000,
		       (unsigned)date.month % 100, (unsigned)date.day % 100);
	return 0;
}

int utc_time_format(int64_t unix_us, char ret_text[static UTC_TIME_TEXT_MAX])
{
	int64_t unix_s = floor_divide(unix_us, UTC_SECOND_US);
	char date[UTC_DATE_TEXT_MAX];
	int error = utc_date_format(unix_s, date);
	if (error < 0) {
		return error;
	}
	unsigned of_day = (unsigned)(unix_s - floor_divide(unix_s, DAY_S) * DAY_S);
	unsigned fraction = (unsigned)(unix_us - unix_s * UTC_SECOND_US);
	(void)snprintf(ret_text, UTC_TIME_TEXT_MAX, "%sT%02u:%02u:%02u.%06uZ", date,
		       of_day / 3600 % 24, of_day / 60 % 60, of_day % 60, fraction % UTC_SECOND_US);
	return 0;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

// Exactly `digit_count` digits and then `after`; moves behind both. Returns false at anything else.
static bool read_number(const char **text, unsigned digit_count, char after, int *ret_number)
{
	int number = 0;
	const char *at = *text;
	for (unsigned i = 0; i < digit_count; i++, at++) {
		if (!is_digit(*at)) {
			return false;
		}
		number = number * 10 + (*at - '0');
	}
	if (after != '\0') {
		if (*at != after) {
			return false;
		}
		at++;
	}
	*text = at;
	*ret_number = number;
	return true;
}

static int days_of_month(const struct civil_date *date)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
	return date->month == 2 && is_leap ? 29 : days[date->month - 1];
}

static bool read_date(const char **text, int64_t *ret_days)
{
	struct civil_date date = {0};
	if (!read_number(text, 4, '-', &date.year) || !read_number(text, 2, '-', &date.month) ||
	    !read_number(text, 2, '\0', &date.day)) {
		return false;
	}
	if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > days_of_month(&date)) {
		return false;
	}
	*ret_days = days_of_date(&date);
	return true;
}

// One to nine digits, in microseconds.
static bool read_fraction(const char **text, int *ret_us)
{
	int us = 0;
	unsigned count = 0;
	for (; is_digit(**text) && count <= 9; (*text)++, count++) {
		if (count < 6) {
			us = us * 10 + (**text - '0');
		}
	}
	if (count == 0 || count > 9) {
		return false;
	}
	for (; count < 6; count++) {
		us *= 10;
	}
	*ret_us = us;
	return true;
}

int utc_date_parse(const char *text, int64_t *ret_unix_s)
{
	int64_t days = 0;
	if (!read_date(&text, &days) || *text != '\0') {
		return -EINVAL;
	}
	*ret_unix_s = days * DAY_S;
	return 0;
}

int utc_time_parse(const char *text, int64_t *ret_unix_us)
{
	int64_t days = 0;
	int hour = 0, minute = 0, second = 0, us = 0;
	if (!read_date(&text, &days) || (*text != 'T' && *text != 't')) {
		return -EINVAL;
	}
	text++;
	if (!read_number(&text, 2, ':', &hour) || !read_number(&text, 2, ':', &minute) ||
	    !read_number(&text, 2, '\0', &second) || hour > 23 || minute > 59 || second > 59) {
		return -EINVAL;
	}
	if (*text == '.') {
		text++;
		if (!read_fraction(&text, &us)) {
			return -EINVAL;
		}
	}
	if ((*text != 'Z' && *text != 'z') || text[1] != '\0') {
		return -EINVAL;
	}
	*ret_unix_us =
		(days * DAY_S + hour * 3600 + minute * 60 + second) * (int64_t)UTC_SECOND_US + us;
	return 0;
}
