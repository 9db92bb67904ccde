// SPDX-License-Identifier: BSD-3-Clause
// Which mode is in effect for each profile: an operator's switch until it ends or is released, else the schedule. Each
// change yields a record for the audit log. Pure; the owner saves the records before it lets them take effect.
//
//	schedule  ──────────┐
//	                    ├─► mode_state_effective(now) ─► the mode of an order that starts now
//	switch, release ────┘        │
//	                             └─► mode_state_advance ─► mode_change, once per change
//
// Not thread-safe: one owner. An order keeps the mode it started in: it copies mode_effective.

#pragma once

#include <parallax/base/attributes.h>

#include "mode/mode.h"
#include "mode/mode_schedule.h"
#include "mode/mode_switch_fault.h"

#include <stdbool.h>
#include <stdint.h>

#define MODE_REASON_MAX 256   // NUL included
#define MODE_OPERATOR_MAX 128 // NUL included

enum mode_cause {
	MODE_CAUSE_NOT_SET = 0,
	MODE_CAUSE_HAND, // an operator switched or released
	MODE_CAUSE_SCHEDULE, // a window began or ended, a switch ended by its time, or the schedule was replaced
};

// What an operator asks for.
struct mode_request {
	enum profile profile;
	enum mode mode;
	int64_t until_s; // MODE_TIME_NEVER: until it is released
	bool is_forced;
	char who[MODE_OPERATOR_MAX]; // identity by the peer credentials of the control socket
	char why[MODE_REASON_MAX];
};

// The record of one change: what the audit log keeps.
struct mode_change {
	enum profile profile;
	enum mode_cause cause;
	enum mode from;
	enum mode to;
	int64_t at_s;
	int64_t until_s; // of a switch; MODE_TIME_NEVER: none given
	bool is_release; // the operator gave the profile back to the schedule
	bool is_forced;
	bool is_compliant;           // `to` is at least what the rules demand at `at_s`
	char who[MODE_OPERATOR_MAX]; // "schedule", or the operator
	char why[MODE_REASON_MAX];   // "window NAME", "base mode", or the operator's reason
};

// The mode for an order that starts at a moment, with all that its answer and `mode get` say about it.
struct mode_effective {
	enum mode mode;
	enum mode demanded;
	bool is_compliant;
	bool is_forced;
	enum mode_cause cause;
	int64_t next_change_s; // when it may change by itself; MODE_TIME_NEVER: never
	char who[MODE_OPERATOR_MAX];
	char why[MODE_REASON_MAX];
};

struct mode_hand_switch {
	bool is_on; // until until_s
	struct mode_request request;
};

// Zeroed: no switch, no mode announced yet.
struct mode_state {
	struct mode_hand_switch hand[PROFILE_COUNT];
	// What the last record said, so that the next one can say from where.
	struct mode_effective announced[PROFILE_COUNT];
};

// A profile that is not set has MODE_NOT_SET, non-compliant.
struct mode_effective mode_state_effective(const struct mode_state *state,
					   const struct mode_schedule *schedule,
					   enum profile profile, int64_t now_s);
// True when mode or cause are others than the last record said; ret_change is then the record. Called at start, when
// the schedule was replaced, and before the first order at or after next_change_s. Of several edges passed in
// between, only the outcome is recorded.
bool mode_state_advance(struct mode_state *state, const struct mode_schedule *schedule,
			enum profile profile, int64_t now_s, struct mode_change *ret_change);
// An operator's switch; it takes the place of one before. Weaker than mode_demanded needs is_forced. On a fault
// nothing changes.
PLX_MUST_CHECK enum mode_switch_fault mode_state_switch(struct mode_state *state,
							const struct mode_schedule *schedule,
							const struct mode_request *request,
							int64_t now_s,
							struct mode_change *ret_change);
// Ends the switch of request->profile; mode, until_s and is_forced of the request are not looked at. The schedule has
// been checked when it was loaded, so that no force is asked for here.
PLX_MUST_CHECK enum mode_switch_fault mode_state_release(struct mode_state *state,
							 const struct mode_schedule *schedule,
							 const struct mode_request *request,
							 int64_t now_s,
							 struct mode_change *ret_change);
// The last record of this profile may be another one than was announced: a change whose record was reported as failed can
// be in the log all the same. The next advance records what holds, so that a restart takes up that.
void mode_state_doubt(struct mode_state *state, enum profile profile);
// After a restart: takes up the last record of a profile from the audit log, so that a switch outlives the daemon and
// the next record continues from it; after a release, the next advance records the schedule once more. A record without
// a set profile is ignored.
void mode_state_restore(struct mode_state *state, const struct mode_change *last);
const char *mode_cause_name(enum mode_cause cause); // "hand", "schedule", "not-set"
