// SPDX-License-Identifier: BSD-3-Clause
// What one check at one perspective came to. Zeroed memory reads as NOT_EVALUATED, which permits nothing.

#pragma once

enum check_outcome {
	CHECK_NOT_EVALUATED = 0,
	CHECK_PASS,
	CHECK_FAIL,  // the far side answered, and the answer does not do
	CHECK_ERROR, // no answer that could be judged
};

// "pass", "fail", "error", "not-evaluated". Static storage, any thread.
static inline const char *check_outcome_name(enum check_outcome outcome)
{
	switch (outcome) {
	case CHECK_PASS:
		return "pass";
	case CHECK_FAIL:
		return "fail";
	case CHECK_ERROR:
		return "error";
	case CHECK_NOT_EVALUATED:
		break;
	}
	return "not-evaluated";
}
