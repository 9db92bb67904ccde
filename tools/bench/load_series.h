// SPDX-License-Identifier: BSD-3-Clause
// A run in intervals of equal length, each query under the time that it was meant to be sent at: what a pause did to those
// that were due in it shows there. A run that outgrows LOAD_SERIES_MAX intervals has them merged two by two. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/latency_histogram.h"

#define LOAD_SERIES_MAX 400
#define LOAD_INTERVAL_SHORTEST_NS 20000000ull
#define LOAD_INTERVAL_UNKNOWN_NS 100000000ull // of a run that nobody knows the length of

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
// What the middle one of a run's windows shows: half of them were better, half worse. A pause of the machine that spoils
// some of them does not move it; a server that cannot keep up loses in all.
struct load_middle {
	double loss;     // of those sent, 0 to 1
	uint64_t p99_ns; // of a window, the middle one by this
	unsigned windows;
};

// Windows are one interval or more, with at least `queries_min` queries each, so that one lost query is not much; up to
// `end_ns`. What does not fill a window is one when there is no other.
void load_series_middle(const struct load_series *series, uint64_t end_ns, uint64_t queries_min,
			struct load_middle *ret_middle);
// The interval of this time, from the start of the run. Valid until the next call.
struct load_interval *load_series_at(struct load_series *series, uint64_t time_ns);
