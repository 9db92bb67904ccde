// SPDX-License-Identifier: BSD-3-Clause
// The owner of the windows that operators add to the configured schedule: each addition or removal is in the audit log
// before it takes effect, and the mode keeper gets the schedule that comes of it. Loop's thread.
//
//	add, remove ──► a copy of the list, judged ──► audit record committed ──► the copy is the list ──► mode keeper
//	record said to have failed ──► one more, of what holds, once the log takes it: it may be there all the same
//	reload      ──► does the list go with the new file? ──► mode keeper

#pragma once

#include <parallax/base/attributes.h>

#include "mode/mode_window_list.h"

#include <stddef.h>
#include <stdint.h>

struct audit_log;
struct event_base;
struct mode_keeper;
struct window_keeper;

#define WINDOW_FAULT_MAX 400

struct window_keeper_config {
	struct event_base *base;                 // borrowed
	struct audit_log *audit;                 // borrowed, as the modes
	struct mode_keeper *modes;               // gets every schedule
	const struct mode_window_list *restored; // from the log; copied
	const struct mode_schedule *configured;  // copied
	int64_t (*now_s)(void *context);         // Unix time
	void *clock_context;
};

// The merged schedule is with the modes then. -ENOMEM; -EINVAL and a sentence: a window in the file is in the way of an
// added one.
PLX_MUST_CHECK int window_keeper_create(const struct window_keeper_config *config,
					struct window_keeper **ret_keeper,
					char fault[static WINDOW_FAULT_MAX]);
// Before the log is closed and the modes are destroyed: the `done` of a change that waits comes from there. NULL is
// accepted.
void window_keeper_destroy(struct window_keeper *keeper);

// A reload: whether the list, and a change on its way to the log, go with the file's schedule. -EINVAL and a sentence.
PLX_MUST_CHECK int window_keeper_check(struct window_keeper *keeper,
				       const struct mode_schedule *configured,
				       char fault[static WINDOW_FAULT_MAX]);
// The same, and the file's schedule takes the place of the one before.
PLX_MUST_CHECK int window_keeper_configure(struct window_keeper *keeper,
					   const struct mode_schedule *configured,
					   char fault[static WINDOW_FAULT_MAX]);

// `error` 0: it is in force. -EINVAL: refused, and `fault` says why; else why the record was not committed.
typedef void (*window_keeper_cb)(void *context, int error, const char *fault,
				 const struct mode_window_change *change);
// `change`: who and why must be set; at_s, and a start that is MODE_WINDOW_FROM_NOW, are set here. 0: `done` comes once, from within or from the loop. -EBUSY:
// another change is on its way to the log, or it is not settled what became of one of another window; then it does not.
PLX_MUST_CHECK int window_keeper_change(struct window_keeper *keeper,
					const struct mode_window_change *change,
					window_keeper_cb done, void *context);
// Who added a window of the schedule. NULL: it is in the configuration file. Valid until the loop turns.
const struct mode_window_change *window_keeper_find(const struct window_keeper *keeper,
						    const struct mode_window *window);
