// SPDX-License-Identifier: BSD-3-Clause

#include "bench/load_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STRIDE_FIRST 16.0 // times the finest
#define STRIDE_NEAR 2.0   // the same, once it was the finest
#define BACK_OFF 0.5      // while nothing was sustained yet
#define RATE_MIN_QPS 10.0
#define SAME_WAY_MAX 3  // rates, before the stride grows
#define SAME_WAY_LOST 5 // before it may grow as far as it began
#define ROUNDING 1e-9

double load_ramp_rate(const struct load_ramp *ramp, unsigned index)
{
	double rate = ramp->from_qps + ramp->step_qps * index;
	double end = ramp->to_qps * (1 + ROUNDING);
	return rate <= end && index < LOAD_STEPS_MAX ? rate : 0;
}

const char *knee_outcome_name(enum knee_outcome outcome)
{
	switch (outcome) {
	case KNEE_NOT_JUDGED:
		return "not judged";
	case KNEE_SUSTAINED:
		return "sustained";
	case KNEE_LOSS:
		return "loss";
	case KNEE_LATENCY:
		return "latency";
	case KNEE_GENERATOR:
		return "generator";
	}
	return "unknown";
}

void knee_search_init(struct knee_search *search, const struct knee_rules *rules, double start_qps)
{
	*search = (struct knee_search) {
		.rules = *rules,
		.next_qps = start_qps,
		.stride = rules->precision * STRIDE_FIRST,
	};
}

bool knee_search_next(const struct knee_search *search, double *ret_qps)
{
	if (search->turn_count == KNEE_TURNS || search->steps >= KNEE_STEPS_MAX ||
	    search->next_qps < RATE_MIN_QPS) {
		return false;
	}
	*ret_qps = search->next_qps;
	return true;
}

static enum knee_outcome judge(const struct knee_search *search, const struct knee_step *step)
{
	const struct knee_rules *rules = &search->rules;
	if (step->loss > rules->loss_max) {
		return KNEE_LOSS; // lost queries keep their places until they are given up, which may cause a shortfall
	}
	if (step->shortfall > rules->shortfall_max) {
		return KNEE_GENERATOR;
	}
	double limit_ns = rules->latency_growth * search->reference_p99_ns;
	if (limit_ns < rules->latency_floor_ns) {
		limit_ns = rules->latency_floor_ns;
	}
	return step->p99_ns > limit_ns && search->reference_p99_ns > 0 ? KNEE_LATENCY
								       : KNEE_SUSTAINED;
}

// The last rate and the one before it lie beside a turn.
static void turn(struct knee_search *search)
{
	if (search->is_near && search->turn_count < KNEE_TURNS) {
		search->turns[search->turn_count++] = search->coarse;
	}
	search->stride /= 2;
	if (search->stride <= search->rules.precision * 1.01) {
		search->stride = search->rules.precision;
		search->is_near = true;
	}
}

static void change_stride(struct knee_search *search, bool is_sustained)
{
	bool has_both = search->coarse.sustained_qps > 0 && search->broken_qps > 0;
	bool is_turn = search->same_way > 0 && is_sustained != search->was_sustained;
	search->same_way = is_turn ? 1 : search->same_way + 1;
	search->was_sustained = is_sustained;
	if (search->same_way > SAME_WAY_LOST) {
		search->is_near = false;
		search->turn_count = 0;
	}
	double most = search->is_near ? STRIDE_NEAR : STRIDE_FIRST;
	if (is_turn) {
		turn(search);
	} else if (has_both && search->same_way > SAME_WAY_MAX &&
		   search->stride < search->rules.precision * most) {
		search->stride *= 2;
	}
}

enum knee_outcome knee_search_tell(struct knee_search *search, const struct knee_step *step)
{
	enum knee_outcome outcome = judge(search, step);
	bool is_sustained = outcome == KNEE_SUSTAINED;
	unsigned index = search->steps++;
	if (!is_sustained && ++search->broken_tries < KNEE_TRIES) {
		return outcome; // the same rate again
	}
	search->broken_tries = 0;
	if (is_sustained) {
		search->coarse.sustained_qps = step->rate_qps;
		search->coarse.sustained_step = index;
	} else {
		search->coarse.broken_step = index;
		search->coarse.broken_by = outcome;
		search->broken_qps = step->rate_qps;
	}
	if (is_sustained && search->reference_p99_ns == 0) {
		search->reference_p99_ns = step->p99_ns;
	}
	change_stride(search, is_sustained);
	double factor = exp(is_sustained ? search->stride : -search->stride);
	if (search->coarse.sustained_qps == 0) {
		factor = BACK_OFF;
	}
	search->next_qps = step->rate_qps * factor;
	return outcome;
}

static int compare_turns(const void *left, const void *right)
{
	double a = ((const struct knee_turn *)left)->sustained_qps;
	double b = ((const struct knee_turn *)right)->sustained_qps;
	return (a > b) - (a < b);
}

void knee_search_result(const struct knee_search *search, struct knee_result *ret_result)
{
	struct knee_turn turns[KNEE_TURNS] = {search->coarse};
	unsigned count = search->turn_count;
	if (count == 0) {
		count = 1; // the search ended early: what it knew then
	} else {
		memcpy(turns, search->turns, count * sizeof(turns[0]));
	}
	qsort(turns, count, sizeof(turns[0]), compare_turns);
	unsigned by_generator = 0;
	enum knee_outcome by_server = KNEE_NOT_JUDGED;
	for (unsigned i = 0; i < count; i++) {
		bool is_generator = turns[i].broken_by == KNEE_GENERATOR;
		by_generator += is_generator;
		by_server = is_generator ? by_server : turns[i].broken_by;
	}
	const struct knee_turn *middle = &turns[(count - 1) / 2];
	*ret_result = (struct knee_result) {
		.sustained_qps = middle->sustained_qps,
		.low_qps = turns[0].sustained_qps,
		.high_qps = turns[count - 1].sustained_qps,
		.sustained_step = middle->sustained_step,
		.broken_step = middle->broken_step,
		.is_settled = search->turn_count == KNEE_TURNS,
		.broken_by = 2 * by_generator > count ? KNEE_GENERATOR : by_server,
	};
}
