// SPDX-License-Identifier: BSD-3-Clause
// From the two sets of answers to the decision about one identifier, and from identifiers to the order. Pure.
//
// DCV and CAA may have been seen by different remotes: each set needs its own quorum (BR 3.2.2.9).

#pragma once

#include "quorum/quorum_tally.h"
#include "rules/verdict.h"

#include <stddef.h>

// Whether CAA applies to the identifier. Zero is the strict one.
enum caa_need {
	CAA_REQUIRED = 0,
	CAA_NOT_REQUIRED, // IP addresses and onion names (BR 4.2.2.1); private certificates
};

enum check_set {
	CHECK_SET_DCV,
	CHECK_SET_CAA,
	CHECK_SET_COUNT,
};

struct identifier_reason {
	enum check_set set;
	enum refusal_reason reason;
};

struct identifier_decision {
	enum decision decision;
	enum caa_need caa_need;
	struct quorum_tally dcv;
	struct quorum_tally caa; // zero when CAA is not required
	// Why it is refused, at most one reason for each set, DCV first. Empty when it issues.
	struct identifier_reason reasons[CHECK_SET_COUNT];
	size_t reason_count;
};

// `caa` may be NULL, which refuses unless CAA is not required; then it is not looked at.
struct identifier_decision identifier_decide(const struct quorum_tally *dcv,
					     const struct quorum_tally *caa,
					     enum caa_need caa_need);

// One half alone, where nobody asked for DCV: DECISION_ISSUE says that CAA permits, and nothing more. NULL refuses.
struct identifier_decision identifier_decide_caa(const struct quorum_tally *caa);

struct order_decision {
	enum decision decision;
	enum refusal_reason reason; // REFUSAL_NONE, _NO_IDENTIFIERS or _IDENTIFIER_REFUSED
	size_t refused_count;       // identifiers that do not issue
};

// An order issues when it has identifiers and all of them issue.
struct order_decision order_decide(const enum decision *identifiers, size_t count);

// "required", "not-required".
const char *caa_need_name(enum caa_need need);
// "dcv", "caa".
const char *check_set_name(enum check_set set);
