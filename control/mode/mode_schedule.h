// SPDX-License-Identifier: BSD-3-Clause
// The calendar of modes: for each profile a base mode and named windows in which another one holds. Intervals are
// [start, end) in Unix seconds (UTC), so that a window may begin in the second in which the last one ended. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include "mode/mode.h"
#include "mode/mode_schedule_fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Searched for each order, and a calendar is written by hand.
#define MODE_WINDOWS_MAX 256
#define MODE_WINDOW_NAME_MAX 64 // NUL included

struct mode_window {
	char name[MODE_WINDOW_NAME_MAX];
	enum profile profile;
	enum mode mode;
	int64_t start_s;
	int64_t end_s;  // MODE_TIME_NEVER: it does not end
	bool is_forced; // whoever wrote it knows that the mode is weaker than the rules demand
};

struct mode_base {
	enum mode mode;
	bool is_forced;
};

// Zeroed it is a schedule without windows in which no profile has a mode.
struct mode_schedule {
	struct mode_base base[PROFILE_COUNT];
	size_t count;
	struct mode_window windows[MODE_WINDOWS_MAX]; // by start
};

// What the schedule says for one moment.
struct mode_moment {
	enum mode mode;
	bool is_forced;
	const struct mode_window *window; // in the schedule; NULL: the base mode holds
	int64_t next_change_s; // when a window begins or ends next; MODE_TIME_NEVER: none does
};

// A window by itself, and two that are to be in one schedule.
PLX_MUST_CHECK enum mode_schedule_fault mode_window_check(const struct mode_window *window);
PLX_MUST_CHECK enum mode_schedule_fault mode_window_check_pair(const struct mode_window *a,
							       const struct mode_window *b);
// Takes a copy. On MODE_SCHEDULE_FAULT_OVERLAP and _REPEATED_NAME *ret_other is the window in the way, valid until the
// schedule changes; the schedule is as before on any fault.
PLX_MUST_CHECK enum mode_schedule_fault mode_schedule_add(struct mode_schedule *schedule,
							  const struct mode_window *window,
							  const struct mode_window **ret_other);
// A profile that is not set has no mode.
struct mode_moment mode_schedule_at(const struct mode_schedule *schedule, enum profile profile,
				    int64_t now_s);
// The first moment from `now_s` on in which the schedule is weaker than the rules demand and nobody has forced it:
// a configuration is refused for it. False when there is none.
bool mode_schedule_find_weak(const struct mode_schedule *schedule, enum profile profile,
			     int64_t now_s, int64_t *ret_at_s, struct mode_moment *ret_moment);
