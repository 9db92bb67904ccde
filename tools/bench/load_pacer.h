// SPDX-License-Identifier: BSD-3-Clause
// When each query of an even rate is meant to be sent. The plan does not move when the generator falls behind: what is
// sent late keeps its time, so that waiting for a slow server is part of the latency (no coordinated omission). Times
// count from the start of the run. Pure.
//
// Who fell behind catches up at LOAD_CATCH_UP times the rate and not at once: all that was due in 5 ms, sent together,
// overflows the socket buffer of a server that has time for it.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LOAD_CATCH_UP 2.0
#define LOAD_BURST_MIN 64.0 // may be sent together
#define LOAD_BURST_NS                                                                              \
	200000.0 // and what is due in so long: a rest that took longer than it was meant to

struct load_pacer {
	double interval_ns;
	uint64_t taken; // queries sent so far
	double burst;
	double credit; // queries that may be sent now, of those that are due
	uint64_t credited_ns;
};

static inline struct load_pacer load_pacer_init(double rate_qps)
{
	double due = rate_qps * LOAD_BURST_NS / 1e9;
	double burst = due > LOAD_BURST_MIN ? due : LOAD_BURST_MIN;
	return (struct load_pacer) {.interval_ns = 1e9 / rate_qps, .burst = burst, .credit = burst};
}

// Times do not run backwards.
static inline void load_pacer_credit(struct load_pacer *pacer, uint64_t now_ns)
{
	double earned = LOAD_CATCH_UP * (double)(now_ns - pacer->credited_ns) / pacer->interval_ns;
	double credit = pacer->credit + earned;
	pacer->credit = credit < pacer->burst ? credit : pacer->burst;
	pacer->credited_ns = now_ns;
}

static inline bool load_pacer_may_send(const struct load_pacer *pacer)
{
	return pacer->credit >= 1;
}

static inline void load_pacer_take(struct load_pacer *pacer)
{
	pacer->taken++;
	pacer->credit--;
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
