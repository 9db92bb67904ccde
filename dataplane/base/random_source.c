// SPDX-License-Identifier: BSD-3-Clause
// "Fast key erasure": every refill makes one block whose first half replaces the key, and then the pool. Once a
// pool is in use, the key that made it is gone; once bytes are taken, they are gone from the pool.

#include <parallax/base/random_source.h>

#include "base/chacha20.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

_Static_assert(PLX_RANDOM_KEY_BYTES == CHACHA20_KEY_BYTES, "the key is a ChaCha20 key");
_Static_assert(PLX_RANDOM_POOL_BYTES % (CHACHA20_LANES * CHACHA20_BLOCK_BYTES) == 0,
	       "the pool is whole calls of chacha20_blocks");

static void pool_refill(struct plx_random *random)
{
	// A key is used for one refill only, so that nonce and counter may repeat between refills.
	static const uint8_t nonce[CHACHA20_NONCE_BYTES];
	uint8_t next_key[CHACHA20_BLOCK_BYTES];
	chacha20_block(random->key, 0, nonce, next_key);
	for (uint32_t i = 0; i < PLX_RANDOM_POOL_BYTES / CHACHA20_BLOCK_BYTES;
	     i += CHACHA20_LANES) {
		chacha20_blocks(random->key, i + 1, nonce, random->pool + i * CHACHA20_BLOCK_BYTES);
	}
	memcpy(random->key, next_key, sizeof(random->key));
	explicit_bzero(next_key, sizeof(next_key));
	random->used_bytes = 0;
}

int plx_random_init(struct plx_random *random)
{
	uint8_t key[PLX_RANDOM_KEY_BYTES];
	size_t filled = 0;
	while (filled < sizeof(key)) {
		ssize_t got = getrandom(key + filled, sizeof(key) - filled, 0);
		if (got < 0 && errno != EINTR) {
			return -errno;
		}
		filled += got > 0 ? (size_t)got : 0;
	}
	plx_random_init_fixed(random, key);
	explicit_bzero(key, sizeof(key));
	return 0;
}

void plx_random_init_fixed(struct plx_random *random,
			   const uint8_t key[static PLX_RANDOM_KEY_BYTES])
{
	memset(random, 0, sizeof(*random));
	memcpy(random->key, key, sizeof(random->key));
	random->used_bytes = PLX_RANDOM_POOL_BYTES;
}

void plx_random_bytes(struct plx_random *random, void *ret_bytes, size_t count)
{
	uint8_t *out = ret_bytes;
	while (count > 0) {
		if (random->used_bytes == PLX_RANDOM_POOL_BYTES) {
			pool_refill(random);
		}
		size_t part = PLX_RANDOM_POOL_BYTES - random->used_bytes;
		if (part > count) {
			part = count;
		}
		memcpy(out, random->pool + random->used_bytes, part);
		memset(random->pool + random->used_bytes, 0, part);
		random->used_bytes += (uint32_t)part;
		out += part;
		count -= part;
	}
}
