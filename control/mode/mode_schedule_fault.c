// SPDX-License-Identifier: BSD-3-Clause
// Sentences for schedules that do not hold together.

#include "mode/mode_schedule_fault.h"

#include "mode/mode_schedule.h"

#include <stdio.h>

const char *mode_schedule_fault_name(enum mode_schedule_fault fault)
{
	switch (fault) {
	case MODE_SCHEDULE_FAULT_NONE:
		return "none";
	case MODE_SCHEDULE_FAULT_NAME:
		return "name";
	case MODE_SCHEDULE_FAULT_PROFILE:
		return "profile";
	case MODE_SCHEDULE_FAULT_MODE:
		return "mode";
	case MODE_SCHEDULE_FAULT_ORDER:
		return "order";
	case MODE_SCHEDULE_FAULT_REPEATED_NAME:
		return "repeated-name";
	case MODE_SCHEDULE_FAULT_OVERLAP:
		return "overlap";
	case MODE_SCHEDULE_FAULT_FULL:
		return "full";
	case MODE_SCHEDULE_FAULT_OPERATOR:
		return "operator";
	case MODE_SCHEDULE_FAULT_REASON:
		return "reason";
	case MODE_SCHEDULE_FAULT_PAST:
		return "past";
	case MODE_SCHEDULE_FAULT_NEEDS_FORCE:
		return "needs-force";
	case MODE_SCHEDULE_FAULT_UNKNOWN:
		return "unknown-window";
	case MODE_SCHEDULE_FAULT_CONFIGURED:
		return "configured";
	}
	return "unknown";
}

int mode_schedule_fault_describe(enum mode_schedule_fault fault, const struct mode_window *window,
				 const struct mode_window *other, char *text, size_t size)
{
	const int most = MODE_WINDOW_NAME_MAX - 1;
	const char *name = window->name;
	const char *other_name = other != NULL ? other->name : "";
	switch (fault) {
	case MODE_SCHEDULE_FAULT_NONE:
		return snprintf(text, size, "nothing is wrong with window \"%.*s\"", most, name);
	case MODE_SCHEDULE_FAULT_NAME:
		return snprintf(text, size,
				"a window has no name of 1 to %d characters: give it one", most);
	case MODE_SCHEDULE_FAULT_PROFILE:
		return snprintf(text, size,
				"window \"%.*s\" is for no profile: say tls, smime or private",
				most, name);
	case MODE_SCHEDULE_FAULT_MODE:
		return snprintf(
			text, size,
			"window \"%.*s\" has no mode: say report-only, test-window or enforce",
			most, name);
	case MODE_SCHEDULE_FAULT_ORDER:
		return snprintf(text, size,
				"window \"%.*s\" does not end after its start: mend one of them",
				most, name);
	case MODE_SCHEDULE_FAULT_REPEATED_NAME:
		return snprintf(text, size,
				"two windows of profile %s are named \"%.*s\": rename one",
				profile_name(window->profile), most, name);
	case MODE_SCHEDULE_FAULT_OVERLAP:
		return snprintf(text, size,
				"windows \"%.*s\" and \"%.*s\" of profile %s overlap: end one "
				"where the other starts",
				most, name, most, other_name, profile_name(window->profile));
	case MODE_SCHEDULE_FAULT_FULL:
		return snprintf(text, size,
				"window \"%.*s\" is one more than the %d a schedule holds: remove "
				"past ones",
				most, name, MODE_WINDOWS_MAX);
	case MODE_SCHEDULE_FAULT_OPERATOR:
		return snprintf(text, size,
				"the operator is not known or the identity is too long: ask as a "
				"local user");
	case MODE_SCHEDULE_FAULT_REASON:
		return snprintf(text, size,
				"a change of the schedule needs a reason of 1 to 255 octets: give "
				"one, auditors read it");
	case MODE_SCHEDULE_FAULT_PAST:
		return snprintf(text, size,
				"window \"%.*s\" begins in the past: give a later start, or now",
				most, name);
	case MODE_SCHEDULE_FAULT_NEEDS_FORCE:
		return snprintf(text, size,
				"window \"%.*s\" is %s, weaker than the rules demand of profile "
				"%s then: choose a stronger mode, or force it and be shown as "
				"non-compliant",
				most, name, mode_name(window->mode), profile_name(window->profile));
	case MODE_SCHEDULE_FAULT_UNKNOWN:
		return snprintf(text, size,
				"profile %s has no window \"%.*s\": mode schedule lists them",
				profile_name(window->profile), most, name);
	case MODE_SCHEDULE_FAULT_CONFIGURED:
		return snprintf(text, size,
				"window \"%.*s\" is in the configuration file: remove it there and "
				"reload",
				most, name);
	}
	return snprintf(text, size, "the fault is unknown");
}
