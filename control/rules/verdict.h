// SPDX-License-Identifier: BSD-3-Clause
// The words in which checks and decisions are told, shared by all that judge: what one perspective found, what was
// decided, and why not. Each enum's zero means that nobody has judged yet, so that zeroed memory never issues; code
// that switches over them lists every value and refuses what it does not know. Pure.

#pragma once

// What one perspective found in one check. DCV says pass, fail, error; CAA says permit, prohibit, error (BR 5.4.1).
enum check_outcome {
	CHECK_NOT_EVALUATED = 0,
	CHECK_PASS,  // control shown; issuance permitted
	CHECK_FAIL,  // the far side answered, and not so; issuance prohibited
	CHECK_ERROR, // no verdict: time-out, SERVFAIL, connection refused, perspective lost
};

enum decision {
	DECISION_NOT_EVALUATED = 0,
	DECISION_ISSUE,
	DECISION_REFUSE,
};

// Why an attempt refuses, or a perspective is not used: name, code (a contract: answers and the audit log carry it),
// sentence.
#define REFUSAL_REASONS(X)                                                                         \
	X(REFUSAL_NOT_EVALUATED, "not-evaluated", "the check was not evaluated")                   \
	X(REFUSAL_NONE, "none", "nothing speaks against it")                                       \
	X(REFUSAL_PRIMARY_FAILED, "primary-failed",                                                \
	  "the primary perspective's own check failed, and remotes cannot outvote it")             \
	X(REFUSAL_PRIMARY_ERROR, "primary-error",                                                  \
	  "the primary perspective's own check came to no verdict")                                \
	X(REFUSAL_TOO_FEW_REMOTES, "too-few-remotes",                                              \
	  "fewer distinct remote perspectives were used than the rules of the date demand")        \
	X(REFUSAL_TOO_MANY_REMOTES, "too-many-remotes",                                            \
	  "more remote perspectives were given than one attempt can use")                          \
	X(REFUSAL_QUORUM_MISSED, "quorum-missed",                                                  \
	  "more remote perspectives failed to corroborate the primary than the quorum allows")     \
	X(REFUSAL_TOO_FEW_REGIONS, "too-few-regions",                                              \
	  "the corroborating remote perspectives lie in too few RIR regions")                      \
	X(REFUSAL_NOT_DISTINCT, "not-distinct",                                                    \
	  "the perspective is less than 500 km from the primary or from another remote, or has "   \
	  "the same code")                                                                         \
	X(REFUSAL_PLACE_UNKNOWN, "place-unknown",                                                  \
	  "the RIR region or the coordinates of a perspective or of its resolver are not known")   \
	X(REFUSAL_RESOLVER_UNKNOWN, "resolver-unknown",                                            \
	  "a perspective names no resolver, so that nothing can be said of where it lies")         \
	X(REFUSAL_RESOLVERS_NOT_DISTINCT, "resolvers-not-distinct",                                \
	  "two perspectives share a resolver, or use resolvers less than 500 km apart")            \
	X(REFUSAL_RESOLVER_REGION, "resolver-region",                                              \
	  "a resolver lies outside the RIR region of the perspective that uses it")                \
	X(REFUSAL_NO_IDENTIFIERS, "no-identifiers", "the order names no identifier")               \
	X(REFUSAL_IDENTIFIER_REFUSED, "identifier-refused",                                        \
	  "at least one identifier of the order is refused")

enum refusal_reason {
#define REFUSAL_ENTRY(name, code, text) name,
	REFUSAL_REASONS(REFUSAL_ENTRY)
#undef REFUSAL_ENTRY
		REFUSAL_REASON_COUNT
};

// "pass", "fail", "error", "not-evaluated".
const char *check_outcome_dcv_name(enum check_outcome outcome);
// "permit", "prohibit", "error", "not-evaluated".
const char *check_outcome_caa_name(enum check_outcome outcome);
// "issue", "refuse", "not-evaluated".
const char *decision_name(enum decision decision);
// The code, as in "quorum-missed". An impossible value reads "not-evaluated". Static storage, as all of these.
const char *refusal_reason_name(enum refusal_reason reason);
// The sentence, without a full stop.
const char *refusal_reason_text(enum refusal_reason reason);
