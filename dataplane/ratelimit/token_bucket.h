// SPDX-License-Identifier: BSD-3-Clause
// A rate promised to a third party, as the generic cell rate algorithm (ITU-T I.371): one number, no division per
// packet. A bucket of rate 0 does not limit. Pure; time is the caller's.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TOKEN_BUCKET_BURST_NS                                                                      \
	(5ull * 1000 * 1000) // what may be sent at once after a pause: 5 ms of the rate

struct token_bucket {
	uint64_t burst_ns;          // idle time that is not forgotten
	uint64_t interval_ns;       // between two tokens
	uint64_t next_ns;           // when the token after the last one taken becomes due
	uint32_t interval_fraction; // of a nanosecond, in 1 / 2^20: keeps high rates exact
	uint32_t next_fraction;
};

void token_bucket_init(struct token_bucket *bucket, uint64_t rate_per_s);
// One of `share_count` equal parts of a rate, however small: together they keep the rate.
void token_bucket_init_share(struct token_bucket *bucket, uint64_t rate_per_s,
			     unsigned share_count);
static inline bool token_bucket_has(const struct token_bucket *bucket, uint64_t now_ns)
{
	return now_ns >= bucket->next_ns;
}
// The caller asked token_bucket_has.
static inline void token_bucket_take(struct token_bucket *bucket, uint64_t now_ns);
// When the next token is there; in the past when one is.
uint64_t token_bucket_next_ns(const struct token_bucket *bucket);

// Not for callers: what token_bucket_take does to one that limits.
void token_bucket_take_limited(struct token_bucket *bucket, uint64_t now_ns);

static inline void token_bucket_take(struct token_bucket *bucket, uint64_t now_ns)
{
	if ((bucket->interval_ns | bucket->interval_fraction) != 0) {
		token_bucket_take_limited(bucket, now_ns);
	}
}
