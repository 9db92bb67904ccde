// SPDX-License-Identifier: BSD-3-Clause

#include "http_challenge/fetch.h"

static const struct {
	const char *name;
	const char *text;
} causes[FETCH_CAUSE_COUNT] = {
	[FETCH_CAUSE_NONE] = {"none", ""},
	[FETCH_CAUSE_RESOLVE_FAILED] = {"resolve-failed",
					"the addresses of the host could not be looked up"},
	[FETCH_CAUSE_NO_ADDRESS] = {"no-address", "the host has no address"},
	[FETCH_CAUSE_ADDRESS_REFUSED] = {"address-refused",
					 "no address of the host may be connected to"},
	[FETCH_CAUSE_CONNECT_FAILED] = {"connect-failed", "the server refused the connection"},
	[FETCH_CAUSE_CONNECT_TIMEOUT] = {"connect-timeout",
					 "the server did not accept the connection in time"},
	[FETCH_CAUSE_TLS_FAILED] = {"tls-failed", "the TLS handshake failed"},
	[FETCH_CAUSE_REDIRECT_STATUS] = {"redirect-status",
					 "only 301, 302, 307 and 308 redirects are followed"},
	[FETCH_CAUSE_REDIRECT_LOCATION] = {"redirect-location",
					   "the redirect has no single valid target"},
	[FETCH_CAUSE_REDIRECT_REFUSED] = {"redirect-refused",
					  "the target of the redirect is not allowed"},
	[FETCH_CAUSE_REDIRECT_LOOP] = {"redirect-loop", "the redirects run in a circle"},
	[FETCH_CAUSE_REDIRECT_LIMIT] = {"redirect-limit", "there are too many redirects"},
	[FETCH_CAUSE_HEADER_LIMIT] = {"header-limit", "the header of the answer is too large"},
	[FETCH_CAUSE_INFORMATIONAL_LIMIT] = {"informational-limit",
					     "too many informational answers came first"},
	[FETCH_CAUSE_BODY_LIMIT] = {"body-limit", "the body of the answer is too large"},
	[FETCH_CAUSE_BAD_RESPONSE] = {"bad-response", "the answer is not HTTP, or broke off"},
	[FETCH_CAUSE_TOO_SLOW] = {"too-slow", "the answer came too slowly"},
	[FETCH_CAUSE_DEADLINE] = {"deadline", "the answer was not complete in time"},
	[FETCH_CAUSE_INTERNAL] = {"internal", "the fetch failed on our side"},
};

const char *fetch_outcome_name(enum fetch_outcome outcome)
{
	switch (outcome) {
	case FETCH_COMPLETE:
		return "complete";
	case FETCH_FAILED:
		return "failed";
	case FETCH_NOT_EVALUATED:
		break;
	}
	return "not-evaluated";
}

const char *fetch_cause_name(enum fetch_cause cause)
{
	return (unsigned)cause < FETCH_CAUSE_COUNT ? causes[cause].name : "";
}

const char *fetch_cause_text(enum fetch_cause cause)
{
	return (unsigned)cause < FETCH_CAUSE_COUNT ? causes[cause].text : "";
}
