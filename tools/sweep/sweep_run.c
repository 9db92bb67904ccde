// SPDX-License-Identifier: BSD-3-Clause
// The loop: submit, collect, write, and rest when there is little to do.

#include "sweep/sweep.h"

#include <inttypes.h>
#include <stdio.h>

#define SUBMIT_BURST 512
#define COLLECT_BURST 1024
// A turn that moved less than this rests: on a machine where the dataplane shares our processor, waking for each
// result costs both of us more than a thousandth of a second's delay costs anyone.
#define BUSY_TURN 256
#define WAIT_MS 100
#define WAIT_SHORT_MS 10 // while a pipe may bring lines, or a ring was full
#define HAND_OVER_NS 200000000u
#define STOP_PATIENCE_NS 10000000000u

static bool is_stop_requested(const struct sweep *sweep)
{
	return sweep->config->stop_requests != NULL && *sweep->config->stop_requests > 0;
}

static void update_time(struct sweep *sweep)
{
	sweep->now_ns = sweep->engine->monotonic_ns(sweep->engine->context);
	sweep->tally.runtime_ms =
		sweep->runtime_before_ms + (sweep->now_ns - sweep->started_ns) / 1000000;
}

static void look_at_dataplane(struct sweep *sweep)
{
	const struct sweep_engine *engine = sweep->engine;
	bool is_responding = engine->is_responding(engine->context, sweep->now_ns);
	sweep->is_up = is_responding && engine->is_attached(engine->context);
}

// False when the dataplane has been away, hanging or draining for longer than we wait.
static bool watch_dataplane(struct sweep *sweep)
{
	if (sweep->is_up && sweep->drained_ns == 0) {
		if (sweep->down_since_ns != 0) {
			sweep_notice(sweep, "the dataplane is back: going on");
		}
		sweep->down_since_ns = 0;
		return true;
	}
	if (sweep->down_since_ns == 0) {
		sweep->down_since_ns = sweep->now_ns;
		if (!sweep->engine->is_attached(sweep->engine->context)) {
			sweep_notice(sweep,
				     "the dataplane is gone: its look-ups will be asked again "
				     "when it is back");
		} else if (!sweep->is_up) {
			sweep_notice(sweep,
				     "the dataplane does not respond: its look-ups will be asked "
				     "again when it does");
		}
	}
	return sweep->now_ns - sweep->down_since_ns < sweep->config->reconnect_timeout_ns;
}

static void wait_for_something(struct sweep *sweep)
{
	const struct sweep_engine *engine = sweep->engine;
	uint64_t delay_ns = rate_pacer_delay(&sweep->pacer, sweep->now_ns);
	int timeout_ms = WAIT_MS;
	if (sweep->items.open_count == 0 && sweep->input_is_dry) {
		input_stream_wait(sweep->stream, WAIT_MS);
		return;
	}
	bool is_ring_full = sweep->items.waiting_count > 0 && sweep->down_since_ns == 0;
	if (sweep->input_is_dry || is_ring_full) {
		timeout_ms = WAIT_SHORT_MS;
	}
	if (delay_ns > 0 && delay_ns < (uint64_t)timeout_ms * 1000000) {
		timeout_ms = (int)(delay_ns / 1000000) + 1;
	}
	engine->wait(engine->context, timeout_ms);
}

// Lines that wait too long are written; the counts of those written before come back with that.
static void hand_over_when_old(struct sweep *sweep)
{
	if (sweep->output.unwritten == 0) {
		sweep->handed_over_ns = sweep->now_ns;
	} else if ((sweep->now_ns - sweep->handed_over_ns >= HAND_OVER_NS ||
		    output_writer_has_failed(&sweep->output)) &&
		   !sweep->is_broken) {
		sweep->is_broken = output_writer_hand_over(&sweep->output, sweep->failure) != 0;
		sweep->handed_over_ns = sweep->now_ns;
	}
}

// One turn; how many look-ups moved.
static unsigned run_turn(struct sweep *sweep, bool may_submit)
{
	const struct sweep_engine *engine = sweep->engine;
	update_time(sweep);
	look_at_dataplane(sweep);
	sweep->input_is_dry = false;
	unsigned moved = may_submit ? sweep_intake(sweep, SUBMIT_BURST) : 0;
	if (!sweep->is_broken) {
		moved += engine->collect(engine->context, COLLECT_BURST, sweep_take_result, sweep);
	}
	hand_over_when_old(sweep);
	sweep_checkpoint_due(sweep);
	if (sweep->config->on_turn != NULL) {
		sweep->config->on_turn(sweep->config->callback_context, sweep, sweep->now_ns);
	}
	bool is_cut_short = may_submit && sweep->reading_left <= 0; // the next lines are there
	if (is_cut_short) {
		return moved;
	}
	if (moved == 0) {
		wait_for_something(sweep);
	} else if (moved < BUSY_TURN && open_items_asked_count(&sweep->items) > 0) {
		engine->rest(engine->context);
	}
	return moved;
}

// What is with the dataplane may still come back: for a while, or until asked to stop again.
static void finish_asked(struct sweep *sweep)
{
	uint64_t deadline_ns = sweep->now_ns + STOP_PATIENCE_NS;
	while (open_items_asked_count(&sweep->items) > 0 && !sweep->is_broken &&
	       sweep->now_ns < deadline_ns && *sweep->config->stop_requests < 2 &&
	       sweep->engine->is_attached(sweep->engine->context)) {
		run_turn(sweep, false);
	}
}

static int end_early(struct sweep *sweep, enum sweep_exit status, const char *reason)
{
	if (sweep_checkpoint_final(sweep, false) != 0) {
		return -1;
	}
	return sweep_fail(sweep->failure, status, "%s after %" PRIu64 " output lines%s", reason,
			  sweep->tally.results,
			  sweep->config->checkpoint_path != NULL
				  ? ": go on with the same command and --resume"
				  : ": the rest is lost without --checkpoint");
}

int sweep_run(struct sweep *sweep)
{
	const struct sweep_config *config = sweep->config;
	sweep->started_ns = sweep->engine->monotonic_ns(sweep->engine->context);
	update_time(sweep);
	sweep->checkpointed_ns = sweep->now_ns;
	sweep->handed_over_ns = sweep->now_ns;
	rate_pacer_init(&sweep->pacer, config->rate, sweep->now_ns);
	while (!sweep->input_ended || sweep->items.open_count > 0) {
		run_turn(sweep, true);
		if (sweep->is_broken) {
			return -1; // the last checkpoint that was made counts
		}
		if (is_stop_requested(sweep)) {
			finish_asked(sweep);
			if (sweep->is_broken) {
				return -1;
			}
			return end_early(sweep, SWEEP_EXIT_INTERRUPTED, "interrupted");
		}
		if (!watch_dataplane(sweep)) {
			return end_early(sweep, SWEEP_EXIT_UNREACHABLE,
					 "the dataplane did not come back");
		}
	}
	update_time(sweep);
	if (sweep_checkpoint_final(sweep, !sweep->input_failed) != 0) {
		return -1;
	}
	if (sweep->input_failed) {
		*sweep->failure = sweep->input_failure;
		return -1;
	}
	return 0;
}
