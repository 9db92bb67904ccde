// SPDX-License-Identifier: BSD-3-Clause
// Forwards to <parallax/exchange/client.h>.

#include "sweep/client_engine.h"

#include <time.h>

#define REST_NS 1000000

static bool is_attached(void *context)
{
	return plx_client_is_attached(context);
}

static bool is_responding(void *context, uint64_t now_ns)
{
	return plx_client_is_responding(context, now_ns);
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

static void wait(void *context, int timeout_ms)
{
	(void)plx_client_wait(context, timeout_ms); // a signal is seen by the loop
}

static void rest(void *context)
{
	const struct timespec duration = {.tv_nsec = REST_NS};
	nanosleep(&duration, NULL);
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t monotonic_ns(void *context)
{
	return read_clock(CLOCK_MONOTONIC);
}

static uint64_t realtime_ns(void *context)
{
	return read_clock(CLOCK_REALTIME);
}

void client_engine_init(struct sweep_engine *engine, struct plx_client *client)
{
	*engine = (struct sweep_engine) {
		.context = client,
		.is_attached = is_attached,
		.is_responding = is_responding,
		.submit = submit,
		.flush = flush,
		.collect = collect,
		.wait = wait,
		.rest = rest,
		.monotonic_ns = monotonic_ns,
		.realtime_ns = realtime_ns,
	};
}
