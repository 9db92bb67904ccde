// SPDX-License-Identifier: BSD-3-Clause
// Names of verdicts. A value outside its enum is told as not evaluated.

#include "rules/verdict.h"

#define NOT_EVALUATED "not-evaluated"

const char *check_outcome_dcv_name(enum check_outcome outcome)
{
	switch (outcome) {
	case CHECK_NOT_EVALUATED:
		return NOT_EVALUATED;
	case CHECK_PASS:
		return "pass";
	case CHECK_FAIL:
		return "fail";
	case CHECK_ERROR:
		return "error";
	}
	return NOT_EVALUATED;
}

const char *check_outcome_caa_name(enum check_outcome outcome)
{
	switch (outcome) {
	case CHECK_NOT_EVALUATED:
		return NOT_EVALUATED;
	case CHECK_PASS:
		return "permit";
	case CHECK_FAIL:
		return "prohibit";
	case CHECK_ERROR:
		return "error";
	}
	return NOT_EVALUATED;
}

const char *decision_name(enum decision decision)
{
	switch (decision) {
	case DECISION_NOT_EVALUATED:
		return NOT_EVALUATED;
	case DECISION_ISSUE:
		return "issue";
	case DECISION_REFUSE:
		return "refuse";
	}
	return NOT_EVALUATED;
}

struct refusal_text {
	const char *code;
	const char *sentence;
};

static struct refusal_text find_text(enum refusal_reason reason)
{
	static const struct refusal_text texts[REFUSAL_REASON_COUNT] = {
#define REFUSAL_TEXT(name, code, text) [name] = {code, text},
		REFUSAL_REASONS(REFUSAL_TEXT)
#undef REFUSAL_TEXT
	};
	return texts[(unsigned)reason < REFUSAL_REASON_COUNT ? reason : REFUSAL_NOT_EVALUATED];
}

const char *refusal_reason_name(enum refusal_reason reason)
{
	return find_text(reason).code;
}

const char *refusal_reason_text(enum refusal_reason reason)
{
	return find_text(reason).sentence;
}
