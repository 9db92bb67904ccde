// SPDX-License-Identifier: BSD-3-Clause
// Unix time to and from RFC 3339 text in UTC, by the proleptic Gregorian calendar. Pure: no clock, no time zone
// database, no locale. Years 0000 to 9999, which is what RFC 3339 can write.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

#define UTC_TIME_TEXT_MAX 28 // "2026-11-23T17:00:00.123456Z" and NUL
#define UTC_DATE_TEXT_MAX 11 // "2026-11-23" and NUL
#define UTC_SECOND_US 1000000

// Text with six digits of fraction. -ERANGE outside the years 0000 to 9999; `ret_text` is untouched then.
PLX_MUST_CHECK int utc_time_format(int64_t unix_us, char ret_text[static UTC_TIME_TEXT_MAX]);
// "YYYY-MM-DDThh:mm:ss[.fraction]Z", T and Z in any case; one to nine digits of fraction, what is finer than a
// microsecond is cut off. -EINVAL for anything else, blanks around it and offsets other than Z included. So is a leap
// second: unix time has no number for it.
PLX_MUST_CHECK int utc_time_parse(const char *text, int64_t *ret_unix_us);

// The UTC day in which `unix_s` lies. -ERANGE as above.
PLX_MUST_CHECK int utc_date_format(int64_t unix_s, char ret_text[static UTC_DATE_TEXT_MAX]);
// "YYYY-MM-DD" to its 00:00:00 UTC, when a date of the Baseline Requirements starts. -EINVAL.
PLX_MUST_CHECK int utc_date_parse(const char *text, int64_t *ret_unix_s);
