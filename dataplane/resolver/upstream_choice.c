// SPDX-License-Identifier: BSD-3-Clause

#include "resolver/upstream_choice.h"

#include <parallax/base/random_source.h>

static uint64_t expected_wait(const struct upstream *upstream)
{
	// An unknown server looks quick, so that it is tried.
	return (upstream->srtt_ns / 1024 + 1) * (upstream->in_flight + 1);
}

static uint8_t choose_among(const struct upstream_pool *pool, uint8_t avoid, bool is_last_resort,
			    uint32_t random_bits, uint64_t now_ns)
{
	uint8_t candidates[UPSTREAMS_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < pool->count; i++) {
		uint8_t index = pool->order[i];
		if (index != avoid &&
		    upstream_may_send(&pool->servers[index], now_ns, is_last_resort)) {
			candidates[count++] = index;
		}
	}
	if (count == 0) {
		return UPSTREAM_NONE;
	}
	// Multiply and shift instead of a division: which of `count`, from 16 random bits each.
	uint8_t first = candidates[(random_bits & 0xffff) * count >> 16];
	uint8_t second = candidates[(random_bits >> 16) * count >> 16];
	return expected_wait(&pool->servers[second]) < expected_wait(&pool->servers[first]) ? second
											    : first;
}

uint8_t upstream_choose(const struct upstream_pool *pool, uint8_t avoid, struct plx_random *random,
			uint64_t now_ns)
{
	uint32_t random_bits = pool->count > 1 ? plx_random_u32(random) : 0;
	uint8_t index = choose_among(pool, avoid, false, random_bits, now_ns);
	if (index == UPSTREAM_NONE && avoid != UPSTREAM_NONE) {
		index = choose_among(pool, UPSTREAM_NONE, false, random_bits, now_ns);
	}
	for (unsigned i = 0; index == UPSTREAM_NONE && i < pool->count; i++) {
		if (pool->servers[pool->order[i]].health == UPSTREAM_UP &&
		    pool->servers[pool->order[i]].is_reachable &&
		    !pool->servers[pool->order[i]].is_draining) {
			return UPSTREAM_NONE; // a healthy one is only busy: wait for it
		}
	}
	return index != UPSTREAM_NONE
		       ? index
		       : choose_among(pool, UPSTREAM_NONE, true, random_bits, now_ns);
}

uint8_t upstream_find(const struct upstream_pool *pool, const struct plx_endpoint *endpoint)
{
	for (unsigned i = 0; i < pool->count; i++) {
		if (plx_endpoint_equal(&pool->servers[pool->order[i]].config.endpoint, endpoint)) {
			return pool->order[i];
		}
	}
	return UPSTREAM_NONE;
}
