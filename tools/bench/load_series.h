// SPDX-License-Identifier: BSD-3-Clause
// A run in intervals of equal length, each query under the time that it was meant to be sent at: what a pause did to those
// that were due in it shows there. A run that outgrows LOAD_SERIES_MAX intervals has them merged two by two. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/latency_histogram.h"

#define LOAD_SERIES_MAX 400
#define LOAD_INTERVAL_SHORTEST_NS 100000000ull

struct load_interval {
	uint64_t sent;
	uint64_t completed;
	uint64_t lost;
	struct latency_outline latency;
};

struct load_series {
	uint64_t interval_ns;
	unsigned count; // up to the last one that was touched
	unsigned capacity;
	unsigned last; // interval looked up, and where it begins
	uint64_t last_start_ns;
	struct load_interval *intervals;
};

// -ENOMEM. `expected_ns`: how long the run will be; 0: unknown.
PLX_MUST_CHECK int load_series_init(struct load_series *series, uint64_t expected_ns);
void load_series_free(struct load_series *series);
// The interval of this time, from the start of the run. Valid until the next call.
struct load_interval *load_series_at(struct load_series *series, uint64_t time_ns);
