// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/siphash.h>

#include "cunit_runner.h"

#include <stdint.h>

// From the reference implementation's vectors_sip64 (key 00..0f, input 00, 01, ...), read as little-endian words.
static const uint64_t vectors[] = {
	0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
	0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
	0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
	0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
	0x3f2acc7f57c29bdb,
};

static const struct plx_siphash_key key = {.k0 = 0x0706050403020100, .k1 = 0x0f0e0d0c0b0a0908};

TEST(reference_vectors_of_length_0_to_16_are_met)
{
	uint8_t input[PLX_ARRAY_SIZE(vectors)];
	for (unsigned i = 0; i < sizeof(input); i++) {
		input[i] = (uint8_t)i;
		CU_ASSERT_EQUAL(plx_siphash(&key, input, i), vectors[i]);
	}
}

TEST(unaligned_input_hashes_alike)
{
	uint8_t input[1 + 15];
	for (unsigned i = 0; i < 15; i++) {
		input[1 + i] = (uint8_t)i;
	}
	// The example of the paper's appendix A.
	CU_ASSERT_EQUAL(plx_siphash(&key, input + 1, 15), 0xa129ca6149be45e5);
}

TEST(each_half_of_the_key_matters)
{
	struct plx_siphash_key other_k0 = {.k0 = key.k0 ^ 1, .k1 = key.k1};
	struct plx_siphash_key other_k1 = {.k0 = key.k0, .k1 = key.k1 ^ 1};
	CU_ASSERT_NOT_EQUAL(plx_siphash(&key, "name", 4), plx_siphash(&other_k0, "name", 4));
	CU_ASSERT_NOT_EQUAL(plx_siphash(&key, "name", 4), plx_siphash(&other_k1, "name", 4));
}

TEST_MAIN(siphash, T(reference_vectors_of_length_0_to_16_are_met), T(unaligned_input_hashes_alike),
	  T(each_half_of_the_key_matters))
