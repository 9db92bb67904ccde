// SPDX-License-Identifier: BSD-3-Clause

#include "base/chacha20.h"

#include "cunit_runner.h"

#include <string.h>

TEST(block_equals_rfc_8439_section_2_3_2)
{
	static const uint8_t nonce[CHACHA20_NONCE_BYTES] = {0, 0,    0, 0x09, 0, 0,
							    0, 0x4a, 0, 0,    0, 0};
	static const uint8_t expected[CHACHA20_BLOCK_BYTES] = {
		0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3,
		0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22,
		0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa,
		0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1,
		0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e,
	};
	uint8_t key[CHACHA20_KEY_BYTES];
	for (unsigned i = 0; i < sizeof(key); i++) {
		key[i] = (uint8_t)i;
	}
	uint8_t block[CHACHA20_BLOCK_BYTES];
	chacha20_block(key, 1, nonce, block);
	CU_ASSERT_EQUAL(memcmp(block, expected, sizeof(block)), 0);
}

// RFC 8439 A.1 test vectors 1 and 2: zero key and nonce, counters 0 and 1.
TEST(zero_key_blocks_equal_rfc_8439_appendix_a_1)
{
	static const uint8_t zero[CHACHA20_KEY_BYTES];
	static const uint8_t first[] = {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90};
	static const uint8_t second[] = {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a};
	uint8_t block[CHACHA20_BLOCK_BYTES];
	chacha20_block(zero, 0, zero, block);
	CU_ASSERT_EQUAL(memcmp(block, first, sizeof(first)), 0);
	chacha20_block(zero, 1, zero, block);
	CU_ASSERT_EQUAL(memcmp(block, second, sizeof(second)), 0);
}

TEST(many_blocks_are_those_made_one_by_one)
{
	static const uint8_t key[CHACHA20_KEY_BYTES] = {1, 2, 3};
	static const uint8_t nonce[CHACHA20_NONCE_BYTES] = {4, 5};
	// The counter wraps among them.
	for (uint32_t counter = UINT32_MAX - 9; counter != 3; counter++) {
		uint8_t blocks[CHACHA20_LANES * CHACHA20_BLOCK_BYTES];
		chacha20_blocks(key, counter, nonce, blocks);
		for (uint32_t i = 0; i < CHACHA20_LANES; i++) {
			uint8_t block[CHACHA20_BLOCK_BYTES];
			chacha20_block(key, counter + i, nonce, block);
			CU_ASSERT_EQUAL(
				memcmp(blocks + i * CHACHA20_BLOCK_BYTES, block, sizeof(block)), 0);
		}
	}
}

TEST_MAIN(chacha20, T(block_equals_rfc_8439_section_2_3_2),
	  T(zero_key_blocks_equal_rfc_8439_appendix_a_1), T(many_blocks_are_those_made_one_by_one))
