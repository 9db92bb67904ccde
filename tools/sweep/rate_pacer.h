// SPDX-License-Identifier: BSD-3-Clause
// Spreads look-ups evenly over time: at most `rate` a second, with a burst of 10 ms of it. Time is given.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RATE_PACER_BURST_NS 10000000.0

struct rate_pacer {
	double interval_ns; // 0: no limit
	double next_ns;     // when the next one is due at the even pace
};

static inline void rate_pacer_init(struct rate_pacer *pacer, uint64_t rate, uint64_t now_ns)
{
	pacer->interval_ns = rate == 0 ? 0 : 1e9 / (double)rate;
	pacer->next_ns = (double)now_ns;
}

// 0: one may go now; else how long to wait.
static inline uint64_t rate_pacer_delay(const struct rate_pacer *pacer, uint64_t now_ns)
{
	double ahead_ns = pacer->next_ns - (double)now_ns;
	return pacer->interval_ns > 0 && ahead_ns > 0 ? (uint64_t)ahead_ns + 1 : 0;
}

// One goes. Time that passed unused counts up to the burst.
static inline void rate_pacer_take(struct rate_pacer *pacer, uint64_t now_ns)
{
	double earliest_ns = (double)now_ns - RATE_PACER_BURST_NS;
	if (pacer->next_ns < earliest_ns) {
		pacer->next_ns = earliest_ns;
	}
	pacer->next_ns += pacer->interval_ns;
}
