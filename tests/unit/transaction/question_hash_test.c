// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/question_hash.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE 257

static struct question_hash_key key_of(uint64_t seed)
{
	struct question_hash_key key;
	const struct plx_siphash_key siphash_key = {.k0 = seed, .k1 = 2};
	question_hash_key_init(&key, &siphash_key);
	return key;
}

TEST(letters_hash_alike_in_any_case)
{
	const struct question_hash_key key = key_of(1);
	const uint8_t lower[] = "\3www\7example\4test";
	const uint8_t mixed[] = "\3WwW\7eXAMPLE\4tesT";
	for (uint8_t length = 0; length <= sizeof(lower); length++) {
		CU_ASSERT_EQUAL(question_hash(&key, lower, length, TYPE, 0),
				question_hash(&key, mixed, length, TYPE, 0));
	}
}

TEST(every_bit_of_a_question_counts)
{
	const struct question_hash_key key = key_of(1);
	uint8_t name[PLX_NAME_MAX + 1] = {0};
	for (unsigned length = 0; length <= PLX_NAME_MAX; length++) {
		uint32_t hash = question_hash(&key, name, (uint8_t)length, TYPE, 0);
		CU_ASSERT_NOT_EQUAL(hash, question_hash(&key, name, (uint8_t)length, TYPE ^ 1, 0));
		CU_ASSERT_NOT_EQUAL(hash, question_hash(&key, name, (uint8_t)length, TYPE, 1));
		CU_ASSERT_NOT_EQUAL(hash,
				    question_hash(&key, name, (uint8_t)(length ^ 1), TYPE, 0));
		for (unsigned bit = 0; bit < 8 * length; bit++) {
			name[bit / 8] ^= (uint8_t)(1u << bit % 8);
			CU_ASSERT_NOT_EQUAL(hash,
					    question_hash(&key, name, (uint8_t)length, TYPE, 0));
			name[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

TEST(another_key_hashes_otherwise)
{
	const struct question_hash_key key = key_of(1);
	const struct question_hash_key other = key_of(2);
	CU_ASSERT_NOT_EQUAL(question_hash(&key, (const uint8_t *)"\4test", 6, TYPE, 0),
			    question_hash(&other, (const uint8_t *)"\4test", 6, TYPE, 0));
}

#define NAMES (1u << 16)

// As thrown at random, 39 % of twice as many buckets are used; at most two for each name is what chains are built for.
TEST(names_that_count_up_use_as_many_buckets_as_random_ones)
{
	static uint8_t used[2 * NAMES];
	for (uint64_t seed = 0; seed < 8; seed++) {
		const struct question_hash_key key = key_of(seed);
		memset(used, 0, sizeof(used));
		unsigned buckets = 0;
		for (unsigned i = 0; i < NAMES; i++) {
			char name[32];
			int length = snprintf(name, sizeof(name), "\6%06u\7example\4test", i);
			uint32_t hash = question_hash(&key, (const uint8_t *)name,
						      (uint8_t)(length + 1), TYPE, 0);
			uint8_t *bucket = &used[hash & (2 * NAMES - 1)];
			buckets += *bucket == 0;
			*bucket = 1;
		}
		CU_ASSERT(buckets > NAMES * 75 / 100);
	}
}

TEST_MAIN(question_hash, T(letters_hash_alike_in_any_case), T(every_bit_of_a_question_counts),
	  T(another_key_hashes_otherwise),
	  T(names_that_count_up_use_as_many_buckets_as_random_ones))
