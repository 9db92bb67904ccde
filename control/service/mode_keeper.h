// SPDX-License-Identifier: BSD-3-Clause
// The owner of the modes: takes switches from operators, follows the schedule by itself, and has each change in the audit
// log before it takes effect. Loop's thread.
//
//	switch, release ──► a copy of the state ──► audit record committed ──► the copy is the state ──► done
//	timer at each edge of the schedule ──► record of what holds from then on
//
// An edge of the schedule takes effect in its second whether or not its record is committed yet; orders are decided by
// what their own records say.

#pragma once

#include <parallax/base/attributes.h>

#include "mode/mode_state.h"

#include <stdint.h>

struct audit_log;
struct event_base;
struct mode_keeper;

struct mode_keeper_config {
	struct event_base *base;
	struct audit_log *audit;              // borrowed
	const struct mode_state *restored;    // from the log; copied
	const struct mode_schedule *schedule; // copied
	int64_t (*now_s)(void *context);      // Unix time
	void *clock_context;
	// Told of each change once it is recorded. May be NULL.
	void (*on_change)(const struct mode_change *change, void *context);
	void *context;
};

// NULL: no memory. The first look at the schedule, with its records, comes from the loop.
struct mode_keeper *mode_keeper_create(const struct mode_keeper_config *config);
// Before the log is closed: the `done` of a change that waits comes from there. NULL is accepted.
void mode_keeper_destroy(struct mode_keeper *keeper);

// What an order that starts at this moment is held to.
struct mode_effective mode_keeper_effective(const struct mode_keeper *keeper, enum profile profile,
					    int64_t now_s);
const struct mode_schedule *mode_keeper_schedule(const struct mode_keeper *keeper);
// A reload: copied, in force at once, recorded from the loop.
void mode_keeper_set_schedule(struct mode_keeper *keeper, const struct mode_schedule *schedule);

// Operators' changes that wait for the one before them.
#define MODE_KEEPER_WAITING_MAX 16

// `error`: 0, or nothing changed: -EINVAL, and the fault says why; else why the record was not committed.
typedef void (*mode_keeper_cb)(void *context, int error, enum mode_switch_fault fault,
			       const struct mode_change *change);
struct mode_order {
	bool is_release;             // gives the profile back to the schedule
	struct mode_request request; // who and why must be set
	mode_keeper_cb done;
	void *context;
};
// 0: `done` comes once, from within or from the loop. -EBUSY: MODE_KEEPER_WAITING_MAX changes wait; then it does not.
PLX_MUST_CHECK int mode_keeper_change(struct mode_keeper *keeper, const struct mode_order *order);
