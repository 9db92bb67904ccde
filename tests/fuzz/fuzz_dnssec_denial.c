// SPDX-License-Identifier: BSD-3-Clause
// Proofs of denial against the truth: the input makes a zone "z." of up to 4 owners, its whole NSEC or NSEC3 chain, and
// takes some of the records away. Input: flags (0x80 NSEC3, 0x40 opt-out, low bits: owners), mask of the records, owners
// (labels, letters, types), then a name and a type. Oracle: whatever is proved is so in the zone; with all records there,
// what is so is proved.

#include "dnssec/denial.h"
#include "dnssec/name_order.h"

#include "fuzz_target.h"

#include <parallax/base/byte_reader.h>
#include <parallax/dns/rr_type.h>

#include <string.h>

#define OWNERS_MAX 5
#define NAMES_MAX (OWNERS_MAX * 3)
#define BITMAP_BYTES 8
#define FLAG_NSEC3 0x80
#define FLAG_OPT_OUT 0x40

struct zone_name {
	struct plx_name name;
	uint8_t types; // bits of types_known; 0: an empty non-terminal
};

// In canonical order, the apex first; nothing below a zone cut or a DNAME.
struct zone {
	unsigned count;
	struct zone_name names[NAMES_MAX];
};

static const struct plx_name apex = {.length = 3, .wire = {1, 'z', 0}};
static const uint16_t types_known[8] = {PLX_TYPE_A,     PLX_TYPE_NS, PLX_TYPE_CNAME, PLX_TYPE_SOA,
					PLX_TYPE_DNAME, PLX_TYPE_DS, PLX_TYPE_MX,    PLX_TYPE_TXT};
#define BIT_NS 0x02
#define BIT_CNAME 0x04
#define BIT_SOA 0x08
#define BIT_DNAME 0x10
#define BIT_DS 0x20
static uint8_t bitmaps[DENIAL_RECORDS_MAX][BITMAP_BYTES];

static struct plx_name read_name(struct plx_reader *reader)
{
	struct plx_name name = {0};
	unsigned labels = plx_read_u8(reader) % 4;
	for (unsigned i = 0; i < labels; i++) {
		name.wire[name.length++] = 1;
		name.wire[name.length++] = (uint8_t) "ab*c"[plx_read_u8(reader) % 4];
	}
	memcpy(name.wire + name.length, apex.wire, apex.length);
	name.length = (uint8_t)(name.length + apex.length);
	return name;
}

static bool is_cut(const struct zone_name *name)
{
	return (name->types & BIT_NS) != 0 && (name->types & BIT_SOA) == 0;
}

static const struct zone_name *find(const struct zone *zone, const struct plx_name *name)
{
	for (unsigned i = 0; i < zone->count; i++) {
		if (plx_name_equal(&zone->names[i].name, name)) {
			return &zone->names[i];
		}
	}
	return NULL;
}

static bool is_occluded(const struct zone *zone, const struct plx_name *name)
{
	for (unsigned i = 0; i < zone->count; i++) {
		const struct zone_name *above = &zone->names[i];
		if (name_is_strictly_below(name, &above->name) &&
		    (is_cut(above) || (above->types & BIT_DNAME) != 0)) {
			return true;
		}
	}
	return false;
}

static void add_name(struct zone *zone, const struct plx_name *name, uint8_t types)
{
	for (unsigned i = 0; i < zone->count; i++) {
		if (plx_name_equal(&zone->names[i].name, name)) {
			zone->names[i].types |= types;
			return;
		}
	}
	unsigned at = zone->count++;
	for (; at > 0 && name_compare(&zone->names[at - 1].name, name) > 0; at--) {
		zone->names[at] = zone->names[at - 1];
	}
	zone->names[at] = (struct zone_name) {*name, types};
}

static void read_zone(struct plx_reader *reader, unsigned owner_count, struct zone *ret_zone)
{
	struct zone all = {0};
	add_name(&all, &apex, BIT_SOA | BIT_NS);
	for (unsigned i = 0; i < owner_count; i++) {
		struct plx_name owner = read_name(reader);
		uint8_t types = plx_read_u8(reader) & (uint8_t)~BIT_SOA;
		// A DS is the parent's word on a zone cut; the apex has none.
		types &= (types & BIT_NS) != 0 ? 0xff : (uint8_t)~BIT_DS;
		types = plx_name_equal(&owner, &apex) ? 0x01 : types;
		add_name(&all, &owner, types != 0 ? types : 0x01);
	}
	*ret_zone = (struct zone) {0};
	for (unsigned i = 0; i < all.count; i++) {
		struct plx_name name = all.names[i].name;
		if (is_occluded(&all, &name)) {
			continue;
		}
		add_name(ret_zone, &name, all.names[i].types);
		while (!plx_name_equal(&name, &apex)) { // the empty non-terminals above
			struct plx_name above;
			plx_name_parent(&name, &above);
			name = above;
			add_name(ret_zone, &name, 0);
		}
	}
}

static struct type_bitmap make_types(uint8_t types, uint8_t bitmap[static BITMAP_BYTES])
{
	memset(bitmap, 0, BITMAP_BYTES);
	bitmap[1] = BITMAP_BYTES - 2;
	for (unsigned i = 0; i < 8; i++) {
		if ((types >> i & 1) != 0) {
			bitmap[2 + types_known[i] / 8] |= (uint8_t)(0x80 >> types_known[i] % 8);
		}
	}
	return (struct type_bitmap) {.octets = bitmap, .length = BITMAP_BYTES};
}

// False when there are more records than a set has room for.
static bool make_nsec(const struct zone *zone, uint8_t mask, struct denial_set *set)
{
	const struct zone_name *owners[NAMES_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < zone->count; i++) {
		if (zone->names[i].types != 0) {
			owners[count++] = &zone->names[i];
		}
	}
	for (unsigned i = 0; i < count && count <= DENIAL_RECORDS_MAX; i++) {
		if ((mask >> i & 1) != 0) {
			set->nsec[set->nsec_count] = (struct nsec) {
				.owner = owners[i]->name,
				.next = owners[(i + 1) % count]->name,
				.types = make_types(owners[i]->types, bitmaps[set->nsec_count])};
			set->nsec_count++;
		}
	}
	return count <= DENIAL_RECORDS_MAX;
}

struct hashed {
	uint8_t hash[NSEC3_HASH_BYTES];
	uint8_t types;
};

// RFC 5155 7.1: with opt-out, unsigned delegations have none, nor what is empty because of them alone.
static bool is_left_out(const struct zone *zone, const struct zone_name *name)
{
	if (name == NULL) {
		return false;
	}
	if (name->types != 0) {
		return is_cut(name) && (name->types & BIT_DS) == 0;
	}
	for (unsigned i = 0; i < zone->count; i++) {
		const struct zone_name *below = &zone->names[i];
		if (below->types != 0 && name_is_strictly_below(&below->name, &name->name) &&
		    !(is_cut(below) && (below->types & BIT_DS) == 0)) {
			return false;
		}
	}
	return true;
}

static bool make_nsec3(const struct zone *zone, uint8_t mask, bool is_opt_out,
		       struct denial_set *set)
{
	const struct nsec3 plain = {.salt = (const uint8_t *)""};
	struct hashed chain[NAMES_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < zone->count; i++) {
		struct hashed entry = {.types = zone->names[i].types};
		if (is_opt_out && is_left_out(zone, &zone->names[i])) {
			continue;
		}
		*set->judge->budget = judge_budget_init();
		must(nsec3_hash(&zone->names[i].name, &plain, set->judge->budget, entry.hash) ==
		     NSEC3_HASH_MADE);
		unsigned at = count++;
		for (; at > 0 && memcmp(chain[at - 1].hash, entry.hash, NSEC3_HASH_BYTES) > 0;
		     at--) {
			chain[at] = chain[at - 1];
		}
		chain[at] = entry;
	}
	for (unsigned i = 0; i < count && count <= DENIAL_RECORDS_MAX; i++) {
		if ((mask >> i & 1) != 0) {
			struct nsec3 *nsec3 = &set->nsec3[set->nsec3_count];
			*nsec3 = plain;
			nsec3->flags = is_opt_out;
			nsec3->types = make_types(chain[i].types, bitmaps[set->nsec3_count]);
			memcpy(nsec3->owner_hash, chain[i].hash, NSEC3_HASH_BYTES);
			memcpy(nsec3->next_hash, chain[(i + 1) % count].hash, NSEC3_HASH_BYTES);
			set->nsec3_count++;
		}
	}
	return count <= DENIAL_RECORDS_MAX;
}

struct truth {
	bool is_ours; // not below a zone cut or DNAME
	bool exists;
	bool has_wildcard;             // one that would make the name
	const struct zone_name *entry; // the name's own, or the wildcard's
};

static struct truth find_truth(const struct zone *zone, const struct plx_name *name)
{
	struct truth truth = {.is_ours = !is_occluded(zone, name), .entry = find(zone, name)};
	truth.exists = truth.entry != NULL;
	if (truth.exists || !truth.is_ours) {
		return truth;
	}
	struct plx_name encloser = *name;
	struct plx_name wildcard;
	while (find(zone, &encloser) == NULL) {
		struct plx_name above;
		plx_name_parent(&encloser, &above);
		encloser = above;
	}
	must(name_wildcard(&encloser, &wildcard));
	truth.entry = find(zone, &wildcard);
	truth.has_wildcard = truth.entry != NULL;
	return truth;
}

// What denial_types_lack stands for, said anew.
static bool lacks(const struct zone_name *entry, unsigned type_bit)
{
	bool is_ds = type_bit == BIT_DS;
	if ((entry->types & (type_bit | BIT_CNAME)) != 0 ||
	    (is_ds && (entry->types & BIT_SOA) != 0)) {
		return false;
	}
	return is_ds || !is_cut(entry);
}

static void check_type(const struct zone *zone, const struct denial_set *set,
		       const struct plx_name *name, unsigned type_index, bool is_whole)
{
	struct truth truth = find_truth(zone, name);
	unsigned type_bit = 1U << type_index;
	bool is_so = truth.is_ours && truth.entry != NULL && lacks(truth.entry, type_bit) &&
		     (truth.exists || !is_cut(truth.entry));
	*set->judge->budget = judge_budget_init();
	enum denial_result result = denial_of_type(set, name, types_known[type_index]);
	must(result != DENIAL_LIMIT && result != DENIAL_NOT_EVALUATED);
	must(result != DENIAL_PROVED || is_so);
	// Behind opt-out there may be unsigned delegations and what is empty because of them: no name with data. A wildcard
	// may be kept quiet, as such a delegation would hide it too (RFC 5155 12.1.2).
	must(result != DENIAL_OPT_OUT || !truth.exists || lacks(truth.entry, type_bit) ||
	     is_left_out(zone, truth.entry));
	// What opt-out left out has no record of its own.
	bool is_opt_out = set->nsec3_count > 0 && (set->nsec3[0].flags & NSEC3_FLAG_OPT_OUT) != 0;
	bool is_odd = !is_so || (is_opt_out && is_left_out(zone, truth.entry));
	must(!is_whole || is_odd || result == DENIAL_PROVED || result == DENIAL_OPT_OUT);
}

static void check_name(const struct zone *zone, const struct denial_set *set,
		       const struct plx_name *name, bool is_whole)
{
	struct truth truth = find_truth(zone, name);
	bool is_so = truth.is_ours && truth.entry == NULL;
	*set->judge->budget = judge_budget_init();
	enum denial_result result = denial_of_name(set, name);
	must(result != DENIAL_LIMIT && result != DENIAL_NOT_EVALUATED);
	must(result != DENIAL_PROVED || is_so);
	must(result != DENIAL_OPT_OUT || !truth.is_ours || truth.entry == NULL ||
	     is_left_out(zone, truth.entry));
	must(!is_whole || !is_so || result == DENIAL_PROVED || result == DENIAL_OPT_OUT);
}

// An answer made from the wildcard below each of the name's ancestors, where there is one.
static void check_closer(const struct zone *zone, const struct denial_set *set,
			 const struct plx_name *name, bool is_whole)
{
	for (unsigned labels = 1; labels < plx_name_label_count(name); labels++) {
		struct plx_name encloser;
		struct plx_name wildcard;
		struct plx_name closer;
		name_suffix(name, labels, &encloser);
		name_suffix(name, labels + 1, &closer);
		must(name_wildcard(&encloser, &wildcard));
		const struct zone_name *source = find(zone, &wildcard);
		if (source == NULL || source->types == 0) {
			continue;
		}
		bool is_so = find(zone, &closer) == NULL;
		*set->judge->budget = judge_budget_init();
		enum denial_result result = denial_of_closer(set, name, labels);
		must(result != DENIAL_PROVED || is_so);
		must(result != DENIAL_OPT_OUT || is_so || is_left_out(zone, find(zone, &closer)));
		must(!is_whole || !is_so || result == DENIAL_PROVED || result == DENIAL_OPT_OUT);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dnssec_policy policy = dnssec_policy_production();
	struct judge_budget budget = judge_budget_init();
	const struct judge judge = {.policy = &policy, .budget = &budget};
	struct denial_set set = {.judge = &judge, .zone = apex};
	struct plx_reader reader = plx_reader_init(data, size);
	struct zone zone;
	uint8_t flags = plx_read_u8(&reader);
	uint8_t mask = plx_read_u8(&reader);
	read_zone(&reader, flags % OWNERS_MAX, &zone);
	struct plx_name name = read_name(&reader);
	unsigned type_index = plx_read_u8(&reader) % 8;
	bool is_opt_out = (flags & FLAG_OPT_OUT) != 0;
	if (reader.failed || !((flags & FLAG_NSEC3) != 0 ? make_nsec3(&zone, mask, is_opt_out, &set)
							 : make_nsec(&zone, mask, &set))) {
		return 0;
	}
	bool is_whole = mask == 0xff;
	// Below a name that opt-out left out, a wildcard further up stands in the way of the proof.
	check_name(&zone, &set, &name, is_whole && !is_opt_out);
	check_type(&zone, &set, &name, type_index, is_whole);
	check_closer(&zone, &set, &name, is_whole);
	return 0;
}
