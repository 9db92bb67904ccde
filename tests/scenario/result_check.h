// SPDX-License-Identifier: BSD-3-Clause
// Compares the result of a look-up with what a CHECK_ANSWER step expects.

#pragma once

#include "scenario.h"
#include "world.h"

struct result_rules {
	// Public scenarios ask a resolver: SERVFAIL stands for every failure, and the answer has what leads to the records
	// asked for, while a result has only aliases and those records.
	bool is_iterative;
	bool reads_ad; // the query had AD or DO, else a resolver would leave AD out
};

// 0, or -EINVAL with the difference as a fault.
PLX_MUST_CHECK int result_check(const struct scenario_entry *expected, const struct world_job *job,
				const struct result_rules *rules, struct scenario_fault *fault);
