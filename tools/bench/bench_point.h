// SPDX-License-Identifier: BSD-3-Clause
// One load and all that was measured about it: a whole run, or a step of a ramp or a search.

#pragma once

#include "bench/dataplane_reading.h"
#include "bench/load_run.h"
#include "bench/load_steps.h"
#include "bench/verdict.h"

struct bench_point {
	double offered_qps; // 0: closed loop
	struct load_tally tally;
	struct dataplane_reading reading; // between the ends of the run
	struct json_t *ports_before;      // own reference; may be NULL
	uint64_t client_cpu_ns;           // of this program's thread, for the load
	enum bench_verdict verdict;
	enum knee_outcome outcome; // of a step of a search
	struct load_middle middle; // that it was judged by
};

// Fills in the verdict from the rest.
void bench_point_judge(struct bench_point *point);
PLX_PURE double bench_point_cycles_per_query(const struct bench_point *point); // 0: unknown
PLX_PURE double bench_point_client_ns_per_query(const struct bench_point *point);
PLX_PURE double bench_point_worker_busy(const struct bench_point *point); // 0 to 1
// Packets received in one turn of a worker that had something to do.
PLX_PURE double bench_point_packets_per_turn(const struct bench_point *point);
// Part of the planned queries that were not sent.
PLX_PURE double bench_point_shortfall(const struct bench_point *point);
void bench_point_free(struct bench_point *point);
