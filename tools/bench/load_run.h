// SPDX-License-Identifier: BSD-3-Clause
// Puts one load on the engine, from its first query to its last answer, in the calling thread.
//
//   open loop    each query has its time (load_pacer.h), whatever becomes of those before it
//   closed loop  a query is sent when an answer came: at most so many are outstanding, and a slow server is asked less
//
// The latency of a query counts from the time that it was meant to be sent at; in a closed loop that is when its place
// became free.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/bench_failure.h"
#include "bench/load_engine.h"
#include "bench/load_tally.h"
#include "bench/query_list.h"

#include <signal.h>
#include <stdint.h>

#define LOAD_DRAIN_NS 3000000000ull // for the last answers, beyond the timeout of a query

struct load_plan {
	double rate_qps;          // 0: closed loop
	uint32_t outstanding_max; // at once
	uint64_t duration_ns;     // of sending; 0: no limit
	uint64_t passes_max;      // through the queries; 0: no limit
	uint32_t timeout_ms;
	uint8_t job_flags;
	uint8_t attempts;
	// Between turns that moved little, so that others have the processor and work gathers; results carry their own time,
	// so that only lateness grows. 0: never rest, for who has a processor of its own.
	uint64_t rest_ns;
	uint16_t query_overhead_bytes; // of a request besides its name
	// May be NULL. Above 0 no more is sent; above 1 nothing is waited for.
	const volatile sig_atomic_t *stop_requests;
	// Called each turn; may be NULL.
	void (*on_turn)(void *context, const struct load_tally *tally, uint64_t elapsed_ns);
	void *context;
};

// Fills in ret_tally, which load_tally_init prepared. -1 and the failure when the dataplane went away.
PLX_MUST_CHECK int load_run(const struct load_engine *engine, struct query_list *queries,
			    const struct load_plan *plan, struct load_tally *ret_tally,
			    struct bench_failure *failure);
