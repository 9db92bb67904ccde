// SPDX-License-Identifier: BSD-3-Clause

#include "resolver/upstream_choice.h"

#include <parallax/base/random_source.h>

static uint64_t expected_wait(const struct upstream *upstream)
{
	// An unknown server looks quick, so that it is tried.
	return (upstream->srtt_ns / 1024 + 1) * (upstream->in_flight + 1);
}

// How far down the choice goes.
enum resort {
	RESORT_NONE,    // servers that answer
	RESORT_FAILING, // and those that only refuse
	RESORT_DOWN,    // and those that are silent
};

static bool is_candidate(const struct upstream *upstream, enum resort resort, uint64_t now_ns)
{
	bool may_fail = resort != RESORT_NONE || !upstream_is_failing(upstream) ||
			now_ns >= upstream->failing_probe_after_ns;
	return may_fail && upstream_may_send(upstream, now_ns, resort == RESORT_DOWN);
}

static uint8_t choose_among(const struct upstream_pool *pool, uint8_t avoid, enum resort resort,
			    uint32_t random_bits, uint64_t now_ns)
{
	uint8_t candidates[UPSTREAMS_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < pool->count; i++) {
		uint8_t index = pool->order[i];
		if (index != avoid && is_candidate(&pool->servers[index], resort, now_ns)) {
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

// Whether one of those that `resort` allows is well and only busy.
static bool is_worth_waiting(const struct upstream_pool *pool, enum resort resort)
{
	for (unsigned i = 0; i < pool->count; i++) {
		const struct upstream *upstream = &pool->servers[pool->order[i]];
		if (upstream->health == UPSTREAM_UP && upstream->is_reachable &&
		    !upstream->is_draining &&
		    (resort != RESORT_NONE || !upstream_is_failing(upstream))) {
			return true;
		}
	}
	return false;
}

uint8_t upstream_choose(const struct upstream_pool *pool, uint8_t avoid, struct plx_random *random,
			uint64_t now_ns)
{
	uint32_t random_bits = pool->count > 1 ? plx_random_u32(random) : 0;
	for (enum resort resort = RESORT_NONE; resort <= RESORT_DOWN; resort++) {
		uint8_t avoided = resort == RESORT_DOWN ? UPSTREAM_NONE : avoid;
		uint8_t index = choose_among(pool, avoided, resort, random_bits, now_ns);
		if (index == UPSTREAM_NONE && avoided != UPSTREAM_NONE) {
			index = choose_among(pool, UPSTREAM_NONE, resort, random_bits, now_ns);
		}
		if (index != UPSTREAM_NONE || is_worth_waiting(pool, resort)) {
			return index;
		}
	}
	return UPSTREAM_NONE;
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
