// SPDX-License-Identifier: BSD-3-Clause
// Why DNSSEC material is not secure: one cause each, with the info-code of RFC 8914 that says it to the world.
// In the order of how far a judgement came: of several causes the greater one tells more.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

enum dnssec_cause {
	DNSSEC_CAUSE_NONE = 0,
	// Insecure, proved by the parent.
	DNSSEC_CAUSE_NO_DS,
	DNSSEC_CAUSE_OPT_OUT, // an NSEC3 with the opt-out flag covers the name, RFC 5155 section 6
	DNSSEC_CAUSE_DIGEST_UNSUPPORTED,
	DNSSEC_CAUSE_ALGORITHM_UNSUPPORTED,
	// Bogus.
	DNSSEC_CAUSE_DENIAL_MISSING,
	DNSSEC_CAUSE_SIGNATURE_MISSING,
	DNSSEC_CAUSE_MALFORMED,   // RDATA that cannot be read, two records where one is the rule
	DNSSEC_CAUSE_SIGNER,      // the signature is not the zone's
	DNSSEC_CAUSE_LABELS,      // the signature's labels field fits neither owner nor zone
	DNSSEC_CAUSE_SYNTHESIS,   // a CNAME that its DNAME does not make
	DNSSEC_CAUSE_KEY_MISSING, // no key of the zone fits the signature, or none the DS
	DNSSEC_CAUSE_NO_ZONE_KEY, // the key lacks the zone flag, protocol 3, or is revoked
	DNSSEC_CAUSE_NOT_YET_VALID,
	DNSSEC_CAUSE_EXPIRED,
	DNSSEC_CAUSE_SIGNATURE_WRONG,
	DNSSEC_CAUSE_WORK_LIMIT, // a named limit of judge_budget.h: what would prove it is never looked at
	// Indeterminate, or insecure by policy.
	DNSSEC_CAUSE_NSEC3_ITERATIONS,
	DNSSEC_CAUSE_NO_ANCHOR,
	DNSSEC_CAUSE_UNANSWERED, // nobody says whether the zone is signed: the look-up of its DS or keys failed
	DNSSEC_CAUSE_COUNT
};

// "signature-missing" and so on: static storage.
const char *dnssec_cause_name(enum dnssec_cause cause);
// RFC 8914 info-code + 1 as in struct plx_result; 0 when there is nothing to report.
PLX_PURE uint16_t dnssec_cause_ede(enum dnssec_cause cause);
// Keeps the one that tells more.
static inline void dnssec_cause_raise(enum dnssec_cause *cause, enum dnssec_cause other)
{
	*cause = other > *cause ? other : *cause;
}
