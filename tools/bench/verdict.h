// SPDX-License-Identifier: BSD-3-Clause
// What a run was bound by. The rules, the first that fits:
//
//   nic-drop         the drivers counted drops for more than VERDICT_LOSS of the queries, and for at least half of those lost
//   wire-bound       the busier direction carried at least VERDICT_WIRE of the link's rate, as the driver tells it
//   generator-bound  the load was not put on as meant: an open loop sent less than planned (VERDICT_SHORTFALL) or sent it late
//                    (a mean lag over half of the mean latency and VERDICT_LAG_NS), in a closed loop more than half of a
//                    query's life was spent in this program and its rings, or the workers were busy all the time
//                    (VERDICT_BUSY) with full bursts (VERDICT_BATCH); unless what held it back was that as many
//                    queries were unanswered as may be
//   server-bound     more than VERDICT_LOSS was lost, or places for outstanding queries were what was scarce
//   rate-limited     none of these: the rate that was asked for is what was measured
//
// Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>

#define VERDICT_LOSS 0.001
#define VERDICT_WIRE 0.95
#define VERDICT_SHORTFALL 0.02
#define VERDICT_LAG_NS 1000000.0
#define VERDICT_BUSY 0.9
#define VERDICT_BATCH                                                                              \
	16.0 // packets in a busy turn, of at most 64: more were waiting than one at a time

enum bench_verdict {
	BENCH_VERDICT_NOT_EVALUATED = 0,
	BENCH_VERDICT_GENERATOR_BOUND,
	BENCH_VERDICT_WIRE_BOUND,
	BENCH_VERDICT_NIC_DROP,
	BENCH_VERDICT_SERVER_BOUND,
	BENCH_VERDICT_RATE_LIMITED,
};

struct verdict_facts {
	bool is_open_loop;
	bool was_full;  // queries waited because as many were unanswered as may be
	double planned; // queries
	double sent;
	double lost;
	double nic_drops;   // packets
	double wire_share;  // of the link's rate; 0: unknown
	double latency_ns;  // mean
	double lag_ns;      // mean, from the intended time to the real one
	double pickup_ns;   // mean, of answers that waited to be read by this program
	double worker_busy; // 0 to 1
	double batch;       // packets received in a busy turn, mean
};

PLX_PURE enum bench_verdict verdict_of(const struct verdict_facts *facts);
// "generator-bound" and so on, as in JSON.
const char *bench_verdict_name(enum bench_verdict verdict);
const char *bench_verdict_text(enum bench_verdict verdict); // one sentence
