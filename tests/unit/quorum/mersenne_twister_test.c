// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/mersenne_twister.h"

#include <parallax/base/attributes.h>

#include "cunit_runner.h"

static const uint32_t key[] = {0x123, 0x234, 0x345, 0x456};

// The authors' published output for this key, the first five and the thousandth.
TEST(numbers_are_those_of_the_authors)
{
	static const uint32_t expected[] = {1067595299u, 955945823u, 477289528u, 4107218783u,
					    4228976476u};
	struct mersenne_twister twister;
	mersenne_twister_seed(&twister, key, PLX_ARRAY_SIZE(key));
	for (size_t i = 0; i < PLX_ARRAY_SIZE(expected); i++) {
		CU_ASSERT_EQUAL(mersenne_twister_next(&twister), expected[i]);
	}
	for (size_t i = 0; i < 994; i++) {
		(void)mersenne_twister_next(&twister);
	}
	CU_ASSERT_EQUAL(mersenne_twister_next(&twister), 3460025646u);
}

// CPython 3.11 with the same key: random.Random(key)._randbelow(n) after a thousand words.
TEST(bounded_numbers_are_those_of_cpython)
{
	static const uint32_t below[] = {1, 2, 3, 7, 8, 1000, 1u << 31, UINT32_MAX};
	static const uint32_t expected[] = {0, 1, 2, 0, 4, 943, 892737095u, 2342250659u};
	struct mersenne_twister twister;
	mersenne_twister_seed(&twister, key, PLX_ARRAY_SIZE(key));
	for (size_t i = 0; i < 1000; i++) {
		(void)mersenne_twister_next(&twister);
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(below); i++) {
		CU_ASSERT_EQUAL(mersenne_twister_below(&twister, below[i]), expected[i]);
	}
}

TEST_MAIN(mersenne_twister, T(numbers_are_those_of_the_authors),
	  T(bounded_numbers_are_those_of_cpython))
