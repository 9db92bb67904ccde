// SPDX-License-Identifier: BSD-3-Clause
// The one place where a mode meets a decision. Pure.

#pragma once

#include "mode/mode.h"
#include "rules/verdict.h"

#include <stdbool.h>

struct enforcement {
	enum decision decision;          // what the mode says: issue or refuse, nothing else
	enum decision enforced_decision; // what enforce says
	bool would_refuse;               // issued now, refused under enforce
};

// `primary`: what the primary perspective alone found, DECISION_ISSUE when DCV and CAA passed there. `full`: the
// decision with the quorum. Anything but DECISION_ISSUE counts as refusal, and without the primary nothing is issued
// in any mode: remotes corroborate a determination, they do not make one (BR 3.2.2.9). A mode or profile that is not
// set refuses. PROFILE_PRIVATE needs no MPIC: `full` is not looked at.
struct enforcement enforcement_decide(enum profile profile, enum mode mode, enum decision primary,
				      enum decision full);
