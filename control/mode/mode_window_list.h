// SPDX-License-Identifier: BSD-3-Clause
// Windows that operators add to the configured schedule while the daemon runs, and take away again. Each addition or
// removal is a record of the audit log, from which the list is made anew after a restart. Pure.
//
//	configuration file ──► configured ─┐
//	                                   ├─► mode_window_list_merge ─► the schedule that holds
//	operators ──► mode_window_list ────┘

#pragma once

#include <parallax/base/attributes.h>

#include "mode/mode_schedule.h"
#include "mode/mode_state.h"

#include <stddef.h>
#include <stdint.h>

// The start of a window that is to begin with its record; whoever sets at_s puts that in its place.
#define MODE_WINDOW_FROM_NOW INT64_MIN

// What an operator asks for, and the record of it. Of a removal only profile and name of the window are asked for; the
// record has it whole.
struct mode_window_change {
	bool is_removal;
	struct mode_window window;
	int64_t at_s;                // of the record
	char who[MODE_OPERATOR_MAX]; // identity by the peer credentials of the control socket
	char why[MODE_REASON_MAX];
};

// Zeroed it is empty. Large: heap or static.
struct mode_window_list {
	size_t count;
	struct mode_window_change added[MODE_WINDOWS_MAX]; // in the order in which they came
};

// NULL: there is none.
const struct mode_window_change *mode_window_list_find(const struct mode_window_list *list,
						       enum profile profile, const char *name);
// Drops those that were over at `now_s`: nothing depends on them any more.
void mode_window_list_forget_past(struct mode_window_list *list, int64_t now_s);
// Takes a change back from its record. It was judged when it was asked for; one that does not fit any more is left out.
void mode_window_list_restore(struct mode_window_list *list,
			      const struct mode_window_change *change);

// Judges what an operator asks for at change->at_s and carries it out. An addition must not begin in the past, be
// weaker than the rules demand at any time of it unless it is forced, or be in the way of another; a removal must be of
// a window of the list, which change->window becomes. *ret_other as in mode_schedule_add. On a fault nothing changes.
PLX_MUST_CHECK enum mode_schedule_fault
mode_window_list_change(struct mode_window_list *list, const struct mode_schedule *configured,
			struct mode_window_change *change, const struct mode_window **ret_other);

// Both as one schedule. A window of the list that is over at `now_s` gives way to others; where it is in nobody's way it
// stays, since the clock may be ahead and be set back. On a fault `*ret_window` of the list and `*ret_other` are in each
// other's way, and ret_schedule is not to be used.
PLX_MUST_CHECK enum mode_schedule_fault
mode_window_list_merge(const struct mode_window_list *list, const struct mode_schedule *configured,
		       int64_t now_s, struct mode_schedule *ret_schedule,
		       const struct mode_window **ret_window, const struct mode_window **ret_other);
