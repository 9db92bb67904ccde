// SPDX-License-Identifier: BSD-3-Clause
// Loads in steps: a ramp, and the search for the knee, the highest rate that a server sustains, each step an open loop of its own
// with a warm-up before and its last answers waited for behind it.
//
// The search goes up from a rate that was sustained and down from one that broke a rule twice: what disturbs a step from
// outside only ever makes it worse. Where it turns, its stride is halved, until it is the precision; where it goes the same
// way for a fourth time, the stride is doubled (PEST, Taylor and Creelman 1967). So no step is the last word on a rate: what
// was lucky or disturbed is corrected by what follows, and a server that changed is followed. Once the stride was the finest,
// it is at most doubled, and turns count; the median of KNEE_TURNS is the knee. Who goes the same way for very long forgets
// them and begins anew. Pure.

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
	0.02                // part of the planned queries that the generator did not send in time
#define KNEE_PRECISION 0.02 // the finest stride
#define KNEE_TURNS 13       // near the knee, of which the median is told: odd
#define KNEE_TRIES 2        // of a rate that broke a rule
#define KNEE_STEPS_MAX 60   // a search that does not settle ends
#define KNEE_WINDOW_QUERIES                                                                        \
	1000u // in a window that is judged: a lost one is no more than KNEE_LOSS_MAX

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
	double loss;      // part of those sent, in the middle window
	double shortfall; // part of those planned
	double p99_ns;    // of the middle window
};

enum knee_outcome {
	KNEE_NOT_JUDGED = 0,
	KNEE_SUSTAINED,
	KNEE_LOSS,
	KNEE_LATENCY,
	KNEE_GENERATOR, // the load was not put on: says nothing about the server
};
const char *knee_outcome_name(enum knee_outcome outcome);

// Two steps side by side, of which one was sustained and the other not.
struct knee_turn {
	double sustained_qps;
	unsigned sustained_step; // counted from 0
	unsigned broken_step;
	enum knee_outcome broken_by;
};

struct knee_search {
	struct knee_rules rules;
	double next_qps;
	double reference_p99_ns; // of the first step that was sustained
	bool is_near;            // the stride was the finest: turns count
	double stride;           // logarithm of the factor between rates
	unsigned same_way;       // rates in a row with the same end
	unsigned broken_tries;   // of this rate
	bool was_sustained;      // the last rate
	unsigned steps;
	unsigned turn_count; // near the knee
	struct knee_turn turns[KNEE_TURNS];
	struct knee_turn
		coarse; // the last turn, or what there is of it: the best step, the least that broke
	double broken_qps; // of `coarse`; 0: nothing broke yet
};

struct knee_result {
	double sustained_qps; // 0: nothing was sustained
	double low_qps;       // of the turns
	double high_qps;
	unsigned sustained_step; // that had this rate
	unsigned broken_step;    // beside it
	bool is_settled;         // there were KNEE_TURNS turns
	// What most turns broke by; KNEE_NOT_JUDGED: nothing broke.
	enum knee_outcome broken_by;
};

// `start_qps`: a rate that should be easy.
void knee_search_init(struct knee_search *search, const struct knee_rules *rules, double start_qps);
// The rate to try next; false when the search is over.
bool knee_search_next(const struct knee_search *search, double *ret_qps);
// What came of it.
enum knee_outcome knee_search_tell(struct knee_search *search, const struct knee_step *step);
void knee_search_result(const struct knee_search *search, struct knee_result *ret_result);
