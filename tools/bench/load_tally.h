// SPDX-License-Identifier: BSD-3-Clause
// What became of the queries of one run.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/result.h>

#include "bench/latency_histogram.h"
#include "bench/load_series.h"

#define LOAD_RCODES 24 // 0 to 23 are assigned or close to it; larger ones count as the last

struct load_tally {
	uint64_t planned;   // open loop: meant to be sent before the end
	uint64_t submitted; // given to the dataplane
	uint64_t sent;      // that left it
	uint64_t completed;
	uint64_t truncated; // of those completed
	uint64_t lost;
	uint64_t interrupted; // unanswered, and not waited for
	uint64_t full_turns;  // looks that found queries due and no place for them
	uint64_t request_bytes;
	uint64_t response_bytes;
	uint64_t end_ns; // of the last thing that happened
	uint64_t rcodes[LOAD_RCODES];
	struct latency_histogram *latency;
	struct latency_histogram *lag; // from the intended to the real time of sending
	struct latency_histogram *by_rcode[LOAD_RCODES]; // NULL until there is one
	double pickup_ns;                                // sum: results that waited to be read
	struct load_series series;
};

// -ENOMEM.
PLX_MUST_CHECK int load_tally_init(struct load_tally *tally, uint64_t expected_ns);
void load_tally_free(struct load_tally *tally);
// One result; `done_ns` and `intended_ns` count from the start of the run. False when memory is short: the histogram of a
// new RCODE is then left out.
bool load_tally_take(struct load_tally *tally, const struct plx_result *result,
		     uint64_t intended_ns, uint64_t done_ns);
// Completed per second, over the time to the last thing that happened.
PLX_PURE double load_tally_qps(const struct load_tally *tally);
PLX_PURE double load_tally_loss(const struct load_tally *tally); // 0 to 1, of those sent
