// SPDX-License-Identifier: BSD-3-Clause
// clock_gettime is no system call here: the vDSO reads the same counter, only some 20 ns slower.

#include "worker/worker_clock.h"

#include <rte_cycles.h>

#include <time.h>

static uint64_t clock_ns(clockid_t id)
{
	struct timespec time;
	clock_gettime(id, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static void set_anchor(struct worker_clock *clock, uint64_t cycles)
{
	clock->anchor_cycles = cycles;
	clock->anchor_ns = clock_ns(CLOCK_MONOTONIC);
}

void worker_clock_init(struct worker_clock *clock)
{
	uint64_t hz = rte_get_tsc_hz();
	clock->ns_per_cycle_q32 = (uint64_t)(((unsigned __int128)NS_PER_S << 32) / hz);
	clock->anchor_lifetime_cycles = hz / (NS_PER_S / WORKER_CLOCK_ANCHOR_NS);
	clock->last_ns = 0;
	set_anchor(clock, rte_rdtsc());
}

uint64_t worker_clock_read(struct worker_clock *clock)
{
	uint64_t cycles = rte_rdtsc();
	clock->last_cycles = cycles;
	uint64_t elapsed = cycles - clock->anchor_cycles;
	if (elapsed > clock->anchor_lifetime_cycles) {
		set_anchor(clock, cycles);
		elapsed = 0;
	}
	// Below 2^64: the anchor's lifetime is 10 ms, 2^24 ns, and the factor adds 32 bits.
	uint64_t now_ns = clock->anchor_ns + (elapsed * clock->ns_per_cycle_q32 >> 32);
	if (now_ns > clock->last_ns) {
		clock->last_ns = now_ns;
	}
	return clock->last_ns;
}

uint64_t worker_clock_realtime_offset(void)
{
	return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
}

uint64_t monotonic_time_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}
