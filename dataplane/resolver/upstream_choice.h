// SPDX-License-Identifier: BSD-3-Clause
// Which server gets a query.

#pragma once

#include <parallax/exchange/result.h>

#include "resolver/upstream.h"

#include <stdint.h>

#define UPSTREAM_NONE UINT8_MAX

struct plx_random;

struct upstream_pool {
	struct upstream servers[UPSTREAMS_MAX];
	uint8_t order
		[UPSTREAMS_MAX]; // indices of those that are set and that we may ask, first `count`
	uint8_t count;
};

// Picks, of two servers drawn at random, the one with the shorter expected wait (SRTT times the queries already
// waiting there), among those that may be sent to now; by TCP, only among those whose TCP is not broken; `avoid` (the server asked last, or UPSTREAM_NONE) only if no
// other is left, servers that only fail if no other answers, and servers that are down, or whose TCP is, only if no other
// is up. UPSTREAM_NONE: nobody may be asked now.
uint8_t upstream_choose(const struct upstream_pool *pool, enum plx_transport transport,
			uint8_t avoid, struct plx_random *random, uint64_t now_ns);
// The set server with this address and port, or UPSTREAM_NONE.
uint8_t upstream_find(const struct upstream_pool *pool, const struct plx_endpoint *endpoint);
