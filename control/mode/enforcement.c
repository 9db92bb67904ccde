// SPDX-License-Identifier: BSD-3-Clause
// Which decision counts.

#include "mode/enforcement.h"

static bool needs_quorum(enum profile profile)
{
	switch (profile) {
	case PROFILE_PRIVATE:
		return false;
	case PROFILE_TLS:
	case PROFILE_SMIME:
	case PROFILE_NOT_SET:
		break;
	}
	return true;
}

static bool is_issued(enum mode mode, bool primary_passed, bool full_passed)
{
	switch (mode) {
	case MODE_REPORT_ONLY:
	case MODE_TEST_WINDOW:
		return primary_passed;
	case MODE_ENFORCE:
		return full_passed;
	case MODE_NOT_SET:
		break;
	}
	return false;
}

struct enforcement enforcement_decide(enum profile profile, enum mode mode, enum decision primary,
				      enum decision full)
{
	bool is_set = profile_is_set(profile);
	bool primary_passed = is_set && primary == DECISION_ISSUE;
	bool full_passed = primary_passed && (!needs_quorum(profile) || full == DECISION_ISSUE);
	bool issued = is_issued(mode, primary_passed, full_passed);
	return (struct enforcement) {
		.decision = issued ? DECISION_ISSUE : DECISION_REFUSE,
		.enforced_decision = full_passed ? DECISION_ISSUE : DECISION_REFUSE,
		.would_refuse = issued && !full_passed,
	};
}
