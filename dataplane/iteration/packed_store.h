// SPDX-License-Identifier: BSD-3-Clause
// Keyed octets that expire, in memory of a fixed size: what the delegation and the negative cache are made of. All memory
// is taken at creation; afterwards nothing is allocated, and what does not fit makes room by eviction (CLOCK: what was
// not used since the hand last passed goes first). The hash is keyed, so that nobody can aim names at one bucket.
//
// One store belongs to one worker of one perspective: no lock, and no answer of one perspective ever serves another.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/siphash.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKED_STORE_BYTES_MIN (64 * 1024)
#define PACKED_STORE_BYTES_MAX (16ull * 1024 * 1024 * 1024)
#define PACKED_STORE_KEY_MAX 260
#define PACKED_STORE_VALUE_MAX 2048

struct packed_store;

struct packed_store_counts {
	uint32_t entries;
	uint64_t memory_bytes; // at most; pages are taken as they are used
	uint64_t evictions;    // of entries that had not expired
};

// -EINVAL when `memory_bytes` is out of range, -ENOMEM.
PLX_MUST_CHECK int packed_store_create(size_t memory_bytes, const struct plx_siphash_key *key,
				       struct packed_store **ret_store);
void packed_store_destroy(struct packed_store *store); // or NULL

// Replaces what the key had. False when key or value are too long for a store, or have expired.
bool packed_store_put(struct packed_store *store, const uint8_t *key, size_t key_length,
		      const uint8_t *value, size_t value_length, uint64_t expires_ns,
		      uint64_t now_ns);
// The value's length, copied to ret_value, or 0 when there is none (values are never empty).
size_t packed_store_get(struct packed_store *store, const uint8_t *key, size_t key_length,
			uint64_t now_ns, uint8_t ret_value[static PACKED_STORE_VALUE_MAX],
			uint64_t *ret_expires_ns);
// Removes the entries whose key `matches` accepts, all when it is NULL; returns how many. Walks the whole store.
uint32_t packed_store_flush(struct packed_store *store,
			    bool (*matches)(const void *context, const uint8_t *key,
					    size_t key_length),
			    const void *context);
struct packed_store_counts packed_store_counts(const struct packed_store *store);
