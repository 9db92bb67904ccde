// SPDX-License-Identifier: BSD-3-Clause

#include "bench/client_load_engine.h"

#include <time.h>

#include <sys/prctl.h>

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000u
#define OFFSET_READINGS 16
#define TIMER_SLACK_NS 1000ul // the default of 50 us would come on top of each rest

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

// The reading between two of the other clock that lay closest together.
static uint64_t measure_realtime_offset(void)
{
	uint64_t least_ns = UINT64_MAX;
	uint64_t offset_ns = 0;
	for (unsigned i = 0; i < OFFSET_READINGS; i++) {
		uint64_t before_ns = read_clock(CLOCK_MONOTONIC);
		uint64_t realtime_ns = read_clock(CLOCK_REALTIME);
		uint64_t apart_ns = read_clock(CLOCK_MONOTONIC) - before_ns;
		if (apart_ns < least_ns) {
			least_ns = apart_ns;
			offset_ns = realtime_ns - before_ns - apart_ns / 2;
		}
	}
	return offset_ns;
}

static bool is_up(void *context, uint64_t now_ns)
{
	return plx_client_is_responding(context, now_ns) && plx_client_is_attached(context);
}

static int submit(void *context, const struct plx_job *job)
{
	return plx_client_submit(context, job);
}

static void flush(void *context)
{
	plx_client_flush(context);
}

static unsigned collect(void *context, unsigned max, plx_result_cb callback, void *callback_context)
{
	return plx_client_collect(context, max, callback, callback_context);
}

static void rest(void *context, uint64_t rest_ns)
{
	const struct timespec duration = {
		.tv_sec = (time_t)(rest_ns / NS_PER_S),
		.tv_nsec = (long)(rest_ns % NS_PER_S),
	};
	nanosleep(&duration, NULL);
}

static void wait(void *context, uint64_t wait_ns)
{
	(void)plx_client_wait(context,
			      (int)(wait_ns / NS_PER_MS) + 1); // a signal is seen by the loop
}

static uint64_t monotonic_ns(void *context)
{
	return read_clock(CLOCK_MONOTONIC);
}

void client_load_engine_init(struct load_engine *engine, struct plx_client *client)
{
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	*engine = (struct load_engine) {
		.context = client,
		.realtime_offset_ns = measure_realtime_offset(),
		.is_up = is_up,
		.submit = submit,
		.flush = flush,
		.collect = collect,
		.wait = wait,
		.rest = rest,
		.monotonic_ns = monotonic_ns,
	};
}
