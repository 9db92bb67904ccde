// SPDX-License-Identifier: BSD-3-Clause
// When each query of an even rate is meant to be sent. The plan does not move when the generator falls behind: what is
// sent late keeps its time, so that waiting for a slow server is part of the latency (no coordinated omission). Times
// count from the start of the run. Pure.

#pragma once

#include <stdint.h>

struct load_pacer {
	double interval_ns;
	uint64_t taken; // queries sent so far
};

static inline struct load_pacer load_pacer_init(double rate_qps)
{
	return (struct load_pacer) {.interval_ns = 1e9 / rate_qps};
}

// The time that the next query is meant for.
static inline uint64_t load_pacer_next_ns(const struct load_pacer *pacer)
{
	return (uint64_t)((double)pacer->taken * pacer->interval_ns);
}

// How many are meant for times before `end_ns`.
static inline uint64_t load_pacer_planned(const struct load_pacer *pacer, uint64_t end_ns)
{
	double whole = (double)end_ns / pacer->interval_ns;
	uint64_t count = (uint64_t)whole;
	return (double)count < whole ? count + 1 : count;
}
