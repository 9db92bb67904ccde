// SPDX-License-Identifier: BSD-3-Clause
// A small tree of zones that sign with keys of their own (ECDSA P-256), and what a recursor would gather from them: referrals,
// answers with their alias chains, and replies to DS and DNSKEY queries. A server may have a zone and its parent. Each
// zone has an A record at every name, but for names that begin with "nope" (no such name) and "wild" (made from "*").

#pragma once

#include "proof_driver.h"
#include "unit/dnssec/zone_signer.h"

#define WORLD_ZONES_MAX 16
#define WORLD_ALIASES_MAX 16
#define WORLD_MESSAGES_MAX 256 // made since world_reset

// Whose signatures: over the DS of a child, over the zone's own keys, over answers, over denials.
enum world_place { WORLD_DS = 0, WORLD_DNSKEY, WORLD_ANSWER, WORLD_DENIAL, WORLD_PLACE_COUNT };

struct world_zone {
	char text[64];
	struct plx_name name;
	struct world_zone *parent; // NULL: the root
	bool is_signed;
	bool has_ds; // at the parent
	int server;
	struct zone_signer signer;
	struct signature_fault faults[WORLD_PLACE_COUNT];
	bool is_bare[WORLD_PLACE_COUNT]; // without any signature
	bool is_silent
		[WORLD_PLACE_COUNT]; // WORLD_DS and WORLD_DNSKEY: such queries are not answered
	bool lacks_denials;          // NSEC records are left out
	bool lacks_soa;              // the SOA of negative answers is left out
};

struct world_alias {
	char name[64];
	char target[64];
	bool is_dname;
};

struct world {
	unsigned zone_count;
	struct world_zone zones[WORLD_ZONES_MAX];
	unsigned alias_count;
	struct world_alias aliases[WORLD_ALIASES_MAX];
	bool hides_referrals; // as if delegations came from a cache
	struct trust_anchors anchors;
	struct dnssec_policy policy;
	struct judge_budget budget;
	struct canonical_workspace *workspace;
	unsigned message_count;
	struct signed_message *messages;
	struct proof proof;
	struct proof_driver driver; // without a cache
};

// With a signed root, whose key is the anchor.
void world_init(struct world *world);
void world_fini(struct world *world);
// Forgets what was made; a new budget.
void world_reset(struct world *world);
// Parents first. Each is on a server of its own.
struct world_zone *world_add(struct world *world, const char *name, bool is_signed);
void world_add_alias(struct world *world, const char *name, const char *target, bool is_dname);
// Begins a proof with all that a look-up of the name gathers.
void world_look_up(struct world *world, const char *name, uint16_t type);
// Begins the proof of a look-up that failed at the zone's servers.
void world_fail(struct world *world, const char *zone);
// Proves it. The verdict is in world->driver.
enum plx_dnssec world_prove(struct world *world);
// For struct proof_driver; `world` is the context.
void world_reply(void *world, const struct proof_need *need, struct proof_message *ret_message);
