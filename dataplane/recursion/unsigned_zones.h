// SPDX-License-Identifier: BSD-3-Clause
// What a worker knows of zones that were proved to be unsigned: what is at or below one of them is insecure (RFC 4035 5.2)
// and needs no proof of its own. A copy of what the validators' trust caches hold, filled from verdicts that were made
// with these caches, and for no longer than they say. What is not here is proved; so whatever makes room, expires or is
// flushed costs a proof and nothing else. Fixed memory, one thread.

#pragma once

#include "dnssec/cause.h"
#include "dnssec/trust_anchor.h"

#include <parallax/base/siphash.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stdint.h>

struct unsigned_zones;

struct unsigned_zone {
	int64_t expires_s; // Unix time
	enum dnssec_cause cause;
};

// `anchors` outlives it. NULL when there is no memory.
struct unsigned_zones *unsigned_zones_create(const struct trust_anchors *anchors,
					     const struct plx_siphash_key *hash_key);
void unsigned_zones_destroy(struct unsigned_zones *zones); // or NULL
// `name` in lower case, as below. Was proved at `now_s` or before; is kept for an hour at most.
void unsigned_zones_put(struct unsigned_zones *zones, const struct plx_name *name,
			const struct unsigned_zone *zone, int64_t now_s);
// Whether the record set (name, type) is at or below a zone that is known to be unsigned at `now_s`, and not below a trust
// anchor in there. The DS of a zone is its parent's.
bool unsigned_zones_find(struct unsigned_zones *zones, const struct plx_name *name, uint16_t type,
			 int64_t now_s, struct unsigned_zone *ret_zone);
// Forgets everything at or below the zone.
void unsigned_zones_flush(struct unsigned_zones *zones, const struct plx_name *zone);
