// SPDX-License-Identifier: BSD-3-Clause
// Open MPIC's match_regex (Python's re.search) by PCRE2, whose syntax is the nearest. The pattern comes from the CA, the
// text from the applicant: time, depth and memory of a match are bounded, so that neither can hang a check.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

#define MATCH_REGEX_STEPS_MAX                                                                      \
	100000 // PCRE2's match limit: catastrophic backtracking ends as "no match"
#define MATCH_REGEX_DEPTH_MAX 1000
#define MATCH_REGEX_HEAP_KIB_MAX 1024

enum match_regex_result {
	MATCH_REGEX_NOT_EVALUATED = 0,
	MATCH_REGEX_FOUND,
	MATCH_REGEX_ABSENT,
	MATCH_REGEX_INVALID, // the pattern does not compile
	MATCH_REGEX_LIMIT,   // a limit was reached before the answer was known
};

// True when the pattern compiles. `length` octets of UTF-8.
bool match_regex_is_valid(const char *pattern, size_t length);
// Looks for the pattern anywhere in `text`. Octets that are not UTF-8 match nothing.
enum match_regex_result match_regex_search(const char *pattern, size_t pattern_length,
					   const char *text, size_t text_length);
const char *match_regex_result_name(enum match_regex_result result);
