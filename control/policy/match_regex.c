// SPDX-License-Identifier: BSD-3-Clause
// Compiled for each use: a check runs one match, and a cache would be state.

#include "policy/match_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static pcre2_code *pattern_compile(const char *pattern, size_t length)
{
	int error = 0;
	PCRE2_SIZE offset = 0;
	// \C could stop inside a character; a user's pattern has no use for it.
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	return pcre2_compile((PCRE2_SPTR)pattern, length, options, &error, &offset, NULL);
}

bool match_regex_is_valid(const char *pattern, size_t length)
{
	pcre2_code *code = pattern_compile(pattern, length);
	pcre2_code_free(code);
	return code != NULL;
}

static enum match_regex_result result_of(int count)
{
	if (count >= 0) {
		return MATCH_REGEX_FOUND;
	}
	return count == PCRE2_ERROR_NOMATCH ? MATCH_REGEX_ABSENT : MATCH_REGEX_LIMIT;
}

enum match_regex_result match_regex_search(const char *pattern, size_t pattern_length,
					   const char *text, size_t text_length)
{
	pcre2_code *code = pattern_compile(pattern, pattern_length);
	if (code == NULL) {
		return MATCH_REGEX_INVALID;
	}
	enum match_regex_result result = MATCH_REGEX_LIMIT;
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	// Where it matched is of no interest: room for one pair only.
	pcre2_match_data *found = pcre2_match_data_create(1, NULL);
	if (limits != NULL && found != NULL) {
		pcre2_set_match_limit(limits, MATCH_REGEX_STEPS_MAX);
		pcre2_set_depth_limit(limits, MATCH_REGEX_DEPTH_MAX);
		pcre2_set_heap_limit(limits, MATCH_REGEX_HEAP_KIB_MAX);
		result = result_of(
			pcre2_match(code, (PCRE2_SPTR)text, text_length, 0, 0, found, limits));
	}
	pcre2_match_data_free(found);
	pcre2_match_context_free(limits);
	pcre2_code_free(code);
	return result;
}

const char *match_regex_result_name(enum match_regex_result result)
{
	switch (result) {
	case MATCH_REGEX_FOUND:
		return "found";
	case MATCH_REGEX_ABSENT:
		return "absent";
	case MATCH_REGEX_INVALID:
		return "invalid";
	case MATCH_REGEX_LIMIT:
		return "limit";
	case MATCH_REGEX_NOT_EVALUATED:
		break;
	}
	return "not-evaluated";
}
