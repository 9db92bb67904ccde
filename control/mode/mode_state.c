// SPDX-License-Identifier: BSD-3-Clause
// Hand switches over the schedule, and the records of changes.

#include "mode/mode_state.h"

#include <stdio.h>
#include <string.h>

static bool hand_holds(const struct mode_hand_switch *hand, int64_t now_s)
{
	return hand->is_on && now_s < hand->request.until_s;
}

static int64_t earlier(int64_t a_s, int64_t b_s)
{
	return a_s < b_s ? a_s : b_s;
}

static void fill_from_hand(struct mode_effective *effective, const struct mode_request *request)
{
	effective->mode = request->mode;
	effective->is_forced = request->is_forced;
	effective->cause = MODE_CAUSE_HAND;
	effective->next_change_s = request->until_s;
	memcpy(effective->who, request->who, sizeof(effective->who));
	memcpy(effective->why, request->why, sizeof(effective->why));
}

static void fill_from_schedule(struct mode_effective *effective, const struct mode_moment *moment)
{
	effective->mode = moment->mode;
	effective->is_forced = moment->is_forced;
	effective->cause = MODE_CAUSE_SCHEDULE;
	effective->next_change_s = moment->next_change_s;
	snprintf(effective->who, sizeof(effective->who), "schedule");
	if (moment->window != NULL) {
		snprintf(effective->why, sizeof(effective->why), "window %s", moment->window->name);
	} else {
		snprintf(effective->why, sizeof(effective->why), "base mode");
	}
}

struct mode_effective mode_state_effective(const struct mode_state *state,
					   const struct mode_schedule *schedule,
					   enum profile profile, int64_t now_s)
{
	struct mode_effective effective = {.demanded = mode_demanded(profile, now_s),
					   .next_change_s = MODE_TIME_NEVER};
	if (!profile_is_set(profile)) {
		return effective;
	}
	if (hand_holds(&state->hand[profile], now_s)) {
		fill_from_hand(&effective, &state->hand[profile].request);
	} else {
		struct mode_moment moment = mode_schedule_at(schedule, profile, now_s);
		fill_from_schedule(&effective, &moment);
	}
	// The rules change too, and with them whether the mode complies.
	effective.next_change_s =
		earlier(effective.next_change_s, mode_demand_change(profile, now_s));
	effective.is_compliant = effective.mode != MODE_NOT_SET &&
				 !mode_is_weaker(effective.mode, effective.demanded);
	return effective;
}

static bool is_announced(const struct mode_effective *last, const struct mode_effective *now)
{
	return last->mode == now->mode && last->cause == now->cause &&
	       last->is_compliant == now->is_compliant && last->is_forced == now->is_forced &&
	       strcmp(last->who, now->who) == 0 && strcmp(last->why, now->why) == 0;
}

// The record of the step from what was announced last to `effective`, which is announced by it.
static struct mode_change announce(struct mode_state *state, enum profile profile, int64_t now_s,
				   const struct mode_effective *effective)
{
	const struct mode_hand_switch *hand = &state->hand[profile];
	struct mode_change change = {
		.profile = profile,
		.cause = effective->cause,
		.from = state->announced[profile].mode,
		.to = effective->mode,
		.at_s = now_s,
		.until_s = hand->is_on ? hand->request.until_s : MODE_TIME_NEVER,
		.is_forced = effective->is_forced,
		.is_compliant = effective->is_compliant,
	};
	memcpy(change.who, effective->who, sizeof(change.who));
	memcpy(change.why, effective->why, sizeof(change.why));
	state->announced[profile] = *effective;
	return change;
}

bool mode_state_advance(struct mode_state *state, const struct mode_schedule *schedule,
			enum profile profile, int64_t now_s, struct mode_change *ret_change)
{
	if (!profile_is_set(profile)) {
		return false;
	}
	struct mode_effective effective = mode_state_effective(state, schedule, profile, now_s);
	if (!hand_holds(&state->hand[profile], now_s)) {
		// A clock that is set back must not bring an ended switch to life.
		state->hand[profile] = (struct mode_hand_switch) {0};
	}
	if (is_announced(&state->announced[profile], &effective)) {
		return false;
	}
	*ret_change = announce(state, profile, now_s, &effective);
	return true;
}

static bool is_text(const char *text, size_t size)
{
	return text[0] != '\0' && memchr(text, '\0', size) != NULL;
}

static enum mode_switch_fault check_author(const struct mode_request *request)
{
	if (!profile_is_set(request->profile)) {
		return MODE_SWITCH_FAULT_PROFILE;
	}
	if (!is_text(request->who, sizeof(request->who))) {
		return MODE_SWITCH_FAULT_OPERATOR;
	}
	if (!is_text(request->why, sizeof(request->why))) {
		return MODE_SWITCH_FAULT_REASON;
	}
	return MODE_SWITCH_FAULT_NONE;
}

static enum mode_switch_fault check_mode(const struct mode_request *request, int64_t now_s)
{
	switch (request->mode) {
	case MODE_REPORT_ONLY:
	case MODE_TEST_WINDOW:
	case MODE_ENFORCE:
		if (!request->is_forced &&
		    mode_is_weak_within(request->profile, request->mode, now_s, request->until_s)) {
			return MODE_SWITCH_FAULT_NEEDS_FORCE;
		}
		return MODE_SWITCH_FAULT_NONE;
	case MODE_NOT_SET:
		break;
	}
	return MODE_SWITCH_FAULT_MODE;
}

enum mode_switch_fault mode_state_switch(struct mode_state *state,
					 const struct mode_schedule *schedule,
					 const struct mode_request *request, int64_t now_s,
					 struct mode_change *ret_change)
{
	enum mode_switch_fault fault = check_author(request);
	if (fault != MODE_SWITCH_FAULT_NONE) {
		return fault;
	}
	if (request->until_s <= now_s) {
		return MODE_SWITCH_FAULT_UNTIL;
	}
	fault = check_mode(request, now_s);
	if (fault != MODE_SWITCH_FAULT_NONE) {
		return fault;
	}
	state->hand[request->profile] =
		(struct mode_hand_switch) {.is_on = true, .request = *request};
	struct mode_effective effective =
		mode_state_effective(state, schedule, request->profile, now_s);
	*ret_change = announce(state, request->profile, now_s, &effective);
	return MODE_SWITCH_FAULT_NONE;
}

enum mode_switch_fault mode_state_release(struct mode_state *state,
					  const struct mode_schedule *schedule,
					  const struct mode_request *request, int64_t now_s,
					  struct mode_change *ret_change)
{
	enum mode_switch_fault fault = check_author(request);
	if (fault != MODE_SWITCH_FAULT_NONE) {
		return fault;
	}
	if (!hand_holds(&state->hand[request->profile], now_s)) {
		return MODE_SWITCH_FAULT_NO_SWITCH;
	}
	state->hand[request->profile] = (struct mode_hand_switch) {0};
	struct mode_effective effective =
		mode_state_effective(state, schedule, request->profile, now_s);
	*ret_change = announce(state, request->profile, now_s, &effective);
	// The schedule's mode, but the operator's deed.
	ret_change->cause = MODE_CAUSE_HAND;
	ret_change->is_release = true;
	memcpy(ret_change->who, request->who, sizeof(ret_change->who));
	memcpy(ret_change->why, request->why, sizeof(ret_change->why));
	return MODE_SWITCH_FAULT_NONE;
}

void mode_state_doubt(struct mode_state *state, enum profile profile)
{
	if (profile_is_set(profile)) {
		state->announced[profile].who[0] = '\0'; // nobody's: no mode in force is like it
	}
}

void mode_state_restore(struct mode_state *state, const struct mode_change *last)
{
	if (!profile_is_set(last->profile)) {
		return;
	}
	struct mode_hand_switch *hand = &state->hand[last->profile];
	struct mode_effective *announced = &state->announced[last->profile];
	*hand = (struct mode_hand_switch) {0};
	*announced = (struct mode_effective) {.mode = last->to,
					      .is_compliant = last->is_compliant,
					      .is_forced = last->is_forced,
					      .cause = last->cause};
	memcpy(announced->who, last->who, sizeof(announced->who));
	memcpy(announced->why, last->why, sizeof(announced->why));
	if (last->cause == MODE_CAUSE_HAND && !last->is_release) {
		hand->is_on = true;
		hand->request = (struct mode_request) {.profile = last->profile,
						       .mode = last->to,
						       .until_s = last->until_s,
						       .is_forced = last->is_forced};
		memcpy(hand->request.who, last->who, sizeof(hand->request.who));
		memcpy(hand->request.why, last->why, sizeof(hand->request.why));
	}
}

const char *mode_cause_name(enum mode_cause cause)
{
	switch (cause) {
	case MODE_CAUSE_NOT_SET:
		return "not-set";
	case MODE_CAUSE_HAND:
		return "hand";
	case MODE_CAUSE_SCHEDULE:
		return "schedule";
	}
	return "not-set";
}
