// SPDX-License-Identifier: BSD-3-Clause

#include "bench/load_run.h"

#include "bench/load_pacer.h"

#include <errno.h>

#define SUBMIT_BURST 256
#define COLLECT_BURST 1024
#define IDLE_TURNS 100             // that found nothing to do, before sleeping
#define BUSY_TURN 64               // moves that make a turn busy
#define RESTING_OUTSTANDING 512    // with fewer a server would run dry in a rest
#define WAIT_NS 50000000ull        // between looks at the clock and at signals
#define REST_LONGEST_NS 1000000ull // results must not fill their ring meanwhile

struct load {
	const struct load_engine *engine;
	struct query_list *queries;
	const struct load_plan *plan;
	struct load_tally *tally;
	struct load_pacer pacer;
	struct plx_job job;
	uint64_t started_ns; // engine's clock
	uint64_t now_ns;     // since then
	uint64_t answered;
	uint64_t first_pass; // of the queries
	unsigned idle_turns; // in a row
	bool is_cut_off;     // the dataplane lost look-ups
};

static uint64_t outstanding(const struct load *load)
{
	return load->tally->submitted - load->answered;
}

static void take_result(void *context, const struct plx_result *result, const uint8_t *body)
{
	(void)body;
	struct load *load = context;
	load->answered++;
	if (result->status == PLX_STATUS_LOST || result->status == PLX_STATUS_CANCELLED) {
		load->is_cut_off = true;
		return;
	}
	uint64_t decided_ns = result->time_ns - load->engine->realtime_offset_ns - load->started_ns;
	load->tally->pickup_ns +=
		load->now_ns > decided_ns ? (double)(load->now_ns - decided_ns) : 0;
	(void)load_tally_take(load->tally, result, result->tag, decided_ns);
}

static void update_time(struct load *load)
{
	load->now_ns = load->engine->monotonic_ns(load->engine->context) - load->started_ns;
}

static bool is_stopped(const struct load *load)
{
	return load->plan->stop_requests != NULL && *load->plan->stop_requests > 0;
}

// No query is due any more.
static bool is_sending_over(const struct load *load)
{
	const struct load_plan *plan = load->plan;
	return is_stopped(load) || (plan->duration_ns > 0 && load->now_ns >= plan->duration_ns) ||
	       (plan->passes_max > 0 &&
		load->queries->passes - load->first_pass >= plan->passes_max);
}

static bool submit_one(struct load *load, uint64_t intended_ns)
{
	size_t position = load->queries->position;
	uint64_t passes = load->queries->passes;
	query_list_next(load->queries, &load->job);
	load->job.tag = intended_ns;
	if (load->engine->submit(load->engine->context, &load->job) != 0) {
		load->queries->position = position; // a ring is full: later
		load->queries->passes = passes;
		return false;
	}
	load->tally->submitted++;
	load->tally->request_bytes += load->plan->query_overhead_bytes + load->job.name.length;
	load->tally->end_ns = load->now_ns;
	return true;
}

static unsigned submit_due(struct load *load)
{
	unsigned count = 0;
	bool is_open_loop = load->plan->rate_qps > 0;
	if (is_open_loop) {
		load_pacer_credit(&load->pacer, load->now_ns);
	}
	while (count < SUBMIT_BURST) {
		uint64_t intended_ns = load->now_ns;
		if (is_open_loop) {
			intended_ns = load_pacer_next_ns(&load->pacer);
			if (intended_ns > load->now_ns || !load_pacer_may_send(&load->pacer)) {
				break;
			}
		}
		if (outstanding(load) >= load->plan->outstanding_max) {
			load->tally->full_turns += is_open_loop;
			break;
		}
		if (is_sending_over(load) || !submit_one(load, intended_ns)) {
			break;
		}
		load_pacer_take(&load->pacer);
		count++;
	}
	if (count > 0) {
		load->engine->flush(load->engine->context);
	}
	return count;
}

// Sending waits for its time: not longer than results have room, and not shorter than a rest.
static void rest_until_due(const struct load *load)
{
	uint64_t next_ns = load_pacer_next_ns(&load->pacer);
	uint64_t wait_ns = next_ns > load->now_ns ? next_ns - load->now_ns : 0;
	wait_ns = wait_ns < load->plan->rest_ns ? load->plan->rest_ns : wait_ns;
	load->engine->rest(load->engine->context,
			   wait_ns < REST_LONGEST_NS ? wait_ns : REST_LONGEST_NS);
}

// Closed loop: while an eighth of the queries outstanding is answered, so that neither the server runs dry nor everybody
// is woken for each of them.
static void rest_for_answers(const struct load *load)
{
	uint64_t eighth = load->plan->outstanding_max / 8;
	uint64_t rest_ns = load->answered == 0 ? 0 : eighth * load->now_ns / load->answered;
	rest_ns = rest_ns < load->plan->rest_ns ? load->plan->rest_ns : rest_ns;
	load->engine->rest(load->engine->context,
			   rest_ns < REST_LONGEST_NS ? rest_ns : REST_LONGEST_NS);
}

static void pause_a_little(struct load *load, bool may_submit, unsigned moved)
{
	const struct load_engine *engine = load->engine;
	const struct load_plan *plan = load->plan;
	load->idle_turns = moved > 0 ? 0 : load->idle_turns + 1;
	if (plan->rest_ns == 0 && load->idle_turns < IDLE_TURNS) {
		return;
	}
	bool has_room = outstanding(load) < plan->outstanding_max;
	if (may_submit && plan->rate_qps > 0 && has_room) {
		if (moved < BUSY_TURN) {
			rest_until_due(load);
		}
	} else if (plan->outstanding_max >= RESTING_OUTSTANDING && plan->rest_ns > 0) {
		if (moved < plan->outstanding_max / 8) {
			rest_for_answers(load);
		}
	} else if (moved == 0) {
		engine->wait(engine->context, WAIT_NS);
	}
}

static int run_turns(struct load *load, struct bench_failure *failure)
{
	const struct load_engine *engine = load->engine;
	const struct load_plan *plan = load->plan;
	uint64_t over_ns = 0; // when sending ended
	for (;;) {
		update_time(load);
		bool is_over = is_sending_over(load);
		unsigned moved = engine->collect(engine->context, COLLECT_BURST, take_result, load);
		moved += is_over ? 0 : submit_due(load);
		if (load->is_cut_off ||
		    !engine->is_up(engine->context, load->started_ns + load->now_ns)) {
			return bench_fail(failure, BENCH_EXIT_UNREACHABLE,
					  "the dataplane went away in the middle of the run");
		}
		if (plan->on_turn != NULL) {
			plan->on_turn(plan->context, load->tally, load->now_ns);
		}
		if (is_over) {
			over_ns = over_ns == 0 ? load->now_ns : over_ns;
			bool is_late = load->now_ns - over_ns >
				       plan->timeout_ms * 1000000ull + LOAD_DRAIN_NS;
			bool is_urgent = is_stopped(load) && *plan->stop_requests > 1;
			if (outstanding(load) == 0 || is_late || is_urgent) {
				return 0;
			}
		}
		pause_a_little(load, !is_over, moved);
	}
}

int load_run(const struct load_engine *engine, struct query_list *queries,
	     const struct load_plan *plan, struct load_tally *ret_tally,
	     struct bench_failure *failure)
{
	struct load load = {
		.engine = engine,
		.queries = queries,
		.plan = plan,
		.tally = ret_tally,
		.first_pass = queries->passes,
		.started_ns = engine->monotonic_ns(engine->context),
		.job =
			{
				.kind = PLX_JOB_LOOKUP,
				.flags = plan->job_flags,
				.resolution = PLX_RESOLUTION_STUB,
				.attempts = plan->attempts,
				.timeout_ms = plan->timeout_ms,
			},
	};
	if (plan->rate_qps > 0) {
		load.pacer = load_pacer_init(plan->rate_qps);
	}
	int error = run_turns(&load, failure);
	ret_tally->interrupted = outstanding(&load);
	ret_tally->sent += outstanding(&load);
	ret_tally->planned = ret_tally->submitted;
	if (plan->rate_qps > 0 && plan->duration_ns > 0 && plan->passes_max == 0 &&
	    !is_stopped(&load)) {
		ret_tally->planned = load_pacer_planned(&load.pacer, plan->duration_ns);
	}
	return error;
}
