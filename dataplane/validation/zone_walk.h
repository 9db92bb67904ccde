// SPDX-License-Identifier: BSD-3-Clause
// The way from the closest trust anchor down to the zone that a name is in, cut by cut:
//
//	keys of Z ──► the next name below Z that may be a cut: DS? ──► SIGNED: its DNSKEY, go on with its keys
//	                    ▲    ▲                                ├──► UNSIGNED: insecure from there
//	                    │    └── NOT_A_CUT ◄──────────────────┤
//	                    └─ names between that were not tried ◄┴─── unclear; nothing left to try: bogus, indeterminate
//
// Cuts are looked for where the material tells of them (cut_marks.h), and label by label where that leaves something
// open. A DS is taken from a referral, or from the answer to a DS query.

#pragma once

#include "validation/cut_marks.h"
#include "validation/proof.h"
#include "validation/proof_material.h"
#include "validation/zone_trust.h"

#include <stdint.h>

// Zones of one proof that are kept in hand without a cache, so that no step of an alias chain proves them again.
#define WALK_ZONES_MAX 32

struct walk_zone {
	struct plx_name name;
	struct zone_trust trust;
};

// What the walks of one proof_judge share.
struct walk_context {
	struct judge judge;
	struct trust_cache *cache; // or NULL
	const struct trust_anchors *anchors;
	const struct proof_material *material;
	unsigned zone_count;
	struct walk_zone zones[WALK_ZONES_MAX];
};

enum walk_result {
	WALK_NOT_EVALUATED = 0,
	WALK_REACHED, // `keys` are those of the deepest zone known: judge by them
	WALK_STOPPED, // state, cause and zone say why
	WALK_NEEDS,
};

struct zone_walk {
	struct walk_context *context;
	struct cut_marks marks;
	const struct ds_set *anchor;
	unsigned labels;         // of the zone reached
	struct zone_keys *keys;  // held; NULL: not even the anchor's
	uint32_t ttl_s;          // of what was relied upon so far
	uint32_t unsigned_ttl_s; // for which `zone` was proved to be unsigned; 0: it was not
	enum plx_dnssec state;
	enum dnssec_cause cause;
	struct plx_name zone; // reached, or where it stopped
	unsigned need_count;
	struct proof_need needs[PROOF_NEEDS_MAX];
};

// `context` has judge, anchors, material and cache set.
void walk_context_fini(struct walk_context *context);

// The cuts that count have at most `deepest` labels; answer_index as in cut_marks.h.
void zone_walk_start(struct zone_walk *walk, struct walk_context *context,
		     const struct plx_name *target, unsigned deepest, unsigned answer_index);
// Before the first run: the target itself is tried as a cut.
void zone_walk_try_target(struct zone_walk *walk);
void zone_walk_fini(struct zone_walk *walk);
// As far as the material leads. Again after NEEDS only with a new start, after REACHED only with zone_walk_search.
enum walk_result zone_walk_run(struct zone_walk *walk);
// After REACHED: names below were not tried, and shall be. False: there is none, no zone cut is below.
bool zone_walk_search(struct zone_walk *walk);
