// SPDX-License-Identifier: BSD-3-Clause

#include "scenario_date.h"

#include <errno.h>
#include <time.h>

int scenario_date_parse(const struct word *word, int64_t *ret_unix_s)
{
	// Year, month, day, hour, minute, second.
	static const struct {
		uint8_t digits;
		uint16_t least, most;
	} parts[] = {{4, 1970, 9999}, {2, 1, 12}, {2, 1, 31}, {2, 0, 23}, {2, 0, 59}, {2, 0, 59}};
	uint64_t values[PLX_ARRAY_SIZE(parts)];
	struct word digits = {.text = word->text};
	if (word->length != SCENARIO_DATE_DIGITS) {
		return -EINVAL;
	}
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(parts); i++) {
		digits.length = parts[i].digits;
		if (word_number(&digits, parts[i].most, &values[i]) < 0 ||
		    values[i] < parts[i].least) {
			return -EINVAL;
		}
		digits.text += parts[i].digits;
	}
	struct tm tm = {
		.tm_year = (int)values[0] - 1900,
		.tm_mon = (int)values[1] - 1,
		.tm_mday = (int)values[2],
		.tm_hour = (int)values[3],
		.tm_min = (int)values[4],
		.tm_sec = (int)values[5],
	};
	time_t unix_s = timegm(&tm);
	if (tm.tm_mday != (int)values[2]) {
		return -EINVAL; // 31 April became 1 May
	}
	*ret_unix_s = unix_s;
	return 0;
}
