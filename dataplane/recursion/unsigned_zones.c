// SPDX-License-Identifier: BSD-3-Clause

#include "recursion/unsigned_zones.h"

#include "validation/trust_cache.h"

#include <parallax/dns/rr_type.h>

#include <stdlib.h>

#define WAYS 4
#define SETS 1024 // a power of two
// Labels of a zone that is kept: a name is looked for at each depth, and long names shall not be dear.
#define ZONE_LABELS_MAX 6

// Empty while name.length is 0.
struct known_zone {
	uint64_t hash;
	struct unsigned_zone zone;
	uint64_t used; // the turn it was used at last
	struct plx_name name;
};

struct unsigned_zones {
	const struct trust_anchors *anchors;
	struct plx_siphash_key hash_key;
	uint64_t turn;
	struct known_zone known[SETS][WAYS];
};

struct unsigned_zones *unsigned_zones_create(const struct trust_anchors *anchors,
					     const struct plx_siphash_key *hash_key)
{
	struct unsigned_zones *zones = calloc(1, sizeof(*zones));
	if (zones != NULL) {
		zones->anchors = anchors;
		zones->hash_key = *hash_key;
	}
	return zones;
}

void unsigned_zones_destroy(struct unsigned_zones *zones)
{
	free(zones);
}

// The entry of a name, or the one of its set that it may take.
static struct known_zone *find_place(struct unsigned_zones *zones, uint64_t hash,
				     const uint8_t *wire, uint8_t length, bool *ret_is_known)
{
	struct known_zone *set = zones->known[hash & (SETS - 1)];
	struct known_zone *oldest = &set[0];
	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == hash && set[i].name.length == length &&
		    memcmp(set[i].name.wire, wire, length) == 0) {
			*ret_is_known = true;
			return &set[i];
		}
		oldest = set[i].used < oldest->used ? &set[i] : oldest;
	}
	*ret_is_known = false;
	return oldest;
}

void unsigned_zones_put(struct unsigned_zones *zones, const struct plx_name *name,
			const struct unsigned_zone *zone, int64_t now_s)
{
	int64_t latest_s = now_s + TRUST_DENIAL_TTL_MAX_S;
	bool is_known;
	if (zone->expires_s <= now_s || plx_name_label_count(name) > ZONE_LABELS_MAX) {
		return;
	}
	uint64_t hash = plx_siphash(&zones->hash_key, name->wire, name->length);
	struct known_zone *place = find_place(zones, hash, name->wire, name->length, &is_known);
	place->hash = hash;
	place->zone = *zone;
	place->zone.expires_s = zone->expires_s < latest_s ? zone->expires_s : latest_s;
	place->used = ++zones->turn;
	plx_name_copy(&place->name, name);
}

static bool find_at(struct unsigned_zones *zones, const uint8_t *wire, uint8_t length,
		    int64_t now_s, struct unsigned_zone *ret_zone)
{
	bool is_known;
	uint64_t hash = plx_siphash(&zones->hash_key, wire, length);
	struct known_zone *place = find_place(zones, hash, wire, length, &is_known);
	// More time left than anything is given: the clock was set back, and its age is not known.
	if (!is_known || place->zone.expires_s <= now_s ||
	    place->zone.expires_s > now_s + TRUST_DENIAL_TTL_MAX_S) {
		return false;
	}
	place->used = ++zones->turn;
	*ret_zone = place->zone;
	return true;
}

// From the top: top level domains are what most names have in common.
bool unsigned_zones_find(struct unsigned_zones *zones, const struct plx_name *name, uint16_t type,
			 int64_t now_s, struct unsigned_zone *ret_zone)
{
	uint8_t offsets[PLX_NAME_LABELS_MAX];
	const struct ds_set *anchor = trust_anchors_find(zones->anchors, name);
	if (anchor == NULL) {
		return false; // indeterminate
	}
	unsigned labels = 0;
	for (unsigned at = 0; name->wire[at] != 0; at += name->wire[at] + 1u) {
		offsets[labels++] = (uint8_t)at;
	}
	unsigned deepest = labels - (type == PLX_TYPE_DS && labels > 0);
	deepest = deepest < ZONE_LABELS_MAX ? deepest : ZONE_LABELS_MAX;
	for (unsigned i = plx_name_label_count(&anchor->zone) + 1; i <= deepest; i++) {
		uint8_t offset = offsets[labels - i];
		if (find_at(zones, name->wire + offset, (uint8_t)(name->length - offset), now_s,
			    ret_zone)) {
			return true;
		}
	}
	return false;
}

void unsigned_zones_flush(struct unsigned_zones *zones, const struct plx_name *zone)
{
	for (unsigned i = 0; i < SETS * WAYS; i++) {
		struct known_zone *known = &zones->known[i / WAYS][i % WAYS];
		if (known->name.length > 0 && plx_name_is_below(&known->name, zone)) {
			known->name.length = 0;
			known->used = 0;
		}
	}
}
