// SPDX-License-Identifier: BSD-3-Clause
// RFC 3339 text. Oracle: what parses is written again and parses to the same time; what was written by us parses to
// itself, letter for letter; what does not parse leaves the output alone.

#include "rules/utc_time.h"

#include "fuzz_target.h"

#include <string.h>

static void check_time(const char *text)
{
	int64_t unix_us = INT64_MAX, again_us = 0;
	if (utc_time_parse(text, &unix_us) < 0) {
		must(unix_us == INT64_MAX);
		return;
	}
	char written[UTC_TIME_TEXT_MAX];
	must(utc_time_format(unix_us, written) == 0);
	must(strncmp(written, text, 10) == 0);
	must(utc_time_parse(written, &again_us) == 0);
	must(again_us == unix_us);
}

static void check_date(const char *text)
{
	int64_t unix_s = INT64_MAX;
	if (utc_date_parse(text, &unix_s) < 0) {
		must(unix_s == INT64_MAX);
		return;
	}
	char written[UTC_DATE_TEXT_MAX];
	must(unix_s % 86400 == 0);
	must(utc_date_format(unix_s, written) == 0);
	must(strcmp(written, text) == 0);
}

static void check_number(int64_t unix_us)
{
	char written[UTC_TIME_TEXT_MAX];
	int64_t again_us = 0;
	if (utc_time_format(unix_us, written) == 0) {
		must(utc_time_parse(written, &again_us) == 0);
		must(again_us == unix_us);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	// Exactly as long as the text: reading on is seen by the sanitizer.
	char *text = malloc(size + 1);
	must(text != NULL);
	if (size > 0) {
		memcpy(text, data, size);
	}
	text[size] = '\0';
	check_time(text);
	check_date(text);
	int64_t unix_us = 0;
	if (size >= sizeof(unix_us)) {
		memcpy(&unix_us, data, sizeof(unix_us));
		check_number(unix_us);
	}
	free(text);
	return 0;
}
