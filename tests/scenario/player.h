// SPDX-License-Identifier: BSD-3-Clause
// Plays a scenario step by step against one subject.

#pragma once

#include "scenario.h"
#include "world.h"

enum play_verdict {
	PLAY_PASSED,
	PLAY_FAILED,  // the subject misbehaved: the fault tells how
	PLAY_INVALID, // the scenario cannot be played: the fault tells why
};

enum play_verdict scenario_play(const struct scenario *scenario,
				const struct world_options *options,
				struct scenario_fault *ret_fault);
