// SPDX-License-Identifier: BSD-3-Clause
// A list in the order of additions; whether a window fits is judged beside all others.

#include "mode/mode_window_list.h"

#include <string.h>

static bool is_window(const struct mode_window *window, enum profile profile, const char *name)
{
	return window->profile == profile && strcmp(window->name, name) == 0;
}

static size_t place_of(const struct mode_window_list *list, enum profile profile, const char *name)
{
	size_t i = 0;
	while (i < list->count && !is_window(&list->added[i].window, profile, name)) {
		i++;
	}
	return i;
}

static void take_out(struct mode_window_list *list, size_t place)
{
	list->count--;
	memmove(&list->added[place], &list->added[place + 1],
		(list->count - place) * sizeof(list->added[0]));
}

const struct mode_window_change *mode_window_list_find(const struct mode_window_list *list,
						       enum profile profile, const char *name)
{
	size_t place = place_of(list, profile, name);
	return place < list->count ? &list->added[place] : NULL;
}

void mode_window_list_forget_past(struct mode_window_list *list, int64_t now_s)
{
	for (size_t i = list->count; i > 0; i--) {
		if (list->added[i - 1].window.end_s <= now_s) {
			take_out(list, i - 1);
		}
	}
}

void mode_window_list_restore(struct mode_window_list *list,
			      const struct mode_window_change *change)
{
	mode_window_list_forget_past(list, change->at_s);
	size_t place = place_of(list, change->window.profile, change->window.name);
	if (place < list->count) {
		take_out(list, place);
	}
	if (!change->is_removal && list->count < MODE_WINDOWS_MAX) {
		list->added[list->count++] = *change;
	}
}

static bool is_text(const char *text, size_t size)
{
	return text[0] != '\0' && memchr(text, '\0', size) != NULL;
}

static enum mode_schedule_fault check_author(const struct mode_window_change *change)
{
	if (!is_text(change->who, sizeof(change->who))) {
		return MODE_SCHEDULE_FAULT_OPERATOR;
	}
	return is_text(change->why, sizeof(change->why)) ? MODE_SCHEDULE_FAULT_NONE
							 : MODE_SCHEDULE_FAULT_REASON;
}

static enum mode_schedule_fault remove_window(struct mode_window_list *list,
					      const struct mode_schedule *configured,
					      struct mode_window_change *change)
{
	const struct mode_window *window = &change->window;
	if (!profile_is_set(window->profile)) {
		return MODE_SCHEDULE_FAULT_PROFILE;
	}
	if (!is_text(window->name, sizeof(window->name))) {
		return MODE_SCHEDULE_FAULT_NAME;
	}
	size_t place = place_of(list, window->profile, window->name);
	if (place < list->count) {
		change->window = list->added[place].window;
		take_out(list, place);
		return MODE_SCHEDULE_FAULT_NONE;
	}
	for (size_t i = 0; i < configured->count; i++) {
		if (is_window(&configured->windows[i], window->profile, window->name)) {
			return MODE_SCHEDULE_FAULT_CONFIGURED;
		}
	}
	return MODE_SCHEDULE_FAULT_UNKNOWN;
}

static enum mode_schedule_fault check_place(const struct mode_window_list *list,
					    const struct mode_schedule *configured,
					    const struct mode_window *window,
					    const struct mode_window **ret_other)
{
	enum mode_schedule_fault fault = MODE_SCHEDULE_FAULT_NONE;
	for (size_t i = 0; i < configured->count + list->count; i++) {
		const struct mode_window *other =
			i < configured->count ? &configured->windows[i]
					      : &list->added[i - configured->count].window;
		fault = mode_window_check_pair(window, other);
		if (fault != MODE_SCHEDULE_FAULT_NONE) {
			*ret_other = other;
			return fault;
		}
	}
	return configured->count + list->count < MODE_WINDOWS_MAX ? MODE_SCHEDULE_FAULT_NONE
								  : MODE_SCHEDULE_FAULT_FULL;
}

static enum mode_schedule_fault add_window(struct mode_window_list *list,
					   const struct mode_schedule *configured,
					   const struct mode_window_change *change,
					   const struct mode_window **ret_other)
{
	const struct mode_window *window = &change->window;
	enum mode_schedule_fault fault = mode_window_check(window);
	if (fault != MODE_SCHEDULE_FAULT_NONE) {
		return fault;
	}
	// What was decided before it came was not decided under it.
	if (window->start_s < change->at_s) {
		return MODE_SCHEDULE_FAULT_PAST;
	}
	if (!window->is_forced &&
	    mode_is_weak_within(window->profile, window->mode, window->start_s, window->end_s)) {
		return MODE_SCHEDULE_FAULT_NEEDS_FORCE;
	}
	fault = check_place(list, configured, window, ret_other);
	if (fault == MODE_SCHEDULE_FAULT_NONE) {
		list->added[list->count++] = *change;
	}
	return fault;
}

enum mode_schedule_fault mode_window_list_change(struct mode_window_list *list,
						 const struct mode_schedule *configured,
						 struct mode_window_change *change,
						 const struct mode_window **ret_other)
{
	enum mode_schedule_fault fault = check_author(change);
	if (fault != MODE_SCHEDULE_FAULT_NONE) {
		return fault;
	}
	return change->is_removal ? remove_window(list, configured, change)
				  : add_window(list, configured, change, ret_other);
}

static enum mode_schedule_fault merge_some(const struct mode_window_list *list, int64_t now_s,
					   bool are_past, struct mode_schedule *schedule,
					   const struct mode_window **ret_window,
					   const struct mode_window **ret_other)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct mode_window *window = &list->added[i].window;
		if ((window->end_s <= now_s) != are_past) {
			continue;
		}
		enum mode_schedule_fault fault = mode_schedule_add(schedule, window, ret_other);
		if (fault != MODE_SCHEDULE_FAULT_NONE && !are_past) {
			*ret_window = window;
			return fault;
		}
	}
	return MODE_SCHEDULE_FAULT_NONE;
}

enum mode_schedule_fault mode_window_list_merge(const struct mode_window_list *list,
						const struct mode_schedule *configured,
						int64_t now_s, struct mode_schedule *ret_schedule,
						const struct mode_window **ret_window,
						const struct mode_window **ret_other)
{
	*ret_schedule = *configured;
	enum mode_schedule_fault fault =
		merge_some(list, now_s, false, ret_schedule, ret_window, ret_other);
	if (fault == MODE_SCHEDULE_FAULT_NONE) {
		// Last, so that they take nobody's place.
		fault = merge_some(list, now_s, true, ret_schedule, ret_window, ret_other);
	}
	return fault;
}
