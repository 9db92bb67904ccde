// SPDX-License-Identifier: BSD-3-Clause

#include "proof_world.h"

#include "dnssec/dnskey.h"
#include "dnssec/name_order.h"
#include "unit/dnssec/zone_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER PLX_SECTION_ANSWER
#define AUTHORITY PLX_SECTION_AUTHORITY

static const uint8_t address[4] = {192, 0, 2, 1};
static const uint8_t root_name[1] = {0};

static void die(const char *what)
{
	fprintf(stderr, "proof_world: %s\n", what);
	exit(EXIT_FAILURE);
}

static void ds_of(const struct world_zone *zone, struct ds *ret_ds)
{
	struct dnskey key;
	*ret_ds = (struct ds) {.digest_type = DNSSEC_DIGEST_SHA256};
	if (dnskey_parse(zone->signer.dnskey, sizeof(zone->signer.dnskey), &key) < 0 ||
	    ds_digest(DNSSEC_DIGEST_SHA256, &zone->name, &key, ret_ds->digest,
		      &ret_ds->digest_length) < 0) {
		die("no digest");
	}
	ret_ds->tag = key.tag;
	ret_ds->algorithm = key.algorithm;
}

void world_init(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world->policy = dnssec_policy_production();
	world->workspace = malloc(sizeof(*world->workspace));
	world->messages = malloc(WORLD_MESSAGES_MAX * sizeof(world->messages[0]));
	struct world_zone *root = world_add(world, ".", true);
	world->anchors.zone_count = 1;
	world->anchors.zones[0].zone = root->name;
	world->anchors.zones[0].count = 1;
	ds_of(root, &world->anchors.zones[0].entries[0]);
	world->driver = (struct proof_driver) {.judge = {.anchors = &world->anchors,
							 .judge = {.workspace = world->workspace,
								   .policy = &world->policy,
								   .budget = &world->budget,
								   .now_s = FIXTURE_NOW}},
					       .answer = world_reply,
					       .context = world};
	world_reset(world);
}

void world_fini(struct world *world)
{
	for (unsigned i = 0; i < world->zone_count; i++) {
		zone_signer_fini(&world->zones[i].signer);
	}
	free(world->workspace);
	free(world->messages);
}

void world_reset(struct world *world)
{
	world->message_count = 0;
	world->budget = judge_budget_init();
}

// The deepest zone that the name is in, or with `is_parents` the deepest one above it.
static struct world_zone *zone_of(struct world *world, const struct plx_name *name, bool is_parents)
{
	struct world_zone *found = &world->zones[0]; // the root
	for (unsigned i = 1; i < world->zone_count; i++) {
		struct world_zone *zone = &world->zones[i];
		bool is_above = is_parents && name->length > 1
					? name_is_strictly_below(name, &zone->name)
					: plx_name_is_below(name, &zone->name);
		if (is_above && zone->name.length > found->name.length) {
			found = zone;
		}
	}
	return found;
}

struct world_zone *world_add(struct world *world, const char *name, bool is_signed)
{
	if (world->zone_count == WORLD_ZONES_MAX) {
		die("too many zones");
	}
	struct world_zone *zone = &world->zones[world->zone_count];
	snprintf(zone->text, sizeof(zone->text), "%s", name);
	zone->name = fixture_name(name);
	zone->parent = world->zone_count > 0 ? zone_of(world, &zone->name, true) : NULL;
	zone->is_signed = is_signed;
	zone->has_ds = is_signed;
	zone->server = (int)world->zone_count;
	zone_signer_init(&zone->signer, name, DNSKEY_FLAG_ZONE);
	world->zone_count++;
	return zone;
}

void world_add_alias(struct world *world, const char *name, const char *target, bool is_dname)
{
	if (world->alias_count == WORLD_ALIASES_MAX) {
		die("too many aliases");
	}
	struct world_alias *alias = &world->aliases[world->alias_count++];
	snprintf(alias->name, sizeof(alias->name), "%s", name);
	snprintf(alias->target, sizeof(alias->target), "%s", target);
	alias->is_dname = is_dname;
}

static struct signed_message *begin(struct world *world, const char *name, uint16_t type)
{
	if (world->message_count == WORLD_MESSAGES_MAX) {
		die("too many messages");
	}
	struct signed_message *built = &world->messages[world->message_count++];
	message_begin(built, name, type, 0);
	return built;
}

// As the zone signs such a record, or does not.
static void add(struct signed_message *built, enum plx_section section, const char *owner,
		uint16_t type, const void *rdata, size_t length, const struct world_zone *zone,
		enum world_place place)
{
	if (!zone->is_signed || zone->is_bare[place]) {
		message_add(built, section, owner, type, rdata, length);
		return;
	}
	message_add_signed(built, section, owner, type, rdata, length, &zone->signer,
			   &zone->faults[place]);
}

// To the apex, which ends the chain: every name between is denied.
static void add_nsec(struct signed_message *built, const struct world_zone *zone, const char *owner,
		     const uint16_t *types, unsigned type_count)
{
	uint8_t octets[PLX_NAME_MAX + 2 + 32] = {0};
	size_t at = zone->name.length;
	if (!zone->is_signed || zone->lacks_denials) {
		return;
	}
	memcpy(octets, zone->name.wire, zone->name.length);
	octets[at + 1] = 8; // window 0, types below 64
	for (unsigned i = 0; i < type_count; i++) {
		octets[at + 2 + types[i] / 8] |= (uint8_t)(0x80 >> types[i] % 8);
	}
	add(built, AUTHORITY, owner, PLX_TYPE_NSEC, octets, at + 2 + 8, zone, WORLD_DENIAL);
}

static void add_nsec_of_delegation(struct signed_message *built, const struct world_zone *zone,
				   const char *child)
{
	static const uint16_t types[] = {PLX_TYPE_NS, PLX_TYPE_RRSIG, PLX_TYPE_NSEC};
	add_nsec(built, zone, child, types, PLX_ARRAY_SIZE(types));
}

static void add_nsec_of_apex(struct signed_message *built, const struct world_zone *zone)
{
	static const uint16_t types[] = {PLX_TYPE_NS, PLX_TYPE_SOA, PLX_TYPE_RRSIG, PLX_TYPE_NSEC,
					 PLX_TYPE_DNSKEY};
	add_nsec(built, zone, zone->text, types, PLX_ARRAY_SIZE(types));
}

static void add_soa(struct signed_message *built, const struct world_zone *zone)
{
	const uint8_t rdata[2 + 20] = {0};
	if (zone->lacks_soa) {
		return;
	}
	add(built, AUTHORITY, zone->text, PLX_TYPE_SOA, rdata, sizeof(rdata), zone, WORLD_DENIAL);
}

static void add_ds(struct signed_message *built, enum plx_section section,
		   const struct world_zone *child)
{
	struct ds ds;
	uint8_t rdata[4 + DS_DIGEST_MAX];
	ds_of(child, &ds);
	rdata[0] = (uint8_t)(ds.tag >> 8);
	rdata[1] = (uint8_t)ds.tag;
	rdata[2] = ds.algorithm;
	rdata[3] = ds.digest_type;
	memcpy(rdata + 4, ds.digest, ds.digest_length);
	add(built, section, child->text, PLX_TYPE_DS, rdata, 4U + ds.digest_length, child->parent,
	    WORLD_DS);
}

static struct world_zone *zone_at(struct world *world, const struct plx_name *name)
{
	struct world_zone *zone = zone_of(world, name, false);
	return plx_name_equal(&zone->name, name) ? zone : NULL;
}

static void build_denial(struct signed_message *built, const struct world_zone *zone,
			 const char *name, bool is_nxdomain)
{
	static const uint16_t types[] = {PLX_TYPE_A, PLX_TYPE_RRSIG, PLX_TYPE_NSEC};
	add_soa(built, zone);
	if (is_nxdomain || strcmp(name, zone->text) == 0) {
		add_nsec_of_apex(built, zone);
	} else {
		add_nsec(built, zone, name, types, PLX_ARRAY_SIZE(types));
	}
}

static const struct world_alias *alias_of(const struct world *world, const char *name)
{
	for (unsigned i = 0; i < world->alias_count; i++) {
		const struct world_alias *alias = &world->aliases[i];
		size_t length = strlen(name);
		size_t tail = strlen(alias->name);
		bool is_at = strcmp(alias->name, name) == 0;
		bool is_below = length > tail && name[length - tail - 1] == '.' &&
				strcmp(name + length - tail, alias->name) == 0;
		if (alias->is_dname ? is_below : is_at) {
			return alias;
		}
	}
	return NULL;
}

// Adds the alias and sets `name` to its target.
static void build_alias(struct signed_message *built, const struct world_zone *zone,
			const struct world_alias *alias, char name[static PLX_NAME_TEXT_MAX])
{
	char target[PLX_NAME_TEXT_MAX];
	snprintf(target, sizeof(target), "%s", alias->target);
	if (alias->is_dname) {
		struct plx_name owner_target = fixture_name(alias->target);
		add(built, ANSWER, alias->name, PLX_TYPE_DNAME, owner_target.wire,
		    owner_target.length, zone, WORLD_ANSWER);
		size_t kept = strlen(name) - strlen(alias->name);
		snprintf(target, sizeof(target), "%.*s%s", (int)kept, name, alias->target);
	}
	struct plx_name wire = fixture_name(target);
	if (alias->is_dname) {
		message_add(built, ANSWER, name, PLX_TYPE_CNAME, wire.wire, wire.length);
	} else {
		add(built, ANSWER, name, PLX_TYPE_CNAME, wire.wire, wire.length, zone,
		    WORLD_ANSWER);
	}
	snprintf(name, PLX_NAME_TEXT_MAX, "%s", target);
}

static void build_wildcard(struct signed_message *built, const struct world_zone *zone,
			   const char *name)
{
	struct world_zone made = *zone;
	made.faults[WORLD_ANSWER].labels_minus = 1;
	add(built, ANSWER, name, PLX_TYPE_A, address, sizeof(address), &made, WORLD_ANSWER);
	add_nsec_of_apex(built, zone);
}

// What the zone says of a name that is no alias.
static void build_data(struct signed_message *built, const struct world_zone *zone,
		       const char *name, uint16_t type)
{
	bool is_apex = strcmp(name, zone->text) == 0;
	if (type == PLX_TYPE_DNSKEY && is_apex && zone->is_signed) {
		add(built, ANSWER, name, type, zone->signer.dnskey, SIGNER_DNSKEY_BYTES, zone,
		    WORLD_DNSKEY);
	} else if (type == PLX_TYPE_A && strncmp(name, "wild", 4) == 0) {
		build_wildcard(built, zone, name);
	} else if (type == PLX_TYPE_A && strncmp(name, "nope", 4) != 0) {
		add(built, ANSWER, name, type, address, sizeof(address), zone, WORLD_ANSWER);
	} else {
		build_denial(built, zone, name, strncmp(name, "nope", 4) == 0);
	}
}

static void build_ds(struct world *world, struct signed_message *built,
		     const struct world_zone *zone, const char *name)
{
	struct plx_name wire = fixture_name(name);
	const struct world_zone *child = zone_at(world, &wire);
	if (child == NULL || child->parent == NULL) {
		build_denial(built, zone, name, false);
	} else if (child->has_ds) {
		add_ds(built, ANSWER, child);
	} else {
		add_soa(built, zone);
		add_nsec_of_delegation(built, zone, name);
	}
}

// How far a server gets with a name, from a zone that it is known to have.
static struct world_zone *deepest_here(struct world *world, struct world_zone *known,
				       const struct plx_name *name, uint16_t type)
{
	struct world_zone *deepest = known;
	for (struct world_zone *zone = zone_of(world, name, type == PLX_TYPE_DS);
	     zone != NULL && zone != known; zone = zone->parent) {
		if (zone->server == known->server && zone->name.length > deepest->name.length) {
			deepest = zone;
		}
	}
	return deepest;
}

// The next zone on the way, which is elsewhere; NULL: the name is in `zone`.
static struct world_zone *next_zone(struct world *world, const struct world_zone *zone,
				    const struct plx_name *name, uint16_t type)
{
	struct world_zone *next = zone_of(world, name, type == PLX_TYPE_DS);
	while (next != zone && next->parent != zone) {
		next = next->parent;
	}
	return next == zone ? NULL : next;
}

static void finish(struct world *world, struct signed_message *built, enum proof_message_kind kind,
		   const struct plx_name *name, uint16_t type, const struct plx_name *zone)
{
	const struct plx_message *message = message_end(built);
	proof_add(&world->proof, kind, name, type, zone, message->wire, message->length);
}

static void refer(struct world *world, const struct world_zone *zone,
		  const struct world_zone *child, const char *question, uint16_t type,
		  const struct plx_name *asked)
{
	struct signed_message *built = begin(world, question, type);
	message_add(built, AUTHORITY, child->text, PLX_TYPE_NS, root_name, sizeof(root_name));
	if (child->has_ds) {
		add_ds(built, AUTHORITY, child);
	} else {
		add_nsec_of_delegation(built, zone, child->text);
	}
	finish(world, built, PROOF_REFERRAL, &child->name, type, asked);
}

// The whole chain as far as this server has it. Returns whether it ends elsewhere, at `name`.
static bool build_answer(struct world *world, struct signed_message *built,
			 struct world_zone *known, uint16_t type,
			 char name[static PLX_NAME_TEXT_MAX])
{
	for (;;) {
		struct plx_name wire = fixture_name(name);
		struct world_zone *zone = deepest_here(world, known, &wire, type);
		const struct world_alias *alias = alias_of(world, name);
		if (!plx_name_is_below(&wire, &known->name) ||
		    next_zone(world, zone, &wire, type) != NULL) {
			return true;
		}
		if (alias != NULL) {
			build_alias(built, zone, alias, name);
		} else if (type == PLX_TYPE_DS) {
			build_ds(world, built, zone, name);
			return false;
		} else {
			build_data(built, zone, name, type);
			return false;
		}
	}
}

static void gather(struct world *world, const char *question, uint16_t type)
{
	char name[PLX_NAME_TEXT_MAX];
	snprintf(name, sizeof(name), "%s", question);
	struct plx_name wire = fixture_name(name);
	struct world_zone *known = &world->zones[0];
	for (;;) {
		struct world_zone *zone = deepest_here(world, known, &wire, type);
		struct world_zone *next = next_zone(world, zone, &wire, type);
		if (next == NULL) {
			break;
		}
		if (!world->hides_referrals) {
			refer(world, zone, next, name, type, &known->name);
		}
		known = next;
	}
	struct signed_message *built = begin(world, name, type);
	bool is_elsewhere = build_answer(world, built, known, type, name);
	if (!is_elsewhere && strncmp(name, "nope", 4) == 0) {
		built->wire[3] |= PLX_RCODE_NXDOMAIN;
	}
	finish(world, built, PROOF_ANSWER, &wire, type, &known->name);
	if (is_elsewhere) {
		gather(world, name, type);
	}
}

void world_look_up(struct world *world, const char *name, uint16_t type)
{
	struct plx_name wire = fixture_name(name);
	proof_begin(&world->proof, &wire, type);
	gather(world, name, type);
}

void world_fail(struct world *world, const char *zone)
{
	struct plx_name wire = fixture_name(zone);
	proof_begin(&world->proof, &wire, PLX_TYPE_CAA);
	world->proof.is_failed = true;
	world->proof.zone = wire;
}

enum plx_dnssec world_prove(struct world *world)
{
	if (!proof_drive(&world->driver, &world->proof)) {
		die("the judge does not end");
	}
	return world->driver.verdict.state;
}

void world_reply(void *context, const struct proof_need *need, struct proof_message *ret_message)
{
	struct world *world = context;
	struct world_zone *zone = zone_of(world, &need->name, need->type == PLX_TYPE_DS);
	if (zone == NULL) {
		die("no zone of the world has this name");
	}
	char name[PLX_NAME_TEXT_MAX];
	plx_name_format(&need->name, name);
	if (zone->is_silent[need->type == PLX_TYPE_DS ? WORLD_DS : WORLD_DNSKEY]) {
		return;
	}
	struct signed_message *built = begin(world, name, need->type);
	(void)build_answer(world, built, zone, need->type, name);
	const struct plx_message *message = message_end(built);
	*ret_message = (struct proof_message) {.kind = PROOF_ANSWER,
					       .type = need->type,
					       .name = need->name,
					       .zone = zone->name,
					       .wire = message->wire,
					       .length = message->length};
}
