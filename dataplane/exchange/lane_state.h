// SPDX-License-Identifier: BSD-3-Clause
// What is inside a lane: for exchange_server.c, which makes lanes, and exchange_lane.c, which is their behaviour.

#pragma once

#include <parallax/exchange/region_layout.h>
#include <parallax/exchange/spsc_ring.h>

#include "exchange/exchange_lane.h"

#include <stdint.h>

// Neither is owned by the lane.
struct exchange_lane_wake {
	int client_fd; // our end of the client's socket pair
	int worker_fd; // the eventfd that the client writes; here it is only watched
};

struct exchange_lane {
	// Set before the lane is handed out, constant from then on.
	enum plx_priority priority;
	unsigned client;
	struct exchange_lane_wake wake;

	// worker: rw, control: none.
	struct plx_ring_consumer jobs;
	struct plx_ring_producer results;
	struct plx_beat *beat; // in the region: written, never read back
	uint64_t beat_count;
	uint32_t refused_bytes; // length of the result that found no room; 0: none waits

	// worker: rw (relaxed), control: ro (relaxed), for status output.
	uint64_t jobs_taken;
	uint64_t results_delivered;
} PLX_CACHE_ALIGNED;

// `region` is mapped for as long as the lane is used.
void exchange_lane_init(struct exchange_lane *lane, void *region, unsigned worker, unsigned client,
			enum plx_priority priority, struct exchange_lane_wake wake);
