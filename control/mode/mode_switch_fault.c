// SPDX-License-Identifier: BSD-3-Clause
// Names and sentences for switches that are not done.

#include "mode/mode_switch_fault.h"

const char *mode_switch_fault_name(enum mode_switch_fault fault)
{
	switch (fault) {
	case MODE_SWITCH_FAULT_NONE:
		return "none";
	case MODE_SWITCH_FAULT_PROFILE:
		return "profile";
	case MODE_SWITCH_FAULT_MODE:
		return "mode";
	case MODE_SWITCH_FAULT_OPERATOR:
		return "operator";
	case MODE_SWITCH_FAULT_REASON:
		return "reason";
	case MODE_SWITCH_FAULT_UNTIL:
		return "until";
	case MODE_SWITCH_FAULT_NEEDS_FORCE:
		return "needs-force";
	case MODE_SWITCH_FAULT_NO_SWITCH:
		return "no-switch";
	}
	return "unknown";
}

const char *mode_switch_fault_text(enum mode_switch_fault fault)
{
	switch (fault) {
	case MODE_SWITCH_FAULT_NONE:
		return "nothing is wrong with the switch";
	case MODE_SWITCH_FAULT_PROFILE:
		return "no profile is named: say tls, smime or private";
	case MODE_SWITCH_FAULT_MODE:
		return "no mode is named: say report-only, test-window or enforce";
	case MODE_SWITCH_FAULT_OPERATOR:
		return "the operator is not known or the identity is too long: switch by a local "
		       "user";
	case MODE_SWITCH_FAULT_REASON:
		return "a switch needs a reason of 1 to 255 octets: give one, auditors read it";
	case MODE_SWITCH_FAULT_UNTIL:
		return "the end of the switch is not in the future: give a later time, or none";
	case MODE_SWITCH_FAULT_NEEDS_FORCE:
		return "the mode is weaker than the rules demand today: choose a stronger one, or "
		       "force it and be shown as non-compliant";
	case MODE_SWITCH_FAULT_NO_SWITCH:
		return "no hand switch is in effect for the profile: there is nothing to release";
	}
	return "the fault is unknown";
}
