// SPDX-License-Identifier: BSD-3-Clause
// The guard of the wall clock at work: what it sees goes to the log, to the audit log, and to the orders, which decide
// nothing while the clock is not believed (docs/control-security.md). Everything on the loop's thread.

#pragma once

#include <parallax/base/attributes.h>

#include "guard/clock_watch.h"
#include "order/order_table.h"

#include <stdbool.h>
#include <stdint.h>

struct clock_keeper;
struct service_context;

struct clock_keeper_config {
	struct service_context *service; // its audit log and orders may be NULL, and may come later
	int64_t stable_ns;
	bool needs_confirmation;
	// As in clock_watch.h; NULL: the kernel's clocks.
	void (*read)(void *context, struct clock_reading *ret_reading);
	void *read_context;
};

// -ENOMEM.
PLX_MUST_CHECK int clock_keeper_open(const struct clock_keeper_config *config,
				     struct clock_keeper **ret_keeper);
void clock_keeper_close(struct clock_keeper *keeper); // NULL is accepted
// Samples first: a step of this very moment counts. NULL: believed, for a daemon that still starts.
struct order_clock clock_keeper_judge(struct clock_keeper *keeper);
// As clock_watch_confirm; recorded with the actor.
PLX_MUST_CHECK int clock_keeper_confirm(struct clock_keeper *keeper, uint64_t steps,
					const char *actor);
const struct clock_guard *clock_keeper_guard(const struct clock_keeper *keeper); // for status
enum clock_sync clock_keeper_sync(const struct clock_keeper *keeper);
