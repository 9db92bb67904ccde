// SPDX-License-Identifier: BSD-3-Clause

#include "ratelimit/token_bucket.h"

#define FRACTION_BITS 10

void token_bucket_init(struct token_bucket *bucket, uint64_t rate_per_s)
{
	uint64_t second = (1000ull * 1000 * 1000) << FRACTION_BITS;
	*bucket = (struct token_bucket) {.interval_ns = rate_per_s == 0 ? 0 : second / rate_per_s};
}

static uint64_t burst(const struct token_bucket *bucket)
{
	uint64_t burst = TOKEN_BUCKET_BURST_NS << FRACTION_BITS;
	return burst > bucket->interval_ns ? burst : bucket->interval_ns;
}

bool token_bucket_has(const struct token_bucket *bucket, uint64_t now_ns)
{
	return bucket->interval_ns == 0 || (now_ns << FRACTION_BITS) >= bucket->next_ns;
}

void token_bucket_take(struct token_bucket *bucket, uint64_t now_ns)
{
	uint64_t now = now_ns << FRACTION_BITS;
	// Idle time is forgotten beyond one burst.
	if (bucket->next_ns + burst(bucket) < now) {
		bucket->next_ns = now - burst(bucket);
	}
	bucket->next_ns += bucket->interval_ns;
}

uint64_t token_bucket_next_ns(const struct token_bucket *bucket)
{
	return bucket->next_ns >> FRACTION_BITS;
}
