// SPDX-License-Identifier: BSD-3-Clause

#include "validation/trust_cache.h"

#include "base/table_memory.h"
#include "dnssec/signature_memory.h"

#include <stdlib.h>

#define NO_ENTRY UINT32_MAX

// In use while `trust.kind` is set; then in a hash chain, and in the list from the latest used to the oldest.
struct cached_zone {
	struct plx_name name;
	struct zone_trust trust;
	uint32_t next_in_bucket;
	uint32_t newer;
	uint32_t older;
};

struct trust_cache {
	struct plx_siphash_key hash_key;
	struct signature_memory *signatures;
	uint32_t bucket_mask;
	uint32_t capacity;
	uint32_t newest;
	uint32_t oldest;
	uint32_t first_free; // used before; chained by next_in_bucket
	uint32_t used_count; // the others were never used
	uint32_t *buckets;
	struct cached_zone *zones;
};

static uint32_t at_most(uint32_t count, uint32_t limit)
{
	return count < limit ? count : limit;
}

struct trust_cache *trust_cache_create(const struct trust_cache_config *config)
{
	if (config->zones_max == 0) {
		return NULL;
	}
	uint32_t zones_max = at_most(config->zones_max, TRUST_ZONES_MAX);
	uint32_t rrsets_max = at_most(config->rrsets_max, SIGNATURES_REMEMBERED_MAX);
	struct trust_cache *cache = calloc(1, sizeof(*cache));
	if (cache == NULL) {
		return NULL;
	}
	uint32_t bucket_count = 1;
	while (bucket_count < zones_max) {
		bucket_count *= 2;
	}
	cache->hash_key = config->hash_key;
	cache->bucket_mask = bucket_count - 1;
	cache->capacity = zones_max;
	cache->newest = NO_ENTRY;
	cache->oldest = NO_ENTRY;
	cache->first_free = NO_ENTRY;
	cache->signatures = signature_memory_create(rrsets_max, &config->hash_key);
	cache->buckets = malloc(bucket_count * sizeof(cache->buckets[0]));
	cache->zones = table_memory_map(zones_max * sizeof(cache->zones[0]));
	if (cache->signatures == NULL || cache->buckets == NULL || cache->zones == NULL) {
		trust_cache_destroy(cache);
		return NULL;
	}
	for (uint32_t i = 0; i < bucket_count; i++) {
		cache->buckets[i] = NO_ENTRY;
	}
	return cache;
}

void trust_cache_destroy(struct trust_cache *cache)
{
	if (cache == NULL) {
		return;
	}
	for (uint32_t i = 0; i < cache->used_count; i++) {
		zone_keys_release(cache->zones[i].trust.keys);
	}
	signature_memory_destroy(cache->signatures);
	free(cache->buckets);
	table_memory_unmap(cache->zones, cache->capacity * sizeof(cache->zones[0]));
	free(cache);
}

static uint32_t *bucket_of(struct trust_cache *cache, const struct plx_name *name)
{
	uint64_t hash = plx_siphash(&cache->hash_key, name->wire, name->length);
	return &cache->buckets[hash & cache->bucket_mask];
}

static uint32_t find_entry(struct trust_cache *cache, const struct plx_name *name)
{
	uint32_t entry = *bucket_of(cache, name);
	while (entry != NO_ENTRY && !plx_name_equal(&cache->zones[entry].name, name)) {
		entry = cache->zones[entry].next_in_bucket;
	}
	return entry;
}

static void unlink_use(struct trust_cache *cache, uint32_t entry)
{
	struct cached_zone *zone = &cache->zones[entry];
	*(zone->newer == NO_ENTRY ? &cache->newest : &cache->zones[zone->newer].older) =
		zone->older;
	*(zone->older == NO_ENTRY ? &cache->oldest : &cache->zones[zone->older].newer) =
		zone->newer;
}

static void link_newest(struct trust_cache *cache, uint32_t entry)
{
	struct cached_zone *zone = &cache->zones[entry];
	zone->newer = NO_ENTRY;
	zone->older = cache->newest;
	*(cache->newest == NO_ENTRY ? &cache->oldest : &cache->zones[cache->newest].newer) = entry;
	cache->newest = entry;
}

static void forget(struct trust_cache *cache, uint32_t entry)
{
	struct cached_zone *zone = &cache->zones[entry];
	uint32_t *link = bucket_of(cache, &zone->name);
	while (*link != entry) {
		link = &cache->zones[*link].next_in_bucket;
	}
	*link = zone->next_in_bucket;
	unlink_use(cache, entry);
	zone_keys_release(zone->trust.keys);
	zone->trust = (struct zone_trust) {0};
	zone->next_in_bucket = cache->first_free;
	cache->first_free = entry;
}

static uint32_t take_entry(struct trust_cache *cache)
{
	if (cache->first_free == NO_ENTRY && cache->used_count < cache->capacity) {
		return cache->used_count++;
	}
	if (cache->first_free == NO_ENTRY) {
		forget(cache, cache->oldest);
	}
	uint32_t entry = cache->first_free;
	cache->first_free = cache->zones[entry].next_in_bucket;
	return entry;
}

static int64_t ttl_max_s(enum trust_kind kind)
{
	switch (kind) {
	case TRUST_KEYS:
		return TRUST_KEYS_TTL_MAX_S;
	case TRUST_UNSIGNED:
	case TRUST_NOT_A_CUT:
		return TRUST_DENIAL_TTL_MAX_S;
	case TRUST_NOT_EVALUATED:
		break;
	}
	return 0;
}

// More time left than anything is given: the clock was set back, and its age is not known.
static bool is_over(const struct zone_trust *trust, int64_t now_s)
{
	return trust->expires_s <= now_s || trust->expires_s - now_s > ttl_max_s(trust->kind);
}

bool trust_cache_find(struct trust_cache *cache, const struct plx_name *name, int64_t now_s,
		      struct zone_trust *ret_trust)
{
	uint32_t entry = find_entry(cache, name);
	if (entry == NO_ENTRY) {
		return false;
	}
	if (is_over(&cache->zones[entry].trust, now_s)) {
		forget(cache, entry);
		return false;
	}
	unlink_use(cache, entry);
	link_newest(cache, entry);
	*ret_trust = cache->zones[entry].trust;
	zone_keys_hold(ret_trust->keys);
	return true;
}

void trust_cache_put(struct trust_cache *cache, const struct plx_name *name,
		     const struct zone_trust *trust, int64_t now_s)
{
	int64_t latest_s = now_s + ttl_max_s(trust->kind);
	int64_t expires_s = trust->expires_s < latest_s ? trust->expires_s : latest_s;
	uint32_t entry = find_entry(cache, name);
	if (entry != NO_ENTRY) {
		forget(cache, entry);
	}
	if (expires_s <= now_s) {
		return;
	}
	entry = take_entry(cache);
	struct cached_zone *zone = &cache->zones[entry];
	uint32_t *bucket = bucket_of(cache, name);
	plx_name_copy(&zone->name, name);
	zone->trust = *trust;
	zone->trust.expires_s = expires_s;
	zone_keys_hold(zone->trust.keys);
	zone->next_in_bucket = *bucket;
	*bucket = entry;
	link_newest(cache, entry);
}

uint32_t trust_cache_flush(struct trust_cache *cache, const struct plx_name *zone)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < cache->used_count; i++) {
		if (cache->zones[i].trust.kind != TRUST_NOT_EVALUATED &&
		    plx_name_is_below(&cache->zones[i].name, zone)) {
			forget(cache, i);
			count++;
		}
	}
	return count;
}

struct signature_memory *trust_cache_signatures(struct trust_cache *cache)
{
	return cache->signatures;
}
