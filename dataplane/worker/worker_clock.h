// SPDX-License-Identifier: BSD-3-Clause
// A worker's time: CLOCK_MONOTONIC in nanoseconds, derived from the CPU's cycle counter. Read once per turn of the loop;
// everything else is given that reading. Set against the kernel's clock every WORKER_CLOCK_ANCHOR_NS, so that the drift
// of the counter's nominal rate (some 100 ppm) stays below a microsecond. Never goes back.

#pragma once

#include <stdint.h>

#define WORKER_CLOCK_ANCHOR_NS (10ull * 1000 * 1000)

struct worker_clock {
	uint64_t anchor_ns;
	uint64_t anchor_cycles;
	uint64_t anchor_lifetime_cycles;
	uint64_t ns_per_cycle_q32; // nanoseconds per cycle << 32
	uint64_t last_ns;
	uint64_t last_cycles; // the counter at the last reading
};

void worker_clock_init(struct worker_clock *clock);
uint64_t worker_clock_read(struct worker_clock *clock);
// CLOCK_REALTIME - CLOCK_MONOTONIC now.
uint64_t worker_clock_realtime_offset(void);
// For the control thread, which has no clock object.
uint64_t monotonic_time_ns(void);
