// SPDX-License-Identifier: BSD-3-Clause
// The fake of fake_engine.h.

#include "fake_engine.h"

#include <errno.h>
#include <string.h>

void fake_engine_init(struct fake_engine *fake, uint64_t seed)
{
	*fake = (struct fake_engine) {
		.seed = seed * 2 + 1, .now_ns = 1000000000, .capacity = FAKE_JOBS_MAX};
}

uint64_t fake_engine_random(struct fake_engine *fake)
{
	fake->seed += 0x9e3779b97f4a7c15; // splitmix64
	uint64_t mixed = fake->seed;
	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	return mixed ^ mixed >> 31;
}

static bool one_in(struct fake_engine *fake, unsigned n)
{
	return n > 0 && fake_engine_random(fake) % n == 0;
}

static void step(struct fake_engine *fake)
{
	if (fake->on_step != NULL) {
		fake->on_step();
	}
}

static bool is_attached(void *context)
{
	const struct fake_engine *fake = context;
	return !fake->is_away || fake->hangs;
}

static bool is_responding(void *context, uint64_t now_ns)
{
	return !((struct fake_engine *)context)->is_away;
}

static int submit(void *context, const struct plx_job *job)
{
	struct fake_engine *fake = context;
	step(fake);
	if (fake->is_away) {
		return -ENOTCONN;
	}
	if (fake->held == fake->capacity || one_in(fake, 50)) {
		return -EAGAIN;
	}
	if (fake->on_submit != NULL) {
		fake->on_submit(job);
	}
	fake->jobs[fake->held++] = *job;
	fake->submitted++;
	fake->last_submit_ns = fake->now_ns;
	if (fake->held > fake->most_held) {
		fake->most_held = fake->held;
	}
	return 0;
}

static void flush(void *context)
{
}

static void deliver(struct fake_engine *fake, unsigned index, enum plx_status status,
		    plx_result_cb callback, void *callback_context)
{
	struct plx_job job = fake->jobs[index];
	fake->jobs[index] = fake->jobs[--fake->held];
	struct plx_result result = {
		.tag = job.tag,
		.time_ns = 1795453200000000000u + fake->now_ns,
		.qtype = job.qtype,
		.queries = 1,
		.attempts = 1,
		.status = (uint8_t)status,
		.rcode = job.name.wire[1] % 2 == 0 ? 0 : 3,
	};
	if (status == PLX_STATUS_ANSWERED && job.name.wire[1] == 't') {
		result.status = PLX_STATUS_TIMEOUT;
	}
	if (one_in(fake, fake->unreadable_one_in)) {
		result.record_count = 3; // and no body
	}
	if (one_in(fake, fake->stray_one_in)) {
		struct plx_result stray = result;
		stray.tag ^= 0xffffffff00000000;
		callback(callback_context, &stray, NULL);
	}
	callback(callback_context, &result, NULL);
}

static bool is_poisoned(const struct fake_engine *fake)
{
	for (unsigned i = 0; fake->is_poisonable && i < fake->held; i++) {
		if (memcmp(fake->jobs[i].name.wire + 1, "poison", 6) == 0) {
			return true;
		}
	}
	return false;
}

static unsigned collect(void *context, unsigned max, plx_result_cb callback, void *callback_context)
{
	struct fake_engine *fake = context;
	step(fake);
	if (!fake->is_away && (one_in(fake, fake->die_one_in) || is_poisoned(fake))) {
		fake->is_away = true;
		fake->deaths++;
		fake->waits_away = 0;
		fake->lost_to_report = fake->held;
	}
	unsigned count = 0;
	for (; fake->lost_to_report > 0 && count < max; count++) {
		fake->lost_to_report--;
		deliver(fake, 0, PLX_STATUS_LOST, callback, callback_context);
	}
	if (fake->is_silent || fake->is_away) {
		return count;
	}
	unsigned some = (unsigned)(fake_engine_random(fake) % 8);
	for (unsigned i = 0; i < some && fake->held > 0 && count < max; i++, count++) {
		bool is_drained = fake->drained_results > 0;
		fake->drained_results -= is_drained;
		deliver(fake, (unsigned)(fake_engine_random(fake) % fake->held),
			is_drained ? PLX_STATUS_CANCELLED : PLX_STATUS_ANSWERED, callback,
			callback_context);
	}
	return count;
}

static void wait(void *context, int timeout_ms)
{
	struct fake_engine *fake = context;
	step(fake);
	fake->now_ns += (uint64_t)timeout_ms * 1000000;
	if (fake->is_away && fake->away_for_waits != UINT32_MAX &&
	    ++fake->waits_away > fake->away_for_waits && fake->lost_to_report == 0) {
		fake->is_away = false;
	}
}

static void rest(void *context)
{
	struct fake_engine *fake = context;
	fake->now_ns += 1000000;
}

static uint64_t monotonic_ns(void *context)
{
	return ((struct fake_engine *)context)->now_ns;
}

static uint64_t realtime_ns(void *context)
{
	return 1795453200000000000u + monotonic_ns(context);
}

struct sweep_engine fake_engine_interface(struct fake_engine *fake)
{
	return (struct sweep_engine) {
		.context = fake,
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
