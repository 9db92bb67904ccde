// SPDX-License-Identifier: BSD-3-Clause
// What a signed parent says of a child's keys: a DS RRset, a proof that there is none, or that there is no child at all.
// From a referral (authority section) or the answer to a DS query (RFC 4035 5.2, RFC 5155 8.9, RFC 6840 4.4).

#pragma once

#include "dnssec/answer_judge.h"
#include "dnssec/ds.h"

enum delegation_kind {
	DELEGATION_NOT_EVALUATED = 0, // bogus or indeterminate: see state and cause
	DELEGATION_SIGNED,            // ds vouches for the child's keys
	DELEGATION_UNSIGNED, // insecure from here down: no DS, none that we support, or an opt-out range
	DELEGATION_NOT_A_CUT, // the name is inside the parent zone, or does not exist
};

struct delegation_verdict {
	enum delegation_kind kind;
	enum plx_dnssec
		state; // of the child: SECURE when SIGNED or NOT_A_CUT, INSECURE when UNSIGNED
	enum dnssec_cause cause;
	uint32_t ttl_s;
	struct ds_set ds; // when SIGNED
};

const char *delegation_kind_name(enum delegation_kind kind);

// `child` in lower case, strictly below the zone of `keys`, the parent's.
void delegation_judge(const struct judge *judge, const struct plx_message *message,
		      const struct plx_name *child, const struct key_set *keys,
		      struct delegation_verdict *ret_verdict);
