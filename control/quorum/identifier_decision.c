// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/identifier_decision.h"

static bool is_issue(enum decision decision)
{
	switch (decision) {
	case DECISION_ISSUE:
		return true;
	case DECISION_REFUSE:
	case DECISION_NOT_EVALUATED:
		return false;
	}
	return false;
}

static void take_set(struct identifier_decision *result, enum check_set set,
		     const struct quorum_tally *tally)
{
	if (is_issue(tally->decision) && tally->reason == REFUSAL_NONE) {
		return;
	}
	// A refusal without a reason would read as none; such a tally was never counted.
	enum refusal_reason reason =
		tally->reason == REFUSAL_NONE ? REFUSAL_NOT_EVALUATED : tally->reason;
	result->reasons[result->reason_count++] =
		(struct identifier_reason) {.set = set, .reason = reason};
}

struct identifier_decision identifier_decide(const struct quorum_tally *dcv,
					     const struct quorum_tally *caa, enum caa_need caa_need)
{
	struct identifier_decision result = {.caa_need = caa_need, .dcv = *dcv};
	take_set(&result, CHECK_SET_DCV, dcv);
	if (caa_need != CAA_NOT_REQUIRED) {
		if (caa != NULL) {
			result.caa = *caa;
		}
		take_set(&result, CHECK_SET_CAA, &result.caa);
	}
	result.decision = result.reason_count == 0 ? DECISION_ISSUE : DECISION_REFUSE;
	return result;
}

struct identifier_decision identifier_decide_caa(const struct quorum_tally *caa)
{
	struct identifier_decision result = {.caa_need = CAA_REQUIRED};
	if (caa != NULL) {
		result.caa = *caa;
	}
	take_set(&result, CHECK_SET_CAA, &result.caa);
	result.decision = result.reason_count == 0 ? DECISION_ISSUE : DECISION_REFUSE;
	return result;
}

struct order_decision order_decide(const enum decision *identifiers, size_t count)
{
	struct order_decision result = {.decision = DECISION_REFUSE,
					.reason = REFUSAL_NO_IDENTIFIERS};
	if (count == 0) {
		return result;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_issue(identifiers[i])) {
			result.refused_count++;
		}
	}
	if (result.refused_count > 0) {
		result.reason = REFUSAL_IDENTIFIER_REFUSED;
		return result;
	}
	result.decision = DECISION_ISSUE;
	result.reason = REFUSAL_NONE;
	return result;
}

const char *caa_need_name(enum caa_need need)
{
	switch (need) {
	case CAA_REQUIRED:
		return "required";
	case CAA_NOT_REQUIRED:
		return "not-required";
	}
	return "required";
}

const char *check_set_name(enum check_set set)
{
	switch (set) {
	case CHECK_SET_DCV:
		return "dcv";
	case CHECK_SET_CAA:
		return "caa";
	case CHECK_SET_COUNT:
		break;
	}
	return "unknown";
}
