// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/query_identity.h"

#include <parallax/base/random_source.h>

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static struct plx_random test_random;

static void make_identity(struct query_identity *identity, uint8_t port_bits, uint8_t worker_bits,
			  uint8_t slot_bits)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {1, 2, 3};
	plx_random_init_fixed(&test_random, key);
	CU_ASSERT_EQUAL_FATAL(query_identity_init(identity, 16384, port_bits, worker_bits,
						  slot_bits, &test_random),
			      0);
}

static void check_round_trips(uint8_t port_bits, uint8_t worker_bits, uint8_t slot_bits,
			      enum code_permutation_way way)
{
	struct query_identity identity;
	make_identity(&identity, port_bits, worker_bits, slot_bits);
	code_permutation_limit(&identity.permutation, way);
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t random = plx_random_u32(&test_random);
		struct query_code code = {
			.worker = (uint16_t)(random & ((1u << worker_bits) - 1)),
			.slot = (random >> worker_bits) & ((1u << slot_bits) - 1),
			.generation = plx_random_u32(&test_random) &
				      ((1u << identity.generation_bits) - 1),
		};
		uint16_t port;
		uint16_t id;
		query_identity_encode(&identity, &code, &port, &id);
		struct query_code decoded;
		if (!query_identity_decode(&identity, port, id, &decoded) ||
		    decoded.worker != code.worker || decoded.slot != code.slot ||
		    decoded.generation != code.generation || port < 16384 ||
		    port >= 16384 + (1u << port_bits)) {
			CU_FAIL("a code did not come back");
			return;
		}
	}
}

TEST(every_code_comes_back_through_port_and_id)
{
	for (enum code_permutation_way way = CODE_PERMUTATION_SIPHASH; way <= CODE_PERMUTATION_AES;
	     way++) {
		check_round_trips(14, 1, 16, way);
		check_round_trips(14, 0, 10, way);
		check_round_trips(15, 3, 20, way);
		check_round_trips(12, 0, 4, way);
	}
}

TEST(different_codes_never_share_a_port_and_id)
{
	// The whole code space of the smallest geometry: 28 bits is too many, so all slots and some generations.
	struct query_identity identity;
	make_identity(&identity, 12, 0, 4);
	static uint8_t seen[1u << 25];
	memset(seen, 0, sizeof(seen));
	for (uint32_t generation = 0; generation < 1u << 18; generation++) {
		for (uint32_t slot = 0; slot < 16; slot++) {
			const struct query_code code = {.slot = slot, .generation = generation};
			uint16_t port;
			uint16_t id;
			query_identity_encode(&identity, &code, &port, &id);
			uint32_t bit = (uint32_t)(port - 16384) << 16 | id;
			if (seen[bit >> 3] & 1u << (bit & 7)) {
				CU_FAIL("two codes share a port and ID");
				return;
			}
			seen[bit >> 3] |= (uint8_t)(1u << (bit & 7));
		}
	}
}

TEST(bursts_of_any_length_are_what_one_by_one_would_be)
{
	struct query_identity identity;
	make_identity(&identity, 14, 1, 16);
	for (unsigned count = 0; count <= QUERY_PAIRS_MAX; count++) {
		struct query_pair pairs[QUERY_PAIRS_MAX];
		for (unsigned i = 0; i < count; i++) {
			pairs[i].code = (struct query_code) {.slot = 7 * i, .generation = i};
		}
		query_identity_encode_burst(&identity, pairs, count);
		for (unsigned i = 0; i < count; i++) {
			uint16_t port;
			uint16_t id;
			query_identity_encode(&identity, &pairs[i].code, &port, &id);
			CU_ASSERT_TRUE(pairs[i].port == port && pairs[i].id == id);
			pairs[i].code = (struct query_code) {0};
			pairs[i].port = i == 5 ? 53 : port;
		}
		query_identity_decode_burst(&identity, pairs, count);
		for (unsigned i = 0; i < count; i++) {
			CU_ASSERT_EQUAL(pairs[i].is_ours, i != 5);
			CU_ASSERT_TRUE(i == 5 || (pairs[i].code.slot == 7 * i &&
						  pairs[i].code.generation == i));
		}
	}
}

// On a machine without the instructions both are the same code.
TEST(four_blocks_of_aes_at_once_are_the_same_permutation)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {9};
	plx_random_init_fixed(&test_random, key);
	for (uint8_t bits = 2; bits <= CODE_PERMUTATION_BITS_MAX; bits++) {
		struct code_permutation narrow;
		code_permutation_init(&narrow, bits, &test_random);
		struct code_permutation wide = narrow;
		code_permutation_limit(&narrow, CODE_PERMUTATION_AES);
		code_permutation_limit(&wide, CODE_PERMUTATION_WIDE_AES);
		for (unsigned count = 0; count <= 64; count++) {
			uint32_t plain[64];
			uint32_t a[64];
			uint32_t b[64];
			for (unsigned i = 0; i < 64; i++) {
				plain[i] = plx_random_u32(&test_random) >> (32 - bits);
				a[i] = b[i] = plain[i];
			}
			code_permutation_encrypt(&narrow, a, count);
			code_permutation_encrypt(&wide, b, count);
			CU_ASSERT_EQUAL(memcmp(a, b, sizeof(a)), 0);
			code_permutation_decrypt(&narrow, b, count);
			CU_ASSERT_EQUAL(memcmp(b, plain, sizeof(b)), 0);
			code_permutation_decrypt(&wide, a, count);
			CU_ASSERT_EQUAL(memcmp(a, plain, sizeof(a)), 0);
		}
	}
}

TEST(a_port_outside_the_range_is_refused)
{
	struct query_identity identity;
	make_identity(&identity, 14, 1, 16);
	struct query_code code;
	CU_ASSERT_FALSE(query_identity_decode(&identity, 16383, 7, &code));
	CU_ASSERT_TRUE(query_identity_decode(&identity, 16384, 7, &code));
	CU_ASSERT_TRUE(query_identity_decode(&identity, 32767, 7, &code));
	CU_ASSERT_FALSE(query_identity_decode(&identity, 32768, 7, &code));
	CU_ASSERT_FALSE(query_identity_decode(&identity, 53, 7, &code));
}

// Flipping one bit of the code flips, on average, half of the bits on the wire.
static void check_neighbours(enum code_permutation_way way)
{
	struct query_identity identity;
	make_identity(&identity, 14, 1, 16);
	code_permutation_limit(&identity.permutation, way);
	unsigned flipped = 0;
	unsigned total = 0;
	for (uint32_t slot = 0; slot < 1000; slot++) {
		uint16_t port[2];
		uint16_t id[2];
		for (uint32_t i = 0; i < 2; i++) {
			const struct query_code code = {.slot = slot * 2 + i, .generation = 5};
			query_identity_encode(&identity, &code, &port[i], &id[i]);
		}
		flipped += (unsigned)__builtin_popcount((unsigned)(port[0] ^ port[1]));
		flipped += (unsigned)__builtin_popcount((unsigned)(id[0] ^ id[1]));
		total += 30;
	}
	CU_ASSERT_TRUE(flipped > total * 45 / 100 && flipped < total * 55 / 100);
}

TEST(neighbouring_codes_look_unrelated)
{
	check_neighbours(CODE_PERMUTATION_SIPHASH);
	check_neighbours(CODE_PERMUTATION_AES);
}

// A bit of the code that did not reach a bit on the wire, or did with a bias, would be a way in.
TEST(every_bit_of_the_code_reaches_every_bit_on_the_wire)
{
	struct code_permutation permutation;
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {7};
	plx_random_init_fixed(&test_random, key);
	code_permutation_init(&permutation, 30, &test_random);
	for (unsigned in = 0; in < 30; in++) {
		unsigned flips[30] = {0};
		for (unsigned i = 0; i < 2000; i++) {
			uint32_t plain = plx_random_u32(&test_random) >> 2;
			uint32_t both[2] = {plain, plain ^ 1u << in};
			code_permutation_encrypt(&permutation, both, 2);
			uint32_t change = both[0] ^ both[1];
			for (unsigned out = 0; out < 30; out++) {
				flips[out] += change >> out & 1;
			}
		}
		for (unsigned out = 0; out < 30; out++) {
			CU_ASSERT_TRUE(flips[out] > 850 && flips[out] < 1150); // 6.7 sigma
		}
	}
}

TEST(impossible_geometries_are_refused)
{
	struct query_identity identity;
	plx_random_init_fixed(&test_random, (const uint8_t[PLX_RANDOM_KEY_BYTES]) {0});
	CU_ASSERT_EQUAL(query_identity_init(&identity, 16384, 11, 0, 8, &test_random), -EINVAL);
	CU_ASSERT_EQUAL(query_identity_init(&identity, 16384, 16, 0, 8, &test_random), -EINVAL);
	CU_ASSERT_EQUAL(query_identity_init(&identity, 1023, 14, 0, 8, &test_random), -EINVAL);
	CU_ASSERT_EQUAL(query_identity_init(&identity, 50000, 14, 0, 8, &test_random), -EINVAL);
	CU_ASSERT_EQUAL(query_identity_init(&identity, 16384, 12, 4, 21, &test_random), -EINVAL);
	CU_ASSERT_EQUAL(query_identity_init(&identity, 16384, 12, 3, 21, &test_random), 0);
	CU_ASSERT_EQUAL(identity.generation_bits, 4);
}

TEST_MAIN(query_identity, T(every_code_comes_back_through_port_and_id),
	  T(different_codes_never_share_a_port_and_id),
	  T(bursts_of_any_length_are_what_one_by_one_would_be),
	  T(four_blocks_of_aes_at_once_are_the_same_permutation),
	  T(a_port_outside_the_range_is_refused), T(neighbouring_codes_look_unrelated),
	  T(every_bit_of_the_code_reaches_every_bit_on_the_wire),
	  T(impossible_geometries_are_refused))
