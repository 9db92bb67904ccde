// SPDX-License-Identifier: BSD-3-Clause
// Whether the wall clock can be believed: it is held against CLOCK_BOOTTIME, which nobody can set and which goes on
// through a suspend. A clock that was set makes CAA records fresh that are not, signatures valid that are not, and audit
// records lie about when (BR 5.4.1), so that no decision may be released until it is believed again. Pure.
//
//	first sample ─► OK ──step──► STEPPED ──stable──► OK                     without confirmation
//	                               ▲ │ └───stable──► UNCONFIRMED ──confirm──► OK      with it
//	                               └─┴──────step──────────┘
//
// Not thread-safe: one owner.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

// More than this between the two clocks is a step. Wide enough for a leap second, which the kernel inserts by setting
// the clock back one second.
#define CLOCK_GUARD_STEP_NS INT64_C(2000000000)
// The reference follows the wall clock at most so fast: what slews slower never alarms, what goes faster and the many
// small steps of somebody who stays below CLOCK_GUARD_STEP_NS add up until they do. It is the kernel's own limit of a
// correction of frequency (MAXFREQ of adjtimex).
#define CLOCK_GUARD_SLEW_MAX_PPM 500
// A gap between samples (suspend, a loop that stood still) counts as so long at most. Else eight hours of sleep would
// excuse a step of 14 s, or pass for eight hours of a stable clock.
#define CLOCK_GUARD_GAP_MAX_NS INT64_C(10000000000)
#define CLOCK_GUARD_STABLE_DEFAULT_NS INT64_C(60000000000)

enum clock_state {
	CLOCK_STATE_NOT_EVALUATED = 0, // no sample yet
	CLOCK_STATE_OK,
	CLOCK_STATE_STEPPED,     // not yet stable for long enough
	CLOCK_STATE_UNCONFIRMED, // stable, waits for an operator
};

// Read as close together as can be.
struct clock_sample {
	int64_t wall_ns;     // CLOCK_REALTIME
	int64_t boottime_ns; // CLOCK_BOOTTIME
};

struct clock_counters {
	uint64_t samples;
	uint64_t steps;      // since start; see clock_guard_may_release
	uint64_t recoveries; // times it was believed again
	uint64_t confirmations;
};

// Filled by clock_guard_init; read freely.
struct clock_guard {
	int64_t stable_ns;
	bool needs_confirmation;
	enum clock_state state;
	bool is_confirmed;         // since the last step
	int64_t reference_ns;      // wall - boottime as it is held to be
	int64_t believed_ns;       // the same before the first step since OK
	int64_t boottime_ns;       // of the last sample
	int64_t stable_elapsed_ns; // seen since the last step
	int64_t step_ns;           // the last step, signed: positive is forward
	struct clock_counters counters;
};

// What to log and audit. from == to: a further step while the clock was not believed anyway.
struct clock_change {
	enum clock_state from;
	enum clock_state to;
	int64_t step_ns; // of the last step
	int64_t total_ns; // how far the clock is now from where it was before the first step; near 0: it was set right again
};

// `stable_ns`: how long without a step until the clock is believed again (a negative one: 0). With needs_confirmation
// an operator must say so, too.
void clock_guard_init(struct clock_guard *guard, int64_t stable_ns, bool needs_confirmation);
// True, with ret_change, when there is something to tell: a step, or another state. The first sample is believed: that
// the clock was right at start is for NTP to say (clock_sync.h). A boottime that goes backwards, which no kernel does,
// counts as a step.
bool clock_guard_note_sample(struct clock_guard *guard, const struct clock_sample *sample,
			     struct clock_change *ret_change);
// An operator looked at the clock after `steps` (counters.steps) and holds it for right. It takes effect with the next
// sample, once the clock is stable; a further step voids it. -ENOENT: nothing waits for a confirmation. -ESTALE: there
// was a further step, which the operator has not seen.
PLX_MUST_CHECK int clock_guard_confirm(struct clock_guard *guard, uint64_t steps);
// Only while OK. A decision whose checks began at another value of counters.steps than now rests on two clocks: begin
// it anew.
bool clock_guard_may_release(const struct clock_guard *guard);
const char *
clock_state_name(enum clock_state state); // "ok", "stepped", "unconfirmed", "not-evaluated"
