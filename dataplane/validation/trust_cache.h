// SPDX-License-Identifier: BSD-3-Clause
// The inside of proof.h's trust cache: what was proved of zones, for as long as it may be relied upon, and the signatures
// that were checked (dnssec/signature_memory.h). Only zone_walk.c puts something in, after it was proved.

#pragma once

#include "validation/proof.h"
#include "validation/zone_trust.h"

// However long the TTL: a zone that changes its keys or takes away its DS in haste waits no longer (RFC 8767 and RFC 9520
// set the same order of magnitude).
#define TRUST_KEYS_TTL_MAX_S 86400
// A zone that becomes signed, or a name that becomes a zone, is bogus for strangers until it is forgotten.
#define TRUST_DENIAL_TTL_MAX_S 3600
#define TRUST_ZONES_MAX (1U << 22)

// False when nothing is known at `now_s`. The keys in *ret_trust are held for the caller: zone_keys_release. `name` in
// lower case, as below.
bool trust_cache_find(struct trust_cache *cache, const struct plx_name *name, int64_t now_s,
		      struct zone_trust *ret_trust);
// Holds the keys itself. The zone that was not asked for the longest time makes room.
void trust_cache_put(struct trust_cache *cache, const struct plx_name *name,
		     const struct zone_trust *trust, int64_t now_s);
struct signature_memory *trust_cache_signatures(struct trust_cache *cache);
