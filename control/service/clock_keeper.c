// SPDX-License-Identifier: BSD-3-Clause

#include "service/clock_keeper.h"

#include <parallax/base/log_line.h>

#include "service/service_context.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>

#define NS_PER_MS 1000000
#define NS_PER_US 1000

struct clock_keeper {
	struct clock_keeper_config config;
	struct clock_watch *watch;
	const char *actor; // who confirms right now; NULL: the guard acts by itself
};

static void record(const struct clock_keeper *keeper, const struct clock_change *change)
{
	const struct clock_guard *guard = clock_watch_guard(keeper->watch);
	service_record(keeper->config.service, AUDIT_KIND_CLOCK,
		       json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "from",
				 clock_state_name(change->from), "to", clock_state_name(change->to),
				 "actor", keeper->actor != NULL ? keeper->actor : "parallaxd",
				 "step_us", (json_int_t)(change->step_ns / NS_PER_US), "total_us",
				 (json_int_t)(change->total_ns / NS_PER_US), "steps",
				 (json_int_t)guard->counters.steps));
}

static void log_change(const struct clock_keeper *keeper, const struct clock_change *change)
{
	const struct clock_guard *guard = clock_watch_guard(keeper->watch);
	bool is_believed = change->to == CLOCK_STATE_OK;
	struct plx_log_line line;
	plx_log_begin(&line, keeper->config.service->logs_json,
		      is_believed ? PLX_LOG_LEVEL_NOTICE : PLX_LOG_LEVEL_ERROR, "clock");
	plx_log_text(&line, "from", clock_state_name(change->from));
	plx_log_text(&line, "to", clock_state_name(change->to));
	plx_log_number(&line, "step_ms", change->step_ns / NS_PER_MS);
	plx_log_number(&line, "total_ms", change->total_ns / NS_PER_MS);
	plx_log_number(&line, "steps", (int64_t)guard->counters.steps);
	plx_log_text(&line, "decisions", is_believed ? "released" : "held back");
	plx_log_end(&line);
}

static void on_change(void *context, const struct clock_change *change)
{
	struct clock_keeper *keeper = context;
	log_change(keeper, change);
	record(keeper, change);
	if (change->to != CLOCK_STATE_OK && keeper->config.service->orders != NULL) {
		order_table_note_clock(keeper->config.service->orders);
	}
}

static void on_sync(void *context, enum clock_sync from, enum clock_sync to)
{
	const struct clock_keeper *keeper = context;
	struct plx_log_line line;
	plx_log_begin(&line, keeper->config.service->logs_json,
		      to == CLOCK_SYNC_NO ? PLX_LOG_LEVEL_WARNING : PLX_LOG_LEVEL_NOTICE,
		      "clock_sync");
	plx_log_text(&line, "from", clock_sync_name(from));
	plx_log_text(&line, "to", clock_sync_name(to));
	plx_log_end(&line);
}

static void read_clocks(void *context, struct clock_reading *ret_reading)
{
	const struct clock_keeper *keeper = context;
	if (keeper->config.read != NULL) {
		keeper->config.read(keeper->config.read_context, ret_reading);
	} else {
		clock_reading_take(ret_reading);
	}
}

int clock_keeper_open(const struct clock_keeper_config *config, struct clock_keeper **ret_keeper)
{
	struct clock_keeper *keeper = calloc(1, sizeof(*keeper));
	if (keeper == NULL) {
		return -ENOMEM;
	}
	keeper->config = *config;
	const struct clock_watch_config watch_config = {
		.base = config->service->base,
		.stable_ns = config->stable_ns,
		.needs_confirmation = config->needs_confirmation,
		.on_change = on_change,
		.on_sync = on_sync,
		.read = read_clocks,
		.context = keeper,
	};
	int error = clock_watch_open(&watch_config, &keeper->watch);
	if (error != 0) {
		free(keeper);
		return error;
	}
	*ret_keeper = keeper;
	return 0;
}

void clock_keeper_close(struct clock_keeper *keeper)
{
	if (keeper != NULL) {
		clock_watch_close(keeper->watch);
		free(keeper);
	}
}

struct order_clock clock_keeper_judge(struct clock_keeper *keeper)
{
	if (keeper == NULL) {
		return (struct order_clock) {.is_believed = true};
	}
	bool is_believed = clock_watch_may_release(keeper->watch);
	return (struct order_clock) {
		.is_believed = is_believed,
		.steps = clock_watch_guard(keeper->watch)->counters.steps,
	};
}

int clock_keeper_confirm(struct clock_keeper *keeper, uint64_t steps, const char *actor)
{
	const struct clock_guard *guard = clock_watch_guard(keeper->watch);
	keeper->actor = actor;
	enum clock_state before = guard->state;
	int error = clock_watch_confirm(keeper->watch, steps);
	if (error == 0 && guard->state == before) {
		// It has effect later, when the clock has been stable for long enough; who said so belongs into the log now.
		const struct clock_change change = {
			.from = before, .to = before, .step_ns = guard->step_ns};
		record(keeper, &change);
	}
	keeper->actor = NULL;
	return error;
}

const struct clock_guard *clock_keeper_guard(const struct clock_keeper *keeper)
{
	return clock_watch_guard(keeper->watch);
}

enum clock_sync clock_keeper_sync(const struct clock_keeper *keeper)
{
	return clock_watch_sync(keeper->watch);
}
