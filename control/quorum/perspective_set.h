// SPDX-License-Identifier: BSD-3-Clause
// Which remotes one attempt uses (BR 3.2.2.9): those that are distinct from the primary and from each other; and
// whether the resolvers of those in use are as far apart as they must be. Pure.
//
// The choice is made from places alone, before anything is checked: no result can influence who is counted. The order
// of the remotes is the operator's preference: of two that are too close to each other the first one is used.

#pragma once

#include "quorum/distance.h"
#include "quorum/region.h"
#include "rules/verdict.h"

#include <stddef.h>
#include <stdint.h>

// Remotes of one attempt. The rules ask for 5; the largest known systems have about 20. Bounds the pairwise look.
#define PERSPECTIVE_REMOTES_MAX 64
// Resolvers of one perspective. Bounds the same.
#define PERSPECTIVE_RESOLVERS_MAX 16

// Where a resolver hands its un-encapsulated queries to the network.
struct perspective_resolver {
	const char *
		id; // address or another name; the same text at two perspectives is one shared resolver
	enum region region;
	struct coordinates place;
};

// All memory is the caller's. A perspective that resolves from the root by itself is its own resolver and lists itself.
struct perspective {
	const char *name;
	const char *code; // unique; compared without case
	enum region region;
	struct coordinates place;
	const struct perspective_resolver *resolvers;
	size_t resolver_count;
};

struct perspective_selection {
	// REFUSAL_NONE: an attempt with the used remotes complies. Otherwise it does not, whatever the remotes answer.
	enum refusal_reason reason;
	// With a reason about resolvers: the two perspectives, as index into the remotes, or -1 for the primary.
	int first, second;
	size_t used_count;
	// For each remote: REFUSAL_NONE when it is used, else why not.
	enum refusal_reason remote_reasons[PERSPECTIVE_REMOTES_MAX];
};

// Whether there are enough remotes is not judged here: see quorum_tally.h.
// Resolvers of one and the same perspective may stand side by side; those of different ones may not.
void perspective_set_select(const struct perspective *primary, const struct perspective *remotes,
			    size_t remote_count, struct perspective_selection *ret_selection);
