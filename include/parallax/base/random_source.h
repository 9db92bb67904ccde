// SPDX-License-Identifier: BSD-3-Clause
// Unpredictable numbers for query IDs, ports, 0x20 case and keys: ChaCha20 (RFC 8439 block function) keyed by
// getrandom(2), one source per thread, rekeyed from its own output so that captured state reveals no past
// output. Logic takes a `struct plx_random *`; tests give a fixed key.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PLX_RANDOM_KEY_BYTES 32
#define PLX_RANDOM_POOL_BYTES 1024

struct plx_random {
	uint8_t key[PLX_RANDOM_KEY_BYTES];
	uint8_t pool[PLX_RANDOM_POOL_BYTES];
	uint32_t used_bytes; // of pool; taken bytes are overwritten with zero
};

// Keyed from the kernel. -errno when getrandom fails: then nothing may be sent.
PLX_MUST_CHECK int plx_random_init(struct plx_random *random);
// Keyed by the caller: for tests and reproducible runs only.
void plx_random_init_fixed(struct plx_random *random,
			   const uint8_t key[static PLX_RANDOM_KEY_BYTES]);
void plx_random_bytes(struct plx_random *random, void *ret_bytes, size_t count);

// Of a constant size, as below: then a few instructions.
static inline void plx_random_take(struct plx_random *random, void *ret_bytes, size_t count)
{
	if (PLX_UNLIKELY(PLX_RANDOM_POOL_BYTES - random->used_bytes < count)) {
		plx_random_bytes(random, ret_bytes, count);
		return;
	}
	memcpy(ret_bytes, random->pool + random->used_bytes, count);
	memset(random->pool + random->used_bytes, 0, count);
	random->used_bytes += (uint32_t)count;
}

static inline uint8_t plx_random_u8(struct plx_random *random)
{
	uint8_t value;
	plx_random_take(random, &value, sizeof(value));
	return value;
}

static inline uint32_t plx_random_u32(struct plx_random *random)
{
	uint32_t value;
	plx_random_take(random, &value, sizeof(value));
	return value;
}

static inline uint64_t plx_random_u64(struct plx_random *random)
{
	uint64_t value;
	plx_random_take(random, &value, sizeof(value));
	return value;
}
