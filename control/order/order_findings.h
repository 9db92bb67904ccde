// SPDX-License-Identifier: BSD-3-Clause
// What all perspectives found about one identifier in one attempt, as diagnosis looks at it. Diagnosis explains; it has no
// part in the decision.

#pragma once

#include "check/probe_kind.h"
#include "names/identifier.h"
#include "policy/dcv_method.h"
#include "quorum/identifier_decision.h"
#include "quorum/perspective_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

#define ORDER_PROBES_MAX 3 // for one identifier

struct order_finding {
	const char *perspective;
	enum region region;
	enum check_outcome outcome;
	bool corroborates;     // false for the primary
	struct json_t *result; // check_result.h as JSON, evidence included
};

// What a probe came to, made after the decision.
struct order_probe_finding {
	enum probe_kind kind;
	size_t seat; // of sets[CHECK_SET_DCV]
	enum check_outcome outcome;
};

// A probe that would tell more.
struct order_probe_wish {
	enum probe_kind kind;
	uint8_t family; // of PROBE_ADDRESS_FAMILY: 4 or 6
	size_t seat;    // of sets[CHECK_SET_DCV]
};

struct order_findings {
	enum identifier_type type;
	const char *identifier; // canonical
	bool is_wildcard;
	enum dcv_method method;
	// The primary first, then the used remotes; count 0: the check was not made.
	size_t counts[CHECK_SET_COUNT];
	struct order_finding sets[CHECK_SET_COUNT][1 + PERSPECTIVE_REMOTES_MAX];
	size_t probe_count;
	struct order_probe_finding probes[ORDER_PROBES_MAX];
};
