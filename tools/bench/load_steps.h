// SPDX-License-Identifier: BSD-3-Clause
// Loads in steps: a ramp, and the search for the knee, the highest rate that a server sustains. The search raises the rate
// until a step breaks a rule, then halves the gap between the best and the worst step, each step an open loop of its own
// with a warm-up before and its last answers waited for behind it. A step that broke a rule is tried KNEE_TRIES times in
// all: what disturbs a step from outside only ever makes it worse, and would end the search below the knee. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

#define LOAD_STEPS_MAX 64 // of a ramp or a search

struct load_ramp {
	double from_qps;
	double to_qps;
	double step_qps;
};

// The rate of step `index`, up to and including to_qps; 0 behind the last one.
PLX_PURE double load_ramp_rate(const struct load_ramp *ramp, unsigned index);

// What a step may show at most and still count as sustained.
#define KNEE_LOSS_MAX 0.001              // part of the queries
#define KNEE_LATENCY_GROWTH 10.0         // times the p99 of the first step
#define KNEE_LATENCY_FLOOR_NS 10000000.0 // a p99 below this is never too much
#define KNEE_SHORTFALL_MAX                                                                         \
	0.02 // part of the planned queries that the generator did not send in time
#define KNEE_TRIES 3
#define KNEE_PRECISION 0.02 // the search ends when best and worst are as near

struct knee_rules {
	double loss_max;
	double latency_growth;
	double latency_floor_ns;
	double shortfall_max;
	double precision;
};

#define KNEE_RULES_DEFAULT                                                                         \
	((struct knee_rules) {                                                                     \
		.loss_max = KNEE_LOSS_MAX,                                                         \
		.latency_growth = KNEE_LATENCY_GROWTH,                                             \
		.latency_floor_ns = KNEE_LATENCY_FLOOR_NS,                                         \
		.shortfall_max = KNEE_SHORTFALL_MAX,                                               \
		.precision = KNEE_PRECISION,                                                       \
	})

struct knee_step {
	double rate_qps;
	double loss;      // part of those sent
	double shortfall; // part of those planned
	double p99_ns;
};

enum knee_outcome {
	KNEE_NOT_JUDGED = 0,
	KNEE_SUSTAINED,
	KNEE_LOSS,
	KNEE_LATENCY,
	KNEE_GENERATOR, // the load was not put on: says nothing about the server
};
const char *knee_outcome_name(enum knee_outcome outcome);

struct knee_search {
	struct knee_rules rules;
	double sustained_qps; // the best step; 0: none yet
	double broken_qps;    // the least that broke a rule; 0: none yet
	double next_qps;
	double reference_p99_ns; // of the first step that was sustained
	enum knee_outcome broken_by;
	unsigned steps;
	unsigned broken_tries; // of this rate
};

// `start_qps`: a rate that should be easy.
void knee_search_init(struct knee_search *search, const struct knee_rules *rules, double start_qps);
// The rate to try next; false when the search is over.
bool knee_search_next(const struct knee_search *search, double *ret_qps);
// What came of it.
enum knee_outcome knee_search_tell(struct knee_search *search, const struct knee_step *step);
