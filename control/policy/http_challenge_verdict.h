// SPDX-License-Identifier: BSD-3-Clause
// Whether a web page proves control: ACME http-01 (RFC 8555 8.3, BR 3.2.2.4.19, 3.2.2.5.6) and agreed-upon change to a
// website (BR 3.2.2.4.18, 3.2.2.5.1). Redirects were judged before (redirect_rules.h).

#pragma once

#include "policy/dcv_parameters.h"
#include "rules/verdict.h"

#include <stdbool.h>
#include <stddef.h>

// The final response. `body` is the first octets, any content, after content decoding.
struct http_page {
	unsigned status;
	const char *body;
	size_t body_length;
	bool is_cut; // there was more body than was kept
	// Every URL asked for, redirects included: a page that echoes its own request proves nothing.
	const char *const *urls;
	size_t url_count;
};

enum http_challenge_reason {
	HTTP_CHALLENGE_NOT_EVALUATED = 0,
	HTTP_CHALLENGE_FOUND,
	HTTP_CHALLENGE_BAD_STATUS,
	HTTP_CHALLENGE_IN_REQUEST,  // the expected value was wholly in a URL or header that we sent
	HTTP_CHALLENGE_ABSENT,      // the value is not in the body (website-change)
	HTTP_CHALLENGE_DIFFERENT,   // the body is not the key authorization (http-01)
	HTTP_CHALLENGE_NO_REGEX,    // the value is there, the pattern does not match
	HTTP_CHALLENGE_REGEX_LIMIT, // the pattern took too long on this body
	HTTP_CHALLENGE_BAD_QUERY,   // parameters that were never found OK
	HTTP_CHALLENGE_REASON_COUNT
};

// The first fault found. Methods other than website-change and acme-http-01 are NOT_EVALUATED. Any thread.
enum http_challenge_reason http_challenge_judge(const struct dcv_parameters *parameters,
						const struct http_page *page,
						const struct dcv_switches *switches);

enum check_outcome http_challenge_outcome(enum http_challenge_reason reason);
const char *http_challenge_reason_name(enum http_challenge_reason reason);
const char *http_challenge_reason_text(enum http_challenge_reason reason);
