// SPDX-License-Identifier: BSD-3-Clause
// What a run counts. Each worker writes its own, plainly; the main thread adds them up with relaxed loads.

#pragma once

#include "reflect/answer.h"

#include <stdint.h>

struct reflect_counters {
	uint64_t received; // frames
	uint64_t received_bytes;
	uint64_t answered; // frames sent, answers to neighbours apart
	uint64_t answered_bytes;
	uint64_t neighbor_answers; // to ARP and neighbour discovery
	uint64_t busy_cycles;      // of bursts with frames, reception and sending included
	uint64_t work_cycles;      // the same without the driver's part
	uint64_t sleeps;
	uint64_t turns;
	uint64_t dropped[REFLECT_DROPS]; // by reason
};

static inline uint64_t reflect_counters_dropped(const struct reflect_counters *counters)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < REFLECT_DROPS; i++) {
		sum += counters->dropped[i];
	}
	return sum;
}

// Adds what a worker that may be running has counted so far.
static inline void reflect_counters_add(struct reflect_counters *sum,
					const struct reflect_counters *worker)
{
	uint64_t *into = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)worker;
	for (unsigned i = 0; i < sizeof(*sum) / sizeof(*into); i++) {
		into[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	}
}
