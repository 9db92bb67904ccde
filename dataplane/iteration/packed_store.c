// SPDX-License-Identifier: BSD-3-Clause
// A table of buckets, 8 entries each; an entry's key and value lie in a chain of chunks. All of it is zeroed memory that is
// touched only as far as it is used: an entry without chunks is free, and chunks that were never used follow those that
// were.

#include "iteration/packed_store.h"

#include "base/table_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8
#define CHUNK_BYTES 124
#define NO_CHUNK 0         // the first one is never used
#define CHUNKS_PER_ENTRY 2 // about: a negative entry takes 1, a delegation 2 to 4

struct chunk {
	uint32_t next;
	uint8_t bytes[CHUNK_BYTES];
};

struct entry {
	uint64_t hash;
	uint64_t expires_ns;
	uint32_t first_chunk; // NO_CHUNK: the entry is free
	uint16_t key_length;
	uint16_t value_length;
	bool was_used;
};

struct packed_store {
	struct plx_siphash_key key;
	struct entry *entries;
	struct chunk *chunks;
	uint32_t entry_count; // a power of two, at least WAYS
	uint32_t chunk_count;
	uint32_t free_chunk;  // used before
	uint32_t fresh_chunk; // from here on never used
	uint32_t free_chunk_count;
	uint32_t hand;
	struct packed_store_counts counts;
};

static size_t entries_bytes(const struct packed_store *store)
{
	return store->entry_count * sizeof(struct entry);
}

static size_t chunks_bytes(const struct packed_store *store)
{
	return store->chunk_count * sizeof(struct chunk);
}

int packed_store_create(size_t memory_bytes, const struct plx_siphash_key *key,
			struct packed_store **ret_store)
{
	if (memory_bytes < PACKED_STORE_BYTES_MIN || memory_bytes > PACKED_STORE_BYTES_MAX) {
		return -EINVAL;
	}
	struct packed_store *store = calloc(1, sizeof(*store));
	if (store == NULL) {
		return -ENOMEM;
	}
	size_t per_entry = sizeof(struct entry) + CHUNKS_PER_ENTRY * sizeof(struct chunk);
	size_t entry_count = WAYS;
	while (2 * entry_count * per_entry <= memory_bytes) {
		entry_count *= 2;
	}
	size_t table_bytes = entry_count * sizeof(struct entry);
	store->key = *key;
	store->entry_count = (uint32_t)entry_count;
	store->chunk_count = (uint32_t)((memory_bytes - table_bytes) / sizeof(struct chunk));
	store->free_chunk = NO_CHUNK;
	store->fresh_chunk = NO_CHUNK + 1;
	store->free_chunk_count = store->chunk_count - store->fresh_chunk;
	store->entries = table_memory_map(table_bytes);
	store->chunks = table_memory_map(chunks_bytes(store));
	store->counts.memory_bytes = memory_bytes;
	if (store->entries == NULL || store->chunks == NULL) {
		packed_store_destroy(store);
		return -ENOMEM;
	}
	*ret_store = store;
	return 0;
}

void packed_store_destroy(struct packed_store *store)
{
	if (store != NULL) {
		table_memory_unmap(store->entries, entries_bytes(store));
		table_memory_unmap(store->chunks, chunks_bytes(store));
		free(store);
	}
}

static void entry_free(struct packed_store *store, struct entry *entry)
{
	uint32_t last = entry->first_chunk;
	uint32_t count = 1;
	while (store->chunks[last].next != NO_CHUNK) {
		last = store->chunks[last].next;
		count++;
	}
	store->chunks[last].next = store->free_chunk;
	store->free_chunk = entry->first_chunk;
	store->free_chunk_count += count;
	entry->first_chunk = NO_CHUNK;
	store->counts.entries--;
}

// Reads or skips along a chain.
struct chain {
	const struct packed_store *store;
	uint32_t chunk;
	size_t offset;
};

static void chain_read(struct chain *chain, uint8_t *ret_bytes, size_t count)
{
	while (count > 0) {
		if (chain->offset == CHUNK_BYTES) {
			chain->chunk = chain->store->chunks[chain->chunk].next;
			chain->offset = 0;
		}
		size_t part = CHUNK_BYTES - chain->offset;
		part = part < count ? part : count;
		memcpy(ret_bytes, chain->store->chunks[chain->chunk].bytes + chain->offset, part);
		chain->offset += part;
		ret_bytes += part;
		count -= part;
	}
}

static struct entry *bucket_of(struct packed_store *store, uint64_t hash)
{
	return store->entries + (hash & (store->entry_count / WAYS - 1)) * WAYS;
}

// On a hit `ret_chain` stands behind the key.
static struct entry *find(struct packed_store *store, uint64_t hash, const uint8_t *key,
			  size_t key_length, struct chain *ret_chain)
{
	struct entry *bucket = bucket_of(store, hash);
	for (unsigned i = 0; i < WAYS; i++) {
		struct entry *entry = &bucket[i];
		if (entry->first_chunk == NO_CHUNK || entry->hash != hash ||
		    entry->key_length != key_length) {
			continue;
		}
		PLX_UNINITIALIZED uint8_t stored[PACKED_STORE_KEY_MAX];
		*ret_chain = (struct chain) {.store = store, .chunk = entry->first_chunk};
		chain_read(ret_chain, stored, key_length);
		if (memcmp(stored, key, key_length) == 0) {
			return entry;
		}
	}
	return NULL;
}

static void evict(struct packed_store *store, struct entry *entry, uint64_t now_ns)
{
	store->counts.evictions += entry->expires_ns > now_ns;
	entry_free(store, entry);
}

// A free entry of the bucket; if there is none, what expired goes, then what was not used, then what expires first.
static struct entry *take_entry(struct packed_store *store, uint64_t hash, uint64_t now_ns)
{
	struct entry *bucket = bucket_of(store, hash);
	struct entry *unused = NULL;
	struct entry *first_to_expire = bucket;
	for (unsigned i = 0; i < WAYS; i++) {
		struct entry *entry = &bucket[i];
		if (entry->first_chunk == NO_CHUNK) {
			return entry;
		}
		if (unused == NULL && !entry->was_used) {
			unused = entry;
		}
		if (entry->expires_ns < first_to_expire->expires_ns) {
			first_to_expire = entry;
		}
	}
	struct entry *victim =
		first_to_expire->expires_ns <= now_ns || unused == NULL ? first_to_expire : unused;
	for (unsigned i = 0; i < WAYS; i++) {
		bucket[i].was_used = false;
	}
	evict(store, victim, now_ns);
	return victim;
}

// Two rounds of the hand pass every entry with its mark cleared.
static void make_room(struct packed_store *store, uint32_t chunk_count, uint64_t now_ns)
{
	for (uint64_t step = 0;
	     step < 2ull * store->entry_count && store->free_chunk_count < chunk_count; step++) {
		struct entry *entry = &store->entries[store->hand];
		store->hand = (store->hand + 1) & (store->entry_count - 1);
		if (entry->first_chunk == NO_CHUNK) {
			continue;
		}
		if (entry->was_used && entry->expires_ns > now_ns) {
			entry->was_used = false;
		} else {
			evict(store, entry, now_ns);
		}
	}
}

// Room was made.
static uint32_t take_chunk(struct packed_store *store)
{
	uint32_t chunk = store->free_chunk;
	if (chunk != NO_CHUNK) {
		store->free_chunk = store->chunks[chunk].next;
	} else {
		chunk = store->fresh_chunk++;
	}
	store->free_chunk_count--;
	return chunk;
}

static uint32_t take_chunks(struct packed_store *store, const uint8_t *key, size_t key_length,
			    const uint8_t *value, size_t value_length)
{
	PLX_UNINITIALIZED uint8_t packed[PACKED_STORE_KEY_MAX + PACKED_STORE_VALUE_MAX];
	memcpy(packed, key, key_length);
	memcpy(packed + key_length, value, value_length);
	size_t left = key_length + value_length;
	const uint8_t *from = packed;
	uint32_t first = NO_CHUNK;
	uint32_t *link = &first;
	while (left > 0) {
		*link = take_chunk(store);
		struct chunk *chunk = &store->chunks[*link];
		size_t part = left < CHUNK_BYTES ? left : CHUNK_BYTES;
		memcpy(chunk->bytes, from, part);
		from += part;
		left -= part;
		link = &chunk->next;
	}
	*link = NO_CHUNK;
	return first;
}

bool packed_store_put(struct packed_store *store, const uint8_t *key, size_t key_length,
		      const uint8_t *value, size_t value_length, uint64_t expires_ns,
		      uint64_t now_ns)
{
	if (key_length == 0 || key_length > PACKED_STORE_KEY_MAX || value_length == 0 ||
	    value_length > PACKED_STORE_VALUE_MAX || expires_ns <= now_ns) {
		return false;
	}
	uint64_t hash = plx_siphash(&store->key, key, key_length);
	struct chain chain;
	struct entry *entry = find(store, hash, key, key_length, &chain);
	if (entry != NULL) {
		entry_free(store, entry);
	}
	uint32_t chunk_count =
		(uint32_t)((key_length + value_length + CHUNK_BYTES - 1) / CHUNK_BYTES);
	make_room(store, chunk_count, now_ns);
	entry = take_entry(store, hash, now_ns);
	*entry = (struct entry) {
		.hash = hash,
		.expires_ns = expires_ns,
		.first_chunk = take_chunks(store, key, key_length, value, value_length),
		.key_length = (uint16_t)key_length,
		.value_length = (uint16_t)value_length,
	};
	store->counts.entries++;
	return true;
}

size_t packed_store_get(struct packed_store *store, const uint8_t *key, size_t key_length,
			uint64_t now_ns, uint8_t ret_value[static PACKED_STORE_VALUE_MAX],
			uint64_t *ret_expires_ns)
{
	struct chain chain;
	if (key_length == 0 || key_length > PACKED_STORE_KEY_MAX) {
		return 0;
	}
	struct entry *entry =
		find(store, plx_siphash(&store->key, key, key_length), key, key_length, &chain);
	if (entry == NULL || entry->expires_ns <= now_ns) {
		return 0;
	}
	entry->was_used = true;
	chain_read(&chain, ret_value, entry->value_length);
	*ret_expires_ns = entry->expires_ns;
	return entry->value_length;
}

uint32_t packed_store_flush(struct packed_store *store,
			    bool (*matches)(const void *context, const uint8_t *key,
					    size_t key_length),
			    const void *context)
{
	uint32_t before = store->counts.entries;
	for (uint32_t i = 0; i < store->entry_count; i++) {
		struct entry *entry = &store->entries[i];
		if (entry->first_chunk == NO_CHUNK) {
			continue;
		}
		uint8_t key[PACKED_STORE_KEY_MAX];
		struct chain chain = {.store = store, .chunk = entry->first_chunk};
		chain_read(&chain, key, entry->key_length);
		if (matches == NULL || matches(context, key, entry->key_length)) {
			entry_free(store, entry);
		}
	}
	return before - store->counts.entries;
}

struct packed_store_counts packed_store_counts(const struct packed_store *store)
{
	return store->counts;
}
