// SPDX-License-Identifier: BSD-3-Clause
// Whether another thread still lives, judged from a number that it counts up (struct plx_beat). The peer writes it, so
// that any change counts as a beat and its value means nothing. Pure: time is the caller's.

#pragma once

#include <stdbool.h>
#include <stdint.h>

// So long without a beat is silence. Beats come each PLX_BEAT_INTERVAL_MS or sooner and looks each 100 ms: a hang is
// noticed between 550 and 800 ms after it began, and timers may be late by 200 before it takes a second.
#define HEARTBEAT_SILENCE_NS 700000000ull
// A gap between two looks counts for so much at most: when it was us who slept, or the whole machine, the peer still has
// several looks to show that it lives.
#define HEARTBEAT_GAP_MAX_NS 200000000ull

struct heartbeat {
	uint64_t count;     // as last seen
	uint64_t silent_ns; // watched since it last changed
	bool is_silent;
};

// Zeroed memory is a heartbeat that was not looked at yet. `elapsed_ns` is the time since the last look. True: is_silent
// changed.
static inline bool heartbeat_look(struct heartbeat *heartbeat, uint64_t count, uint64_t elapsed_ns)
{
	bool was_silent = heartbeat->is_silent;
	if (count != heartbeat->count) {
		heartbeat->silent_ns = 0;
	} else {
		heartbeat->silent_ns +=
			elapsed_ns < HEARTBEAT_GAP_MAX_NS ? elapsed_ns : HEARTBEAT_GAP_MAX_NS;
	}
	heartbeat->count = count;
	heartbeat->is_silent = heartbeat->silent_ns >= HEARTBEAT_SILENCE_NS;
	return heartbeat->is_silent != was_silent;
}
