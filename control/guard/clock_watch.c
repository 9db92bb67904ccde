// SPDX-License-Identifier: BSD-3-Clause
// The timer that feeds the clock guard.

#include "guard/clock_watch.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)
// Between two reads of one clock with another in between; longer, and we were off the processor: try again.
#define READ_SPAN_MAX_NS (INT64_C(50) * 1000 * 1000)
#define READ_TRIES_MAX 3

struct clock_watch {
	struct clock_watch_config config;
	struct clock_guard guard;
	enum clock_sync sync;
	struct event *timer;
};

static int64_t clock_read_ns(clockid_t clock)
{
	struct timespec now = {.tv_sec = 0};
	clock_gettime(clock, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

void clock_reading_take(struct clock_reading *ret_reading)
{
	struct clock_sample sample = {.wall_ns = 0};
	for (unsigned i = 0; i < READ_TRIES_MAX; i++) {
		int64_t before_ns = clock_read_ns(CLOCK_BOOTTIME);
		sample.wall_ns = clock_read_ns(CLOCK_REALTIME);
		int64_t span_ns = clock_read_ns(CLOCK_BOOTTIME) - before_ns;
		sample.boottime_ns = before_ns + span_ns / 2;
		if (span_ns <= READ_SPAN_MAX_NS) {
			break;
		}
	}
	*ret_reading = (struct clock_reading) {.sample = sample, .sync = clock_sync_read()};
}

static void sample(struct clock_watch *watch)
{
	struct clock_reading reading = {.sync = CLOCK_SYNC_NOT_EVALUATED};
	if (watch->config.read != NULL) {
		watch->config.read(watch->config.context, &reading);
	} else {
		clock_reading_take(&reading);
	}
	struct clock_change change;
	const enum clock_sync sync_before = watch->sync;
	watch->sync = reading.sync;
	if (clock_guard_note_sample(&watch->guard, &reading.sample, &change)) {
		watch->config.on_change(watch->config.context, &change);
	}
	if (reading.sync != sync_before) {
		watch->config.on_sync(watch->config.context, sync_before, reading.sync);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	sample(context);
}

int clock_watch_open(const struct clock_watch_config *config, struct clock_watch **ret_watch)
{
	const struct timeval interval = {.tv_usec = CLOCK_WATCH_INTERVAL_MS * 1000};
	struct clock_watch *watch = calloc(1, sizeof(*watch));
	if (watch == NULL) {
		return -ENOMEM;
	}
	watch->config = *config;
	clock_guard_init(&watch->guard, config->stable_ns, config->needs_confirmation);
	watch->timer = event_new(config->base, -1, EV_PERSIST, on_timer, watch);
	if (watch->timer == NULL || event_add(watch->timer, &interval) != 0) {
		clock_watch_close(watch);
		return -ENOMEM;
	}
	sample(watch);
	*ret_watch = watch;
	return 0;
}

void clock_watch_close(struct clock_watch *watch)
{
	if (watch == NULL) {
		return;
	}
	if (watch->timer != NULL) {
		event_free(watch->timer);
	}
	free(watch);
}

bool clock_watch_may_release(struct clock_watch *watch)
{
	sample(watch);
	return clock_guard_may_release(&watch->guard);
}

int clock_watch_confirm(struct clock_watch *watch, uint64_t steps)
{
	// A step of this moment must make the operator's word a stale one.
	sample(watch);
	int error = clock_guard_confirm(&watch->guard, steps);
	if (error == 0) {
		sample(watch);
	}
	return error;
}

const struct clock_guard *clock_watch_guard(const struct clock_watch *watch)
{
	return &watch->guard;
}

enum clock_sync clock_watch_sync(const struct clock_watch *watch)
{
	return watch->sync;
}
