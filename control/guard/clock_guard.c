// SPDX-License-Identifier: BSD-3-Clause
// Compares wall clock and boottime, and decides when a stepped clock is believed again.

#include "guard/clock_guard.h"

#include <errno.h>

#define PPM 1000000

static int64_t difference(int64_t left, int64_t right)
{
	int64_t result;
	if (__builtin_sub_overflow(left, right, &result)) {
		return left < right ? INT64_MIN : INT64_MAX;
	}
	return result;
}

static int64_t limited(int64_t value, int64_t limit)
{
	if (value > limit) {
		return limit;
	}
	return value < -limit ? -limit : value;
}

void clock_guard_init(struct clock_guard *guard, int64_t stable_ns, bool needs_confirmation)
{
	*guard = (struct clock_guard) {
		.stable_ns = stable_ns > 0 ? stable_ns : 0,
		.needs_confirmation = needs_confirmation,
	};
}

static void note_step(struct clock_guard *guard, int64_t offset_ns)
{
	if (guard->state == CLOCK_STATE_OK) {
		guard->believed_ns = guard->reference_ns;
	}
	guard->step_ns = difference(offset_ns, guard->reference_ns);
	guard->reference_ns = offset_ns;
	guard->stable_elapsed_ns = 0;
	guard->is_confirmed = false;
	guard->state = CLOCK_STATE_STEPPED;
	guard->counters.steps++;
}

static void note_stable(struct clock_guard *guard, int64_t elapsed_ns)
{
	if (guard->state == CLOCK_STATE_OK) {
		return;
	}
	// Never beyond what is needed, so that it cannot overflow however long the operator takes.
	guard->stable_elapsed_ns = guard->stable_ns - guard->stable_elapsed_ns > elapsed_ns
					   ? guard->stable_elapsed_ns + elapsed_ns
					   : guard->stable_ns;
	if (guard->stable_elapsed_ns < guard->stable_ns) {
		return;
	}
	if (guard->needs_confirmation && !guard->is_confirmed) {
		guard->state = CLOCK_STATE_UNCONFIRMED;
		return;
	}
	guard->state = CLOCK_STATE_OK;
	guard->counters.recoveries++;
}

bool clock_guard_note_sample(struct clock_guard *guard, const struct clock_sample *sample,
			     struct clock_change *ret_change)
{
	const int64_t offset_ns = difference(sample->wall_ns, sample->boottime_ns);
	const enum clock_state from = guard->state;
	guard->counters.samples++;
	if (from == CLOCK_STATE_NOT_EVALUATED) {
		guard->state = CLOCK_STATE_OK;
		guard->reference_ns = guard->believed_ns = offset_ns;
		guard->boottime_ns = sample->boottime_ns;
		return false;
	}
	const int64_t elapsed_ns = limited(difference(sample->boottime_ns, guard->boottime_ns),
					   CLOCK_GUARD_GAP_MAX_NS);
	const int64_t away_ns = difference(offset_ns, guard->reference_ns);
	const bool is_step =
		elapsed_ns < 0 || away_ns > CLOCK_GUARD_STEP_NS || away_ns < -CLOCK_GUARD_STEP_NS;
	guard->boottime_ns = sample->boottime_ns;
	if (is_step) {
		note_step(guard, offset_ns);
	} else {
		guard->reference_ns +=
			limited(away_ns, elapsed_ns * CLOCK_GUARD_SLEW_MAX_PPM / PPM);
		note_stable(guard, elapsed_ns);
	}
	if (!is_step && guard->state == from) {
		return false;
	}
	*ret_change = (struct clock_change) {
		.from = from,
		.to = guard->state,
		.step_ns = guard->step_ns,
		.total_ns = difference(offset_ns, guard->believed_ns),
	};
	return true;
}

int clock_guard_confirm(struct clock_guard *guard, uint64_t steps)
{
	const bool is_suspect =
		guard->state == CLOCK_STATE_STEPPED || guard->state == CLOCK_STATE_UNCONFIRMED;
	if (!guard->needs_confirmation || !is_suspect || guard->is_confirmed) {
		return -ENOENT;
	}
	if (steps != guard->counters.steps) {
		return -ESTALE;
	}
	guard->is_confirmed = true;
	guard->counters.confirmations++;
	return 0;
}

bool clock_guard_may_release(const struct clock_guard *guard)
{
	switch (guard->state) {
	case CLOCK_STATE_OK:
		return true;
	case CLOCK_STATE_NOT_EVALUATED:
	case CLOCK_STATE_STEPPED:
	case CLOCK_STATE_UNCONFIRMED:
		return false;
	}
	return false;
}

const char *clock_state_name(enum clock_state state)
{
	switch (state) {
	case CLOCK_STATE_NOT_EVALUATED:
		return "not-evaluated";
	case CLOCK_STATE_OK:
		return "ok";
	case CLOCK_STATE_STEPPED:
		return "stepped";
	case CLOCK_STATE_UNCONFIRMED:
		return "unconfirmed";
	}
	return "unknown";
}
