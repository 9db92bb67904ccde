// SPDX-License-Identifier: BSD-3-Clause
// Lines come out the same however the stream was cut.

#include "cunit_runner.h"

#include "perspective/line_splitter.h"

#include <errno.h>
#include <string.h>

static char seen[256];

static int note_line(const char *line, size_t length, void *context)
{
	size_t have = strlen(seen);
	snprintf(seen + have, sizeof(seen) - have, "<%.*s>", (int)length, line);
	return length == 4 && memcmp(line, "stop", 4) == 0 ? -ECANCELED : 0;
}

static int feed(struct line_splitter *splitter, const char *text, size_t piece)
{
	size_t length = strlen(text);
	int error = 0;
	seen[0] = '\0';
	for (size_t i = 0; i < length && error == 0; i += piece) {
		size_t part = length - i < piece ? length - i : piece;
		error = line_splitter_feed(splitter, text + i, part, note_line, NULL);
	}
	return error;
}

TEST(lines_are_the_same_in_any_pieces)
{
	for (size_t piece = 1; piece <= 12; piece++) {
		struct line_splitter splitter = {.line_max = 5};
		CU_ASSERT_EQUAL(feed(&splitter, "one\n\ntwo\nthree\nrest", piece), 0);
		CU_ASSERT_STRING_EQUAL(seen, "<one><><two><three>");
		CU_ASSERT_EQUAL(splitter.length, 4);
		line_splitter_clear(&splitter);
	}
}

TEST(a_line_past_its_limit_is_refused)
{
	for (size_t piece = 1; piece <= 12; piece++) {
		struct line_splitter splitter = {.line_max = 4};
		CU_ASSERT_EQUAL(feed(&splitter, "four\nfives\n", piece), -E2BIG);
		CU_ASSERT_STRING_EQUAL(seen, "<four>");
		line_splitter_clear(&splitter);
	}
}

TEST(who_takes_the_lines_may_stop)
{
	struct line_splitter splitter = {.line_max = 9};
	CU_ASSERT_EQUAL(feed(&splitter, "go\nstop\nnever\n", 20), -ECANCELED);
	CU_ASSERT_STRING_EQUAL(seen, "<go><stop>");
	line_splitter_clear(&splitter);
}

TEST_MAIN(line_splitter, T(lines_are_the_same_in_any_pieces), T(a_line_past_its_limit_is_refused),
	  T(who_takes_the_lines_may_stop))
