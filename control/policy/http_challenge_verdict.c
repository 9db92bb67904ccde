// SPDX-License-Identifier: BSD-3-Clause
// The status first: the body of an error page is the server's, not the applicant's.

#include "policy/http_challenge_verdict.h"

#include "policy/dcv_text.h"
#include "policy/match_regex.h"

#include <string.h>

static bool status_is_right(unsigned status, const struct dcv_switches *switches)
{
	return status == 200 || (switches->http_accepts_any_2xx && status >= 200 && status <= 299);
}

static bool text_contains(const char *text, size_t length, const char *value, bool is_exact_case)
{
	size_t value_length = strlen(value);
	if (is_exact_case) {
		return memmem(text, length, value, value_length) != NULL;
	}
	// value_length is at most DCV_CHALLENGE_MAX and the body is bounded by whoever fetched it.
	for (size_t i = 0; i + value_length <= length; i++) {
		if (dcv_text_equal_folded(text + i, value_length, value, value_length)) {
			return true;
		}
	}
	return false;
}

// BR 3.2.2.4.18: the value must not be wholly in the request. Case is folded: servers echo in their own case.
static bool is_in_request(const char *value, const struct dcv_parameters *parameters,
			  const struct http_page *page)
{
	for (size_t i = 0; i < page->url_count; i++) {
		if (text_contains(page->urls[i], strlen(page->urls[i]), value, false)) {
			return true;
		}
	}
	for (size_t i = 0; i < parameters->http_header_count; i++) {
		const struct dcv_http_header *header = &parameters->http_headers[i];
		if (text_contains(header->name, strlen(header->name), value, false) ||
		    text_contains(header->value, strlen(header->value), value, false)) {
			return true;
		}
	}
	return false;
}

static enum http_challenge_reason regex_judge(const char *pattern, const struct http_page *page)
{
	switch (match_regex_search(pattern, strlen(pattern), page->body, page->body_length)) {
	case MATCH_REGEX_FOUND:
		return HTTP_CHALLENGE_FOUND;
	case MATCH_REGEX_ABSENT:
		return HTTP_CHALLENGE_NO_REGEX;
	case MATCH_REGEX_LIMIT:
		return HTTP_CHALLENGE_REGEX_LIMIT;
	case MATCH_REGEX_INVALID:
	case MATCH_REGEX_NOT_EVALUATED:
		break;
	}
	return HTTP_CHALLENGE_BAD_QUERY;
}

static enum http_challenge_reason website_judge(const struct dcv_parameters *parameters,
						const struct http_page *page,
						const struct dcv_switches *switches)
{
	const char *value = parameters->challenge_value;
	bool is_regex_alone = switches->regex_may_stand_alone && parameters->match_regex != NULL;
	if (value == NULL || (value[0] == '\0' && !is_regex_alone)) {
		return HTTP_CHALLENGE_BAD_QUERY;
	}
	if (value[0] != '\0') {
		if (is_in_request(value, parameters, page)) {
			return HTTP_CHALLENGE_IN_REQUEST;
		}
		if (!text_contains(page->body, page->body_length, value,
				   parameters->require_exact_case)) {
			return HTTP_CHALLENGE_ABSENT;
		}
	}
	return parameters->match_regex == NULL ? HTTP_CHALLENGE_FOUND
					       : regex_judge(parameters->match_regex, page);
}

// RFC 8555 8.3: trailing white space is ignored. Leading white space is not.
static enum http_challenge_reason http_01_judge(const struct dcv_parameters *parameters,
						const struct http_page *page)
{
	const char *expected = parameters->key_authorization;
	size_t length = page->body_length;
	if (expected == NULL || expected[0] == '\0') {
		return HTTP_CHALLENGE_BAD_QUERY;
	}
	if (is_in_request(expected, parameters, page)) {
		return HTTP_CHALLENGE_IN_REQUEST;
	}
	// What was cut off may have been anything.
	if (page->is_cut) {
		return HTTP_CHALLENGE_DIFFERENT;
	}
	while (length > 0 && dcv_text_is_space(page->body[length - 1])) {
		length--;
	}
	return length == strlen(expected) && memcmp(page->body, expected, length) == 0
		       ? HTTP_CHALLENGE_FOUND
		       : HTTP_CHALLENGE_DIFFERENT;
}

enum http_challenge_reason http_challenge_judge(const struct dcv_parameters *parameters,
						const struct http_page *page,
						const struct dcv_switches *switches)
{
	bool is_website = parameters->method == DCV_WEBSITE_CHANGE;
	if (!is_website && parameters->method != DCV_ACME_HTTP_01) {
		return HTTP_CHALLENGE_NOT_EVALUATED;
	}
	if (!status_is_right(page->status, switches)) {
		return HTTP_CHALLENGE_BAD_STATUS;
	}
	return is_website ? website_judge(parameters, page, switches)
			  : http_01_judge(parameters, page);
}

enum check_outcome http_challenge_outcome(enum http_challenge_reason reason)
{
	switch (reason) {
	case HTTP_CHALLENGE_FOUND:
		return CHECK_PASS;
	case HTTP_CHALLENGE_BAD_STATUS:
	case HTTP_CHALLENGE_IN_REQUEST:
	case HTTP_CHALLENGE_ABSENT:
	case HTTP_CHALLENGE_DIFFERENT:
	case HTTP_CHALLENGE_NO_REGEX:
		return CHECK_FAIL;
	case HTTP_CHALLENGE_REGEX_LIMIT:
	case HTTP_CHALLENGE_BAD_QUERY:
		return CHECK_ERROR;
	case HTTP_CHALLENGE_NOT_EVALUATED:
	case HTTP_CHALLENGE_REASON_COUNT:
		break;
	}
	return CHECK_NOT_EVALUATED;
}

static const struct {
	const char *name;
	const char *sentence;
} texts[HTTP_CHALLENGE_REASON_COUNT] = {
	[HTTP_CHALLENGE_NOT_EVALUATED] = {"not-evaluated", "the page was not judged"},
	[HTTP_CHALLENGE_FOUND] = {"found", "the page holds the expected value"},
	[HTTP_CHALLENGE_BAD_STATUS] = {"bad-status", "the status is not one of success"},
	[HTTP_CHALLENGE_IN_REQUEST] = {"in-request", "the request itself held the expected value"},
	[HTTP_CHALLENGE_ABSENT] = {"absent", "the page does not hold the expected value"},
	[HTTP_CHALLENGE_DIFFERENT] = {"different", "the page is not the key authorization"},
	[HTTP_CHALLENGE_NO_REGEX] = {"no-regex-match",
				     "the page does not match the regular expression"},
	[HTTP_CHALLENGE_REGEX_LIMIT] = {"regex-limit",
					"the regular expression takes too long on this page"},
	[HTTP_CHALLENGE_BAD_QUERY] = {"bad-query", "the parameters name no expected value"},
};

const char *http_challenge_reason_name(enum http_challenge_reason reason)
{
	return (unsigned)reason < HTTP_CHALLENGE_REASON_COUNT ? texts[reason].name : "unknown";
}

const char *http_challenge_reason_text(enum http_challenge_reason reason)
{
	return (unsigned)reason < HTTP_CHALLENGE_REASON_COUNT ? texts[reason].sentence
							      : "unknown reason";
}
