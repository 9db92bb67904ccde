// SPDX-License-Identifier: BSD-3-Clause
// What was proved of one name: a zone's keys, that a zone is unsigned, or that there is no zone cut. Never what failed.

#pragma once

#include "dnssec/cause.h"
#include "dnssec/key_set.h"

#include <parallax/base/attributes.h>

#include <stdint.h>

enum trust_kind {
	TRUST_NOT_EVALUATED = 0,
	TRUST_KEYS,
	TRUST_UNSIGNED,  // insecure from here down
	TRUST_NOT_A_CUT, // inside the zone above
};

// A key set with several holders, all of one thread.
struct zone_keys {
	struct key_set *set;
	uint32_t holder_count;
};

struct zone_trust {
	enum trust_kind kind;
	enum dnssec_cause cause; // of UNSIGNED
	struct zone_keys *keys;  // of KEYS
	int64_t expires_s;       // Unix time
};

// Takes over the set, which is gone when there is no memory (NULL). One holder.
struct zone_keys *zone_keys_create(struct key_set *set);
struct zone_keys *zone_keys_hold(struct zone_keys *keys); // NULL is accepted
void zone_keys_release(struct zone_keys *keys);           // or NULL
