// SPDX-License-Identifier: BSD-3-Clause
// What parallax-bench was asked to do, from the first load to the last, and what came of it.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/bench_options.h"
#include "bench/bench_point.h"
#include "bench/bench_session.h"
#include "bench/query_list.h"

#include <stdbool.h>

// Of the load of each step of a ramp or a search, before it is measured.
#define BENCH_WARM_UP_NS 300000000ull

#define BENCH_REST_NS 50000ull // unless --poll-mode

struct bench_run {
	const struct bench_options *options;
	const char *command; // as typed
	struct bench_session *session;
	struct query_list queries;
	struct bench_point points[LOAD_STEPS_MAX];
	unsigned point_count;
	unsigned best;           // the point that speaks for all
	double ceiling_pps;      // self-test: of a bare echo
	struct knee_result knee; // find-max
	bool is_interrupted;
	// Called each turn of a load; may be NULL.
	void (*on_turn)(void *context, const struct load_tally *tally, uint64_t elapsed_ns);
	void *context;
	// Called when a step of several is over; may be NULL.
	void (*on_step)(void *context, const struct bench_point *point);
};

// Runs everything. The points that were measured before a failure are there all the same.
PLX_MUST_CHECK int bench_run(struct bench_run *run, struct bench_failure *failure);
void bench_run_free(struct bench_run *run);
