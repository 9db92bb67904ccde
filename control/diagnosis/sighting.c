// SPDX-License-Identifier: BSD-3-Clause

#include "diagnosis/sighting.h"

#include "diagnosis/dns_sighting.h"

#include <parallax/base/attributes.h>

#include <jansson.h>

#include <string.h>

#define PROBES_MAX 8     // of one result that are read
#define ADDRESSES_MAX 64 // of one host that are read

// Outcomes of a fetch and of a handshake by their names in http_challenge/.
static enum sighting_kind cause_kind(const char *cause)
{
	static const struct {
		const char *cause;
		enum sighting_kind kind;
	} known[] = {
		{"connect-timeout", SIGHTING_DROPPED},
		{"deadline", SIGHTING_DROPPED},
		{"too-slow", SIGHTING_DROPPED},
		{"connect-failed", SIGHTING_REFUSED},
		{"tls-failed", SIGHTING_BROKEN},
		{"bad-response", SIGHTING_BROKEN},
		{"redirect-status", SIGHTING_REDIRECT},
		{"redirect-location", SIGHTING_REDIRECT},
		{"redirect-refused", SIGHTING_REDIRECT},
		{"redirect-loop", SIGHTING_REDIRECT},
		{"redirect-limit", SIGHTING_REDIRECT},
		{"header-limit", SIGHTING_CONTENT},
		{"informational-limit", SIGHTING_CONTENT},
		{"body-limit", SIGHTING_CONTENT},
		// A TLS server that does not know of the challenge.
		{"handshake-failed", SIGHTING_CONTENT},
		{"protocol-refused", SIGHTING_CONTENT},
		{"no-certificate", SIGHTING_CONTENT},
		// Names lead to an address that nobody may connect to, as inside of split DNS.
		{"address-refused", SIGHTING_OTHER_RECORD},
		{"no-address", SIGHTING_NO_RECORD},
		{"internal", SIGHTING_DOWN},
	};
	for (size_t i = 0; cause != NULL && i < PLX_ARRAY_SIZE(known); i++) {
		if (strcmp(cause, known[i].cause) == 0) {
			return known[i].kind;
		}
	}
	return SIGHTING_NONE;
}

static enum sighting_kind status_kind(json_int_t status)
{
	if (status == 401 || status == 403 || status == 406 || status == 451) {
		return SIGHTING_DENIED;
	}
	return status >= 200 && status <= 299 ? SIGHTING_CONTENT : SIGHTING_STATUS;
}

static enum sighting_kind web_kind(const json_t *web, const struct check_result *result,
				   const struct check_result *other)
{
	const char *cause = json_string_value(json_object_get(web, "cause"));
	const json_t *status = json_object_get(web, "status");
	if (cause != NULL && strcmp(cause, "resolve-failed") == 0) {
		enum sighting_kind kind = dns_sighting_of(result, other);
		return kind == SIGHTING_NONE || sighting_is_missing(kind) ? SIGHTING_UNREACHABLE
									  : kind;
	}
	enum sighting_kind kind = cause_kind(cause);
	if (kind != SIGHTING_NONE) {
		return kind;
	}
	kind = json_is_integer(status) && json_integer_value(status) > 0
		       ? status_kind(json_integer_value(status))
		       : SIGHTING_CONTENT;
	// What was fetched and came to no verdict was held up by something else, an address that was not validated.
	return result->outcome == CHECK_FAIL || kind != SIGHTING_CONTENT ? kind : SIGHTING_NONE;
}

// An error that left nothing to look at: by its reason and, when time ran out, by what was being done (perform/).
static enum sighting_kind kind_of_error(const struct check_result *result)
{
	static const char *const not_asked[] = {"not-a-domain", "onion-unsupported",
						"bad-authorization-domain", "bad-query",
						"dnssec-unchecked"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(not_asked); i++) {
		if (strcmp(result->reason, not_asked[i]) == 0) {
			return SIGHTING_NONE;
		}
	}
	if (strcmp(result->reason, "deadline") == 0) {
		if (strstr(result->message, "web server") != NULL ||
		    strstr(result->message, "TLS server") != NULL) {
			return SIGHTING_DROPPED;
		}
		if (strstr(result->message, "the DNS was asked") != NULL) {
			return SIGHTING_UNREACHABLE;
		}
	}
	// Whoever has looked at nothing was not asked, or could not ask.
	return SIGHTING_DOWN;
}

static enum sighting_kind kind_of(const struct check_result *result,
				  const struct check_result *other)
{
	const json_t *http = json_object_get(result->evidence, "http");
	const json_t *tls = json_object_get(result->evidence, "tls");
	enum sighting_kind kind;
	switch (result->outcome) {
	case CHECK_PASS:
		return SIGHTING_PASS;
	case CHECK_FAIL:
	case CHECK_ERROR:
		// Worse than all that was fetched on its word.
		if (result->dnssec == PLX_DNSSEC_BOGUS) {
			return SIGHTING_BOGUS;
		}
		if (json_is_object(http) || json_is_object(tls)) {
			return web_kind(json_is_object(http) ? http : tls, result, other);
		}
		kind = dns_sighting_of(result, other);
		if (result->kind == CHECK_KIND_CAA && result->outcome == CHECK_FAIL) {
			return SIGHTING_PROHIBITED;
		}
		if (kind == SIGHTING_NONE && result->outcome == CHECK_ERROR) {
			return kind_of_error(result);
		}
		// CAA that was read and came to no verdict: not to be seen from here why.
		return result->kind == CHECK_KIND_CAA && sighting_is_missing(kind) ? SIGHTING_NONE
										   : kind;
	case CHECK_NOT_EVALUATED:
		break;
	}
	return SIGHTING_NONE;
}

static uint8_t family_of(const char *address)
{
	return address == NULL ? 0 : strchr(address, ':') != NULL ? 6 : 4;
}

static void read_addresses(struct sighting *sighting, const json_t *web)
{
	const json_t *hops = json_object_get(web, "hops");
	const json_t *last =
		json_array_size(hops) > 0 ? json_array_get(hops, json_array_size(hops) - 1) : web;
	sighting->hops = json_array_size(hops) > 0 ? hops : NULL;
	const json_t *addresses = json_object_get(
		sighting->hops != NULL ? json_array_get(hops, 0) : web, "addresses");
	sighting->addresses = json_array_size(addresses) > 0 ? addresses : NULL;
	sighting->family = family_of(json_string_value(json_object_get(last, "address")));
	addresses = json_object_get(last, "addresses");
	for (size_t i = 0; i < json_array_size(addresses) && i < ADDRESSES_MAX; i++) {
		uint8_t family = family_of(json_string_value(json_array_get(addresses, i)));
		sighting->has_other_family |=
			sighting->family != 0 && family != 0 && family != sighting->family;
	}
}

static enum check_outcome probe_outcome(const json_t *probe)
{
	const char *result = json_string_value(json_object_get(probe, "result"));
	for (int i = CHECK_PASS; result != NULL && i <= CHECK_ERROR; i++) {
		if (strcmp(result, check_outcome_dcv_name((enum check_outcome)i)) == 0) {
			return (enum check_outcome)i;
		}
	}
	return CHECK_NOT_EVALUATED;
}

static void read_probes(struct sighting *sighting, const json_t *probes)
{
	for (size_t i = 0; i < json_array_size(probes) && i < PROBES_MAX; i++) {
		const json_t *probe = json_array_get(probes, i);
		const char *name = json_string_value(json_object_get(probe, "probe"));
		enum probe_kind kind = name != NULL ? probe_kind_find(name) : PROBE_NONE;
		if (kind != PROBE_NONE) {
			sighting->probes[kind] = probe_outcome(probe);
		}
	}
}

struct sighting sighting_of(const struct check_result *result, const struct check_result *other,
			    const json_t *probes)
{
	struct sighting sighting = {.kind = SIGHTING_NONE};
	if (result == NULL) {
		return sighting;
	}
	const json_t *http = json_object_get(result->evidence, "http");
	sighting.kind = kind_of(result, other);
	sighting.time_us = result->time_us;
	read_addresses(&sighting,
		       json_is_object(http) ? http : json_object_get(result->evidence, "tls"));
	read_probes(&sighting, json_object_get(result->evidence, "probes"));
	read_probes(&sighting, probes);
	return sighting;
}

bool sighting_is_missing(enum sighting_kind kind)
{
	return kind == SIGHTING_REDIRECT || kind == SIGHTING_STATUS || kind == SIGHTING_CONTENT ||
	       kind == SIGHTING_NO_RECORD || kind == SIGHTING_OTHER_RECORD;
}

bool sighting_is_blocked(enum sighting_kind kind)
{
	return kind == SIGHTING_DROPPED || kind == SIGHTING_REFUSED || kind == SIGHTING_BROKEN ||
	       kind == SIGHTING_DENIED;
}

const char *sighting_kind_name(enum sighting_kind kind)
{
	static const char *const names[SIGHTING_KIND_COUNT] = {
		[SIGHTING_NONE] = "none",
		[SIGHTING_PASS] = "pass",
		[SIGHTING_DOWN] = "down",
		[SIGHTING_PROHIBITED] = "prohibited",
		[SIGHTING_DROPPED] = "dropped",
		[SIGHTING_REFUSED] = "refused",
		[SIGHTING_BROKEN] = "broken",
		[SIGHTING_DENIED] = "denied",
		[SIGHTING_REDIRECT] = "redirect",
		[SIGHTING_STATUS] = "status",
		[SIGHTING_CONTENT] = "content",
		[SIGHTING_UNREACHABLE] = "unreachable",
		[SIGHTING_TYPE_REFUSED] = "type-refused",
		[SIGHTING_BOGUS] = "bogus",
		[SIGHTING_NO_RECORD] = "no-record",
		[SIGHTING_OTHER_RECORD] = "other-record",
	};
	return (unsigned)kind < SIGHTING_KIND_COUNT ? names[kind] : names[SIGHTING_NONE];
}
