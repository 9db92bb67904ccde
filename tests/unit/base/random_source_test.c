// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/random_source.h>

#include "base/chacha20.h"

#include "cunit_runner.h"

#include <string.h>

static const uint8_t fixed_key[PLX_RANDOM_KEY_BYTES] = {1, 2, 3, 4, 5};

TEST(fixed_key_gives_the_chacha20_stream_from_block_1)
{
	static const uint8_t nonce[CHACHA20_NONCE_BYTES];
	struct plx_random random;
	plx_random_init_fixed(&random, fixed_key);
	for (uint32_t i = 0; i < PLX_RANDOM_POOL_BYTES / CHACHA20_BLOCK_BYTES; i++) {
		uint8_t block[CHACHA20_BLOCK_BYTES];
		uint8_t taken[CHACHA20_BLOCK_BYTES];
		chacha20_block(fixed_key, i + 1, nonce, block);
		plx_random_bytes(&random, taken, sizeof(taken));
		CU_ASSERT_EQUAL(memcmp(taken, block, sizeof(block)), 0);
	}
	// The next pool is made with the first half of block 0 as its key.
	uint8_t next_key[CHACHA20_BLOCK_BYTES];
	uint8_t block[CHACHA20_BLOCK_BYTES];
	uint64_t first;
	chacha20_block(fixed_key, 0, nonce, next_key);
	chacha20_block(next_key, 1, nonce, block);
	memcpy(&first, block, sizeof(first));
	CU_ASSERT_EQUAL(plx_random_u64(&random), first);
}

TEST(request_sizes_do_not_change_the_stream)
{
	struct plx_random whole;
	struct plx_random parts;
	uint8_t from_whole[3 * PLX_RANDOM_POOL_BYTES];
	uint8_t from_parts[3 * PLX_RANDOM_POOL_BYTES];
	plx_random_init_fixed(&whole, fixed_key);
	plx_random_init_fixed(&parts, fixed_key);
	plx_random_bytes(&whole, from_whole, sizeof(from_whole));
	for (size_t at = 0, size = 1; at < sizeof(from_parts); at += size, size = size % 7 + 1) {
		if (size > sizeof(from_parts) - at) {
			size = sizeof(from_parts) - at;
		}
		plx_random_bytes(&parts, from_parts + at, size);
	}
	CU_ASSERT_EQUAL(memcmp(from_whole, from_parts, sizeof(from_whole)), 0);
}

TEST(neither_old_key_nor_taken_bytes_stay_in_memory)
{
	struct plx_random random;
	uint8_t taken[16];
	plx_random_init_fixed(&random, fixed_key);
	plx_random_bytes(&random, taken, sizeof(taken));
	CU_ASSERT_PTR_NULL(memmem(&random, sizeof(random), fixed_key, sizeof(fixed_key)));
	CU_ASSERT_PTR_NULL(memmem(&random, sizeof(random), taken, sizeof(taken)));
}

TEST(kernel_keyed_sources_differ)
{
	struct plx_random a;
	struct plx_random b;
	CU_ASSERT_EQUAL_FATAL(plx_random_init(&a), 0);
	CU_ASSERT_EQUAL_FATAL(plx_random_init(&b), 0);
	CU_ASSERT_NOT_EQUAL(plx_random_u64(&a), plx_random_u64(&b));
	CU_ASSERT_NOT_EQUAL(plx_random_u64(&a), plx_random_u64(&a));
}

TEST(bits_are_balanced)
{
	struct plx_random random;
	unsigned ones = 0;
	plx_random_init_fixed(&random, fixed_key);
	for (unsigned i = 0; i < 4096; i++) {
		ones += (unsigned)__builtin_popcount(plx_random_u32(&random));
	}
	// 131072 fair bits: mean 65536, sigma 181; six sigma.
	CU_ASSERT(ones > 65536 - 1086 && ones < 65536 + 1086);
}

TEST_MAIN(random_source, T(fixed_key_gives_the_chacha20_stream_from_block_1),
	  T(request_sizes_do_not_change_the_stream),
	  T(neither_old_key_nor_taken_bytes_stay_in_memory), T(kernel_keyed_sources_differ),
	  T(bits_are_balanced))
