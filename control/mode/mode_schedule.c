// SPDX-License-Identifier: BSD-3-Clause
// Windows in order of their start; those of one profile do not overlap.

#include "mode/mode_schedule.h"

#include <string.h>

enum mode_schedule_fault mode_window_check(const struct mode_window *window)
{
	if (window->name[0] == '\0' || memchr(window->name, '\0', sizeof(window->name)) == NULL) {
		return MODE_SCHEDULE_FAULT_NAME;
	}
	if (!profile_is_set(window->profile)) {
		return MODE_SCHEDULE_FAULT_PROFILE;
	}
	if (window->end_s <= window->start_s) {
		return MODE_SCHEDULE_FAULT_ORDER;
	}
	switch (window->mode) {
	case MODE_REPORT_ONLY:
	case MODE_TEST_WINDOW:
	case MODE_ENFORCE:
		return MODE_SCHEDULE_FAULT_NONE;
	case MODE_NOT_SET:
		break;
	}
	return MODE_SCHEDULE_FAULT_MODE;
}

enum mode_schedule_fault mode_window_check_pair(const struct mode_window *a,
						const struct mode_window *b)
{
	if (a->profile != b->profile) {
		return MODE_SCHEDULE_FAULT_NONE;
	}
	if (a->start_s < b->end_s && b->start_s < a->end_s) {
		return MODE_SCHEDULE_FAULT_OVERLAP;
	}
	return strcmp(a->name, b->name) == 0 ? MODE_SCHEDULE_FAULT_REPEATED_NAME
					     : MODE_SCHEDULE_FAULT_NONE;
}

enum mode_schedule_fault mode_schedule_add(struct mode_schedule *schedule,
					   const struct mode_window *window,
					   const struct mode_window **ret_other)
{
	size_t place = 0;
	enum mode_schedule_fault fault = mode_window_check(window);
	if (fault != MODE_SCHEDULE_FAULT_NONE) {
		return fault;
	}
	for (size_t i = 0; i < schedule->count; i++) {
		fault = mode_window_check_pair(window, &schedule->windows[i]);
		if (fault != MODE_SCHEDULE_FAULT_NONE) {
			*ret_other = &schedule->windows[i];
			return fault;
		}
		if (schedule->windows[i].start_s <= window->start_s) {
			place = i + 1;
		}
	}
	if (schedule->count >= MODE_WINDOWS_MAX) {
		return MODE_SCHEDULE_FAULT_FULL;
	}
	memmove(&schedule->windows[place + 1], &schedule->windows[place],
		(schedule->count - place) * sizeof(*window));
	schedule->windows[place] = *window;
	schedule->count++;
	return MODE_SCHEDULE_FAULT_NONE;
}

struct mode_moment mode_schedule_at(const struct mode_schedule *schedule, enum profile profile,
				    int64_t now_s)
{
	struct mode_moment moment = {.next_change_s = MODE_TIME_NEVER};
	if (!profile_is_set(profile)) {
		return moment;
	}
	moment.mode = schedule->base[profile].mode;
	moment.is_forced = schedule->base[profile].is_forced;
	for (size_t i = 0; i < schedule->count; i++) {
		const struct mode_window *window = &schedule->windows[i];
		if (window->profile != profile || window->end_s <= now_s) {
			continue;
		}
		// The first that is not over: by order of start it is the running one or the next.
		if (window->start_s > now_s) {
			moment.next_change_s = window->start_s;
			return moment;
		}
		moment.mode = window->mode;
		moment.is_forced = window->is_forced;
		moment.window = window;
		moment.next_change_s = window->end_s;
		return moment;
	}
	return moment;
}

bool mode_schedule_find_weak(const struct mode_schedule *schedule, enum profile profile,
			     int64_t now_s, int64_t *ret_at_s, struct mode_moment *ret_moment)
{
	// Each turn passes an edge of a window or of the rules.
	while (now_s < MODE_TIME_NEVER) {
		struct mode_moment moment = mode_schedule_at(schedule, profile, now_s);
		int64_t demand_change_s = mode_demand_change(profile, now_s);
		if (!moment.is_forced &&
		    mode_is_weaker(moment.mode, mode_demanded(profile, now_s))) {
			*ret_at_s = now_s;
			*ret_moment = moment;
			return true;
		}
		now_s = moment.next_change_s < demand_change_s ? moment.next_change_s
							       : demand_change_s;
	}
	return false;
}
