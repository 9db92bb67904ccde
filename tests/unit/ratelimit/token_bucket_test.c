// SPDX-License-Identifier: BSD-3-Clause

#include "ratelimit/token_bucket.h"

#include "cunit_runner.h"

#define MS (1000ull * 1000)
#define SECOND (1000ull * MS)

// Takes all tokens that are there at each step of `step_ns` for one second.
static unsigned take_for_a_second(struct token_bucket *bucket, uint64_t start_ns, uint64_t step_ns)
{
	unsigned taken = 0;
	for (uint64_t now_ns = start_ns; now_ns < start_ns + SECOND; now_ns += step_ns) {
		while (token_bucket_has(bucket, now_ns)) {
			token_bucket_take(bucket, now_ns);
			taken++;
		}
	}
	return taken;
}

TEST(the_rate_is_kept_over_a_second)
{
	static const unsigned rates[] = {1, 7, 1000, 33333, 7500000};
	for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct token_bucket bucket;
		token_bucket_init(&bucket, rates[i]);
		(void)take_for_a_second(&bucket, 100 * SECOND, 100 * 1000);
		unsigned taken = take_for_a_second(&bucket, 101 * SECOND, 100 * 1000);
		CU_ASSERT_TRUE(taken <= rates[i] + rates[i] / 1000 + 1);
		CU_ASSERT_TRUE(taken + rates[i] / 1000 + 1 >= rates[i]);
	}
}

TEST(a_pause_saves_one_burst_and_no_more)
{
	struct token_bucket bucket;
	token_bucket_init(&bucket, 10000);
	token_bucket_take(&bucket, SECOND);
	unsigned at_once = 0;
	while (token_bucket_has(&bucket, 3600 * SECOND)) {
		token_bucket_take(&bucket, 3600 * SECOND);
		at_once++;
	}
	CU_ASSERT_EQUAL(at_once, 10000 * TOKEN_BUCKET_BURST_NS / SECOND + 1);
}

TEST(the_rate_outlives_208_days_of_uptime)
{
	struct token_bucket bucket;
	token_bucket_init(&bucket, 1000);
	(void)take_for_a_second(&bucket, (1ull << 54) - SECOND / 2, MS);
	unsigned taken = take_for_a_second(&bucket, (1ull << 54) + SECOND / 2, MS);
	CU_ASSERT_TRUE(taken >= 998 && taken <= 1002);
}

TEST(shares_of_a_rate_keep_the_rate_together)
{
	static const unsigned rates[] = {1, 3, 10, 1001};
	for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct token_bucket shares[4];
		unsigned taken = 0;
		for (unsigned w = 0; w < 4; w++) {
			token_bucket_init_share(&shares[w], rates[i], 4);
			for (unsigned s = 0; s < 100; s++) {
				taken += take_for_a_second(&shares[w], (100 + s) * SECOND, MS);
			}
		}
		unsigned at_once = 4 + rates[i] * TOKEN_BUCKET_BURST_NS / SECOND;
		CU_ASSERT_TRUE(taken <= rates[i] * 100 + at_once);
		CU_ASSERT_TRUE(taken >= rates[i] * 99);
	}
}

TEST(rate_zero_does_not_limit)
{
	struct token_bucket bucket;
	token_bucket_init(&bucket, 0);
	for (unsigned i = 0; i < 1000; i++) {
		CU_ASSERT_TRUE(token_bucket_has(&bucket, 5));
		token_bucket_take(&bucket, 5);
	}
}

TEST_MAIN(token_bucket, T(the_rate_is_kept_over_a_second), T(a_pause_saves_one_burst_and_no_more),
	  T(the_rate_outlives_208_days_of_uptime), T(shares_of_a_rate_keep_the_rate_together),
	  T(rate_zero_does_not_limit))
