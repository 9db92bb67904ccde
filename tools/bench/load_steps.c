// SPDX-License-Identifier: BSD-3-Clause

#include "bench/load_steps.h"

#define GROWTH 1.5
#define BACK_OFF 0.5 // while nothing was sustained yet
#define RATE_MIN_QPS 10.0
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
	*search = (struct knee_search) {.rules = *rules, .next_qps = start_qps};
}

bool knee_search_next(const struct knee_search *search, double *ret_qps)
{
	bool is_close = search->sustained_qps > 0 && search->broken_qps > 0 &&
			search->broken_qps - search->sustained_qps <=
				search->rules.precision * search->broken_qps;
	if (is_close || search->steps >= LOAD_STEPS_MAX || search->next_qps < RATE_MIN_QPS) {
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

static double rate_after(const struct knee_search *search)
{
	if (search->broken_qps == 0) {
		return search->sustained_qps * GROWTH;
	}
	if (search->sustained_qps == 0) {
		return search->broken_qps * BACK_OFF;
	}
	return (search->sustained_qps + search->broken_qps) / 2;
}

enum knee_outcome knee_search_tell(struct knee_search *search, const struct knee_step *step)
{
	enum knee_outcome outcome = judge(search, step);
	search->steps++;
	if (outcome == KNEE_SUSTAINED) {
		search->broken_tries = 0;
		if (step->rate_qps > search->sustained_qps) {
			search->sustained_qps = step->rate_qps;
		}
		if (search->reference_p99_ns == 0) {
			search->reference_p99_ns = step->p99_ns;
		}
	} else if (++search->broken_tries < KNEE_TRIES) {
		return outcome; // the same rate again
	} else {
		search->broken_tries = 0;
		search->broken_qps = step->rate_qps;
		search->broken_by = outcome;
	}
	search->next_qps = rate_after(search);
	return outcome;
}
