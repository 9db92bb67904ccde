// SPDX-License-Identifier: BSD-3-Clause
// Why an operator's switch of the mode is not done.

#pragma once

enum mode_switch_fault {
	MODE_SWITCH_FAULT_NONE = 0,
	MODE_SWITCH_FAULT_PROFILE,     // not set
	MODE_SWITCH_FAULT_MODE,        // not set
	MODE_SWITCH_FAULT_OPERATOR,    // empty or not terminated
	MODE_SWITCH_FAULT_REASON,      // empty or not terminated
	MODE_SWITCH_FAULT_UNTIL,       // not in the future
	MODE_SWITCH_FAULT_NEEDS_FORCE, // weaker than the rules demand at some time before its end
	MODE_SWITCH_FAULT_NO_SWITCH,   // nothing to release
};

// "needs-force". Static storage.
const char *mode_switch_fault_name(enum mode_switch_fault fault);
// One sentence: what is wrong and how to mend it. Static storage.
const char *mode_switch_fault_text(enum mode_switch_fault fault);
