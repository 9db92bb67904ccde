// SPDX-License-Identifier: BSD-3-Clause

#include "ratelimit/token_bucket.h"

#define SECOND_NS (1000ull * 1000 * 1000)
#define FRACTION_BITS 20

void token_bucket_init_share(struct token_bucket *bucket, uint64_t rate_per_s, unsigned share_count)
{
	*bucket = (struct token_bucket) {0};
	if (rate_per_s == 0) {
		return;
	}
	uint64_t period_ns = SECOND_NS * share_count;
	uint64_t whole_ns = SECOND_NS / rate_per_s; // between two tokens of all shares
	bucket->interval_ns = period_ns / rate_per_s;
	bucket->interval_fraction =
		(uint32_t)((period_ns % rate_per_s << FRACTION_BITS) / rate_per_s);
	bucket->burst_ns = TOKEN_BUCKET_BURST_NS > whole_ns ? TOKEN_BUCKET_BURST_NS : whole_ns;
}

void token_bucket_init(struct token_bucket *bucket, uint64_t rate_per_s)
{
	token_bucket_init_share(bucket, rate_per_s, 1);
}

void token_bucket_take_limited(struct token_bucket *bucket, uint64_t now_ns)
{
	// Idle time is forgotten beyond one burst.
	if (bucket->next_ns + bucket->burst_ns < now_ns) {
		bucket->next_ns = now_ns - bucket->burst_ns;
	}
	bucket->next_fraction += bucket->interval_fraction;
	bucket->next_ns += bucket->interval_ns + (bucket->next_fraction >> FRACTION_BITS);
	bucket->next_fraction &= (1u << FRACTION_BITS) - 1;
}

uint64_t token_bucket_next_ns(const struct token_bucket *bucket)
{
	return bucket->next_ns;
}
