// SPDX-License-Identifier: BSD-3-Clause
// What can be wrong at the customer's side, as far as the evidence of several perspectives tells it apart, and what he
// can do. Codes and advice are a contract: readiness reports and answers to orders carry them. Pure.

#pragma once

enum diagnosis_code {
	DIAGNOSIS_NONE = 0,
	DIAGNOSIS_HTTP_GEO_BLOCKED,
	DIAGNOSIS_HTTP_FIREWALLED,
	DIAGNOSIS_HTTP_ALLOW_LIST,
	DIAGNOSIS_HTTP_USER_AGENT_FILTERED,
	DIAGNOSIS_HTTP_REDIRECT_DIFFERS,
	DIAGNOSIS_HTTP_CONTENT_DIFFERS,
	DIAGNOSIS_DNS_DIFFERS_BY_LOCATION,
	DIAGNOSIS_DNS_SERVER_UNREACHABLE,
	DIAGNOSIS_DNS_TYPE_REFUSED,
	DIAGNOSIS_DNSSEC_BOGUS,
	DIAGNOSIS_CHALLENGE_MISSING_EVERYWHERE,
	DIAGNOSIS_CHALLENGE_REMOVED_EARLY,
	DIAGNOSIS_CAA_DIFFERS_BY_LOCATION,
	DIAGNOSIS_CAA_PROHIBITS_EVERYWHERE,
	DIAGNOSIS_PERSPECTIVE_DOWN,
	DIAGNOSIS_CODE_COUNT
};

const char *diagnosis_code_name(enum diagnosis_code code); // "http-geo-blocked"; "none"
// A sentence or two that the customer can act on; "" for none.
const char *diagnosis_code_advice(enum diagnosis_code code);
