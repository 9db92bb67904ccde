// SPDX-License-Identifier: BSD-3-Clause
// Names of causes and their extended DNS errors (RFC 8914 section 4, RFC 9276 3.2 for code 27).

#include "dnssec/cause.h"

#define NO_EDE (-1)

static const struct {
	const char *name;
	int16_t info_code;
} causes[DNSSEC_CAUSE_COUNT] = {
	[DNSSEC_CAUSE_NONE] = {"none", NO_EDE},
	[DNSSEC_CAUSE_NO_DS] = {"no-ds", NO_EDE},
	[DNSSEC_CAUSE_OPT_OUT] = {"opt-out", NO_EDE},
	[DNSSEC_CAUSE_DIGEST_UNSUPPORTED] = {"digest-unsupported", 2},
	[DNSSEC_CAUSE_ALGORITHM_UNSUPPORTED] = {"algorithm-unsupported", 1},
	[DNSSEC_CAUSE_DENIAL_MISSING] = {"denial-missing", 12},
	[DNSSEC_CAUSE_SIGNATURE_MISSING] = {"signature-missing", 10},
	[DNSSEC_CAUSE_MALFORMED] = {"malformed", 6},
	[DNSSEC_CAUSE_SIGNER] = {"signer", 6},
	[DNSSEC_CAUSE_LABELS] = {"labels", 6},
	[DNSSEC_CAUSE_SYNTHESIS] = {"synthesis", 6},
	[DNSSEC_CAUSE_KEY_MISSING] = {"key-missing", 9},
	[DNSSEC_CAUSE_NO_ZONE_KEY] = {"no-zone-key", 11},
	[DNSSEC_CAUSE_NOT_YET_VALID] = {"not-yet-valid", 8},
	[DNSSEC_CAUSE_EXPIRED] = {"expired", 7},
	[DNSSEC_CAUSE_SIGNATURE_WRONG] = {"signature-wrong", 6},
	[DNSSEC_CAUSE_WORK_LIMIT] = {"work-limit", 6},
	[DNSSEC_CAUSE_NSEC3_ITERATIONS] = {"nsec3-iterations", 27},
	[DNSSEC_CAUSE_NO_ANCHOR] = {"no-anchor", 5},
	[DNSSEC_CAUSE_UNANSWERED] = {"unanswered", 5},
};

const char *dnssec_cause_name(enum dnssec_cause cause)
{
	return (unsigned)cause < DNSSEC_CAUSE_COUNT ? causes[cause].name : "unknown";
}

uint16_t dnssec_cause_ede(enum dnssec_cause cause)
{
	// A cause from nowhere is a failure still.
	int code = (unsigned)cause < DNSSEC_CAUSE_COUNT ? causes[cause].info_code : 6;
	return (uint16_t)(code + 1);
}
