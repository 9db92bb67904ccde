// SPDX-License-Identifier: BSD-3-Clause
// Samples the clocks twice a second on the daemon's loop and tells of steps (clock_guard.h) and of NTP (clock_sync.h). The
// loop's timers run by CLOCK_MONOTONIC: a step moves none of them.
//
// Everything in the loop's thread.

#pragma once

#include <parallax/base/attributes.h>

#include "guard/clock_guard.h"
#include "guard/clock_sync.h"

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_WATCH_INTERVAL_MS 500 // a step is seen within 1 s even when one timer is late

struct event_base;
struct clock_watch;

struct clock_reading {
	struct clock_sample sample;
	enum clock_sync sync;
};

struct clock_watch_config {
	struct event_base *base;
	int64_t stable_ns; // CLOCK_GUARD_STABLE_DEFAULT_NS
	bool needs_confirmation;
	// Called from the loop, and from within clock_watch_may_release and clock_watch_confirm when these find a change.
	// They must not close the watch. on_sync is also called once from within clock_watch_open.
	void (*on_change)(void *context, const struct clock_change *change);
	void (*on_sync)(void *context, enum clock_sync from, enum clock_sync to);
	void *context;
	// Where samples come from; NULL: clock_reading_take.
	void (*read)(void *context, struct clock_reading *ret_reading);
};

// The kernel's clocks and its state of NTP.
void clock_reading_take(struct clock_reading *ret_reading);

// Takes the first sample. -ENOMEM.
PLX_MUST_CHECK int clock_watch_open(const struct clock_watch_config *config,
				    struct clock_watch **ret_watch);
void clock_watch_close(struct clock_watch *watch); // NULL is accepted
// Samples, so that a step of this very moment counts. To be asked right before a decision leaves the daemon.
bool clock_watch_may_release(struct clock_watch *watch);
// clock_guard_confirm, and its effect at once. -ENOENT, -ESTALE, the latter also for a step of this very moment.
PLX_MUST_CHECK int clock_watch_confirm(struct clock_watch *watch, uint64_t steps);
const struct clock_guard *clock_watch_guard(const struct clock_watch *watch); // for status
enum clock_sync clock_watch_sync(const struct clock_watch *watch);
