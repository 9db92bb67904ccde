// SPDX-License-Identifier: BSD-3-Clause
// Compares the result of a look-up with what a CHECK_ANSWER step expects.

#pragma once

#include "scenario.h"
#include "world.h"

// 0, or -EINVAL with the difference as a fault.
PLX_MUST_CHECK int result_check(const struct scenario_entry *expected, const struct world_job *job,
				struct scenario_fault *fault);
