// SPDX-License-Identifier: BSD-3-Clause

#include "resolver/upstream_choice.h"

#include <parallax/base/random_source.h>

static uint64_t expected_wait(const struct upstream *upstream)
{
	// An unknown server looks quick, so that it is tried.
	return (upstream->srtt_ns / 1024 + 1) * (upstream->in_flight + 1);
}

// The server with the shorter expected wait of two.
static uint8_t choose_of_two(const struct upstream_pool *pool, uint8_t first, uint8_t second)
{
	return expected_wait(&pool->servers[second]) < expected_wait(&pool->servers[first]) ? second
											    : first;
}

// How far down the choice goes.
enum resort {
	RESORT_NONE,    // servers that answer
	RESORT_FAILING, // and those that only refuse
	RESORT_DOWN,    // and those that are silent
};

struct choice {
	enum plx_transport transport;
	enum resort resort;
	uint8_t avoid;
	uint32_t random_bits;
	uint64_t now_ns;
};

static bool is_cut_off(const struct upstream *upstream, const struct choice *choice)
{
	return choice->transport == PLX_TRANSPORT_TCP && choice->resort != RESORT_DOWN &&
	       upstream_is_tcp_broken(upstream, choice->now_ns);
}

static bool is_candidate(const struct upstream *upstream, const struct choice *choice)
{
	bool may_fail = choice->resort != RESORT_NONE || !upstream_is_failing(upstream) ||
			choice->now_ns >= upstream->failing_probe_after_ns;
	return may_fail && !is_cut_off(upstream, choice) &&
	       upstream_may_send(upstream, choice->now_ns, choice->resort == RESORT_DOWN);
}

static uint8_t choose_among(const struct upstream_pool *pool, const struct choice *choice)
{
	uint8_t candidates[UPSTREAMS_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < pool->count; i++) {
		uint8_t index = pool->order[i];
		if (index != choice->avoid && is_candidate(&pool->servers[index], choice)) {
			candidates[count++] = index;
		}
	}
	if (count == 0) {
		return UPSTREAM_NONE;
	}
	// Multiply and shift instead of a division: which of `count`, from 16 random bits each.
	uint8_t first = candidates[(choice->random_bits & 0xffff) * count >> 16];
	uint8_t second = candidates[(choice->random_bits >> 16) * count >> 16];
	return choose_of_two(pool, first, second);
}

// Whether one of those that the choice allows is well and only busy.
static bool is_worth_waiting(const struct upstream_pool *pool, const struct choice *choice)
{
	for (unsigned i = 0; i < pool->count; i++) {
		const struct upstream *upstream = &pool->servers[pool->order[i]];
		if (upstream->health == UPSTREAM_UP && upstream->is_reachable &&
		    !upstream->is_draining && !is_cut_off(upstream, choice) &&
		    (choice->resort != RESORT_NONE || !upstream_is_failing(upstream))) {
			return true;
		}
	}
	return false;
}

// Two drawn from all, if both may be asked: as likely as any two of those that may, without looking at the others.
static uint8_t choose_quickly(const struct upstream_pool *pool, const struct choice *choice)
{
	uint8_t first = pool->order[(choice->random_bits & 0xffff) * pool->count >> 16];
	uint8_t second = pool->order[(choice->random_bits >> 16) * pool->count >> 16];
	bool is_avoided = pool->count > 1 && (first == choice->avoid || second == choice->avoid);
	if (is_avoided || !is_candidate(&pool->servers[first], choice)) {
		return UPSTREAM_NONE;
	}
	if (second == first) {
		return first;
	}
	return is_candidate(&pool->servers[second], choice) ? choose_of_two(pool, first, second)
							    : UPSTREAM_NONE;
}

uint8_t upstream_choose(const struct upstream_pool *pool, enum plx_transport transport,
			uint8_t avoid, struct plx_random *random, uint64_t now_ns)
{
	struct choice choice = {
		.transport = transport,
		.random_bits = pool->count > 1 ? plx_random_u32(random) : 0,
		.now_ns = now_ns,
	};
	if (pool->count == 0) {
		return UPSTREAM_NONE;
	}
	choice.avoid = avoid;
	uint8_t quick = choose_quickly(pool, &choice);
	if (quick != UPSTREAM_NONE) {
		return quick;
	}
	choice.random_bits = pool->count > 1 ? plx_random_u32(random) : 0; // not what led here
	for (choice.resort = RESORT_NONE; choice.resort <= RESORT_DOWN; choice.resort++) {
		choice.avoid = choice.resort == RESORT_DOWN ? UPSTREAM_NONE : avoid;
		uint8_t index = choose_among(pool, &choice);
		if (index == UPSTREAM_NONE && choice.avoid != UPSTREAM_NONE) {
			choice.avoid = UPSTREAM_NONE;
			index = choose_among(pool, &choice);
		}
		if (index != UPSTREAM_NONE || is_worth_waiting(pool, &choice)) {
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
