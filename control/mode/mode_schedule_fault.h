// SPDX-License-Identifier: BSD-3-Clause
// Why a window does not fit into a schedule.

#pragma once

#include <stddef.h>

struct mode_window;

enum mode_schedule_fault {
	MODE_SCHEDULE_FAULT_NONE = 0,
	MODE_SCHEDULE_FAULT_NAME,    // empty or not terminated
	MODE_SCHEDULE_FAULT_PROFILE, // not set
	MODE_SCHEDULE_FAULT_MODE,    // not set
	MODE_SCHEDULE_FAULT_ORDER,   // ends before it begins, or at once
	MODE_SCHEDULE_FAULT_REPEATED_NAME,
	MODE_SCHEDULE_FAULT_OVERLAP,
	MODE_SCHEDULE_FAULT_FULL,
	// Only of an operator's additions and removals.
	MODE_SCHEDULE_FAULT_OPERATOR,    // empty or not terminated
	MODE_SCHEDULE_FAULT_REASON,      // empty or not terminated
	MODE_SCHEDULE_FAULT_PAST,        // begins before now
	MODE_SCHEDULE_FAULT_NEEDS_FORCE, // weaker than the rules demand at some time of it
	MODE_SCHEDULE_FAULT_UNKNOWN,     // no such window to remove
	MODE_SCHEDULE_FAULT_CONFIGURED,  // it is in the configuration file
};

// "overlap". Static storage.
const char *mode_schedule_fault_name(enum mode_schedule_fault fault);
// One sentence without full stop: what is wrong, naming the window and, where there is one, the other; how to mend it.
// Cut to `size`; returns its whole length as snprintf does. `other` may be NULL.
int mode_schedule_fault_describe(enum mode_schedule_fault fault, const struct mode_window *window,
				 const struct mode_window *other, char *text, size_t size);
