// SPDX-License-Identifier: BSD-3-Clause
// Is an RRset what the zone signed? RFC 4035 5.3.

#pragma once

#include "dnssec/canonical_rrset.h"
#include "dnssec/cause.h"
#include "dnssec/judge_budget.h"
#include "dnssec/key_set.h"
#include "dnssec/policy.h"
#include "dnssec/rrset.h"
#include "dnssec/signature_memory.h"

#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

// What all judgements take: who judges, by which rules, when, with how much work left. One thread at a time.
struct judge {
	struct canonical_workspace *workspace;
	const struct dnssec_policy *policy;
	struct judge_budget *budget;     // the look-up's
	int64_t now_s;                   // Unix time
	struct signature_memory *memory; // of checks, which cost nothing again; NULL: none
};

struct rrset_verdict {
	enum plx_dnssec state; // SECURE or BOGUS
	enum dnssec_cause cause;
	bool is_expanded; // made from the wildcard whose parent has `labels` labels: needs a denial of the next closer name
	uint8_t labels;
	uint32_t ttl_s; // of a secure RRset, RFC 4035 5.3.3
};

// By the keys of a zone that is known to be signed. SECURE with is_expanded is only half a proof.
struct rrset_verdict rrset_verify(const struct judge *judge, const struct rrset *rrset,
				  const struct key_set *keys);
