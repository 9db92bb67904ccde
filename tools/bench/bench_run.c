// SPDX-License-Identifier: BSD-3-Clause

#include "bench/bench_run.h"

#define QUERY_FIXED_BYTES 16 // header, type and class
#define QUERY_EDNS_BYTES 11
#define SCOUT_NS 1000000000ull // closed loop that a search starts from
#define SCOUT_OUTSTANDING 64
#define SCOUT_PART 0.5
#define WARM_UP_TIMEOUT_MS 250u // a step that loses much is not waited for twice

static struct load_plan plan_of(const struct bench_run *run)
{
	const struct bench_options *options = run->options;
	return (struct load_plan) {
		.rate_qps = options->rate_qps,
		.outstanding_max = options->outstanding_max,
		.duration_ns = options->duration_ns,
		.passes_max = options->passes_max,
		.timeout_ms = options->timeout_ms,
		.job_flags = PLX_JOB_BENCHMARK,
		.attempts = 1,
		.rest_ns = options->is_poll_mode ? 0 : BENCH_REST_NS,
		.query_overhead_bytes =
			(uint16_t)(QUERY_FIXED_BYTES + (options->edns ? QUERY_EDNS_BYTES : 0)),
		.stop_requests = run->session->stop_requests,
		.on_turn = run->on_turn,
		.context = run->context,
	};
}

static bool is_stopped(const struct bench_run *run)
{
	return *run->session->stop_requests > 0;
}

static int measure(struct bench_run *run, const struct load_plan *plan,
		   struct bench_failure *failure)
{
	struct bench_point *point = &run->points[run->point_count++];
	int error = bench_session_measure(run->session, &run->queries, plan, point, failure);
	run->is_interrupted |= is_stopped(run);
	return error;
}

// A load that nobody looks at.
static int warm_up(struct bench_run *run, const struct load_plan *plan,
		   struct bench_failure *failure)
{
	struct load_plan short_plan = *plan;
	struct bench_point ignored;
	short_plan.duration_ns = BENCH_WARM_UP_NS;
	short_plan.on_turn = NULL;
	if (short_plan.timeout_ms > WARM_UP_TIMEOUT_MS) {
		short_plan.timeout_ms = WARM_UP_TIMEOUT_MS;
	}
	int error =
		bench_session_measure(run->session, &run->queries, &short_plan, &ignored, failure);
	bench_point_free(&ignored);
	return error;
}

static int measure_step(struct bench_run *run, double rate_qps, struct bench_failure *failure)
{
	struct load_plan plan = plan_of(run);
	plan.rate_qps = rate_qps;
	plan.duration_ns = run->options->step_ns;
	plan.passes_max = 0;
	if (warm_up(run, &plan, failure) != 0 || measure(run, &plan, failure) != 0) {
		return -1;
	}
	return 0;
}

static void tell_step(struct bench_run *run)
{
	if (run->on_step != NULL && !run->is_interrupted) {
		run->on_step(run->context, &run->points[run->point_count - 1]);
	}
}

static int run_ramp(struct bench_run *run, struct bench_failure *failure)
{
	for (unsigned i = 0; !is_stopped(run); i++) {
		double rate_qps = load_ramp_rate(&run->options->ramp, i);
		if (rate_qps <= 0) {
			break;
		}
		if (measure_step(run, rate_qps, failure) != 0) {
			return -1;
		}
		tell_step(run);
		if (load_tally_qps(&run->points[i].tally) >
		    load_tally_qps(&run->points[run->best].tally)) {
			run->best = i;
		}
	}
	return 0;
}

// A closed loop never asks for more than the server gives: half of its rate is a place to start from.
static int scout(struct bench_run *run, double *ret_qps, struct bench_failure *failure)
{
	struct load_plan plan = plan_of(run);
	struct bench_point point;
	plan.rate_qps = 0;
	plan.outstanding_max = SCOUT_OUTSTANDING;
	plan.duration_ns = SCOUT_NS;
	plan.passes_max = 0;
	int error = bench_session_measure(run->session, &run->queries, &plan, &point, failure);
	double qps = load_tally_qps(&point.tally);
	bench_point_free(&point);
	if (error == 0 && qps <= 0) {
		return bench_fail(failure, BENCH_EXIT_UNREACHABLE,
				  "the server answers nothing: there is no rate to look for");
	}
	*ret_qps = qps * SCOUT_PART;
	return error;
}

// What broke the steps above the knee. Only drops of our own port and a full link excuse the server from losses.
static enum bench_verdict knee_verdict(enum knee_outcome broken_by, enum bench_verdict of_step)
{
	if (broken_by == KNEE_GENERATOR) {
		return BENCH_VERDICT_GENERATOR_BOUND;
	}
	bool is_excused = of_step == BENCH_VERDICT_NIC_DROP || of_step == BENCH_VERDICT_WIRE_BOUND;
	return is_excused ? of_step : BENCH_VERDICT_SERVER_BOUND;
}

static enum knee_outcome judge_step(struct knee_search *search, struct bench_point *point,
				    uint64_t step_ns)
{
	const struct load_tally *tally = &point->tally;
	load_series_middle(&tally->series, step_ns, KNEE_WINDOW_QUERIES, &point->middle);
	const struct knee_step step = {
		.rate_qps = point->offered_qps,
		.loss = point->middle.loss,
		.shortfall = bench_point_shortfall(point),
		.p99_ns = (double)point->middle.p99_ns,
	};
	return knee_search_tell(search, &step);
}

static int run_find_max(struct bench_run *run, struct bench_failure *failure)
{
	double rate_qps;
	struct knee_search search;
	if (scout(run, &rate_qps, failure) != 0) {
		return -1;
	}
	knee_search_init(&search, &run->options->rules, rate_qps);
	while (!is_stopped(run) && knee_search_next(&search, &rate_qps)) {
		if (measure_step(run, rate_qps, failure) != 0) {
			return -1;
		}
		if (run->is_interrupted) {
			break;
		}
		struct bench_point *point = &run->points[run->point_count - 1];
		point->outcome = judge_step(&search, point, run->options->step_ns);
		tell_step(run);
	}
	knee_search_result(&search, &run->knee);
	run->best = run->knee.sustained_step;
	if (run->knee.broken_by != KNEE_NOT_JUDGED) {
		enum bench_verdict of_step = run->points[run->knee.broken_step].verdict;
		run->points[run->best].verdict = knee_verdict(run->knee.broken_by, of_step);
	}
	return 0;
}

int bench_run(struct bench_run *run, struct bench_failure *failure)
{
	switch (run->options->mode) {
	case BENCH_MODE_RAMP:
		return run_ramp(run, failure);
	case BENCH_MODE_FIND_MAX:
		return run_find_max(run, failure);
	case BENCH_MODE_PLAIN:
	case BENCH_MODE_SELF_TEST:
		break;
	}
	const struct load_plan plan = plan_of(run);
	return measure(run, &plan, failure);
}

void bench_run_free(struct bench_run *run)
{
	for (unsigned i = 0; i < run->point_count; i++) {
		bench_point_free(&run->points[i]);
	}
	run->point_count = 0;
	query_list_free(&run->queries);
}
