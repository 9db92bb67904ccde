// SPDX-License-Identifier: BSD-3-Clause

#include "policy/match_regex.h"

#include "cunit_runner.h"

#include <string.h>

static enum match_regex_result search(const char *pattern, const char *text)
{
	return match_regex_search(pattern, strlen(pattern), text, strlen(text));
}

TEST(the_pattern_is_looked_for_anywhere)
{
	CU_ASSERT_EQUAL(search("b+", "abbc"), MATCH_REGEX_FOUND);
	CU_ASSERT_EQUAL(search("^b+", "abbc"), MATCH_REGEX_ABSENT);
	CU_ASSERT_EQUAL(search("^[a-zA-Z0-9]{5}\\d$", "abcde1\n"), MATCH_REGEX_FOUND);
	CU_ASSERT_EQUAL(search("(?P<x>a)(?P=x)", "aa"), MATCH_REGEX_FOUND);
}

TEST(a_pattern_that_does_not_compile_is_invalid)
{
	CU_ASSERT_EQUAL(search("(", "("), MATCH_REGEX_INVALID);
	CU_ASSERT_FALSE(match_regex_is_valid("\\C", 2));
	CU_ASSERT_FALSE(match_regex_is_valid("\xff", 1));
	CU_ASSERT_TRUE(match_regex_is_valid("\xc3\xa9", 2));
}

TEST(catastrophic_backtracking_ends_at_the_limit)
{
	CU_ASSERT_EQUAL(
		search("^(a|aa)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
		MATCH_REGEX_LIMIT);
	// A pattern cannot lift the limit itself.
	CU_ASSERT_EQUAL(search("(*LIMIT_MATCH=4000000000)^(a|aa)+$",
			       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
			MATCH_REGEX_LIMIT);
}

TEST(octets_that_are_not_utf_8_do_not_end_the_search)
{
	CU_ASSERT_EQUAL(search("token", "\xff\xfetoken"), MATCH_REGEX_FOUND);
	CU_ASSERT_EQUAL(search("a.b", "a\xff"
				      "b"),
			MATCH_REGEX_ABSENT);
}

TEST_MAIN(match_regex, T(the_pattern_is_looked_for_anywhere),
	  T(a_pattern_that_does_not_compile_is_invalid),
	  T(catastrophic_backtracking_ends_at_the_limit),
	  T(octets_that_are_not_utf_8_do_not_end_the_search))
