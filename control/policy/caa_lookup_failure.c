// SPDX-License-Identifier: BSD-3-Clause
// The three conditions, each by itself; all default to "no excuse".

#include "policy/caa_lookup_failure.h"

#define NS_PER_S 1000000000ull

// Where a look-up failed. Complete over every cause: one that is added later must be placed.
static enum caa_excuse cause_judge(enum plx_cause cause)
{
	switch (cause) {
	case PLX_CAUSE_RCODE:
	case PLX_CAUSE_NO_ANSWER:
	case PLX_CAUSE_TCP_REFUSED:
	case PLX_CAUSE_TCP_FAILED:
	case PLX_CAUSE_TCP_TRUNCATED:
	case PLX_CAUSE_BAD_MESSAGE:
	case PLX_CAUSE_NOT_AUTHORITATIVE:
	case PLX_CAUSE_ALIAS_LOOP:
		return CAA_EXCUSE_GRANTED;
	case PLX_CAUSE_SPOOF_SUSPECTED:
	case PLX_CAUSE_VALIDATION_FAILED:
		return CAA_EXCUSE_SUSPICIOUS;
	case PLX_CAUSE_NONE:
	case PLX_CAUSE_NO_SERVER:
	case PLX_CAUSE_ALIAS_LIMIT: // the limits are ours, whatever reached them
	case PLX_CAUSE_QUERY_LIMIT:
	case PLX_CAUSE_RESULT_TOO_LARGE:
	case PLX_CAUSE_UNREAD:
	case PLX_CAUSE_DATAPLANE_LOST:
	case PLX_CAUSE_DATAPLANE_SILENT:
	case PLX_CAUSE_DRAINED:
	case PLX_CAUSE_UNJUDGED:
	case PLX_CAUSE_NO_ITERATION:
	case PLX_CAUSE_UNREACHABLE:
	case PLX_CAUSE_NO_ADDRESS: // also of servers with IPv6 only, when we have none
	case PLX_CAUSE_SERVER_LOOP:
	case PLX_CAUSE_ALIAS_TOO_LONG:
	case PLX_CAUSE_WORK_LIMIT:
	case PLX_CAUSE_NO_PROOF:
	case PLX_CAUSE_OVERLOAD:
	case PLX_CAUSE_NO_ROOT:
	case PLX_CAUSE_COUNT:
		break;
	}
	return CAA_EXCUSE_OURS;
}

static enum caa_excuse place_judge(const struct plx_result *failure)
{
	switch ((enum plx_status)failure->status) {
	case PLX_STATUS_ANSWERED:
	case PLX_STATUS_TIMEOUT:
	case PLX_STATUS_TRUNCATED:
	case PLX_STATUS_MALFORMED:
	case PLX_STATUS_LAME:
	case PLX_STATUS_LOOP:
		return cause_judge((enum plx_cause)failure->cause);
	case PLX_STATUS_BOGUS:
		return CAA_EXCUSE_SUSPICIOUS;
	case PLX_STATUS_NOT_EVALUATED:
	case PLX_STATUS_LIMIT:
	case PLX_STATUS_INVALID_NAME:
	case PLX_STATUS_LOST:
	case PLX_STATUS_CANCELLED:
	case PLX_STATUS_COUNT:
		break;
	}
	return CAA_EXCUSE_OURS;
}

static bool proof_holds(const struct plx_result *proof, uint64_t failed_ns)
{
	if (proof == NULL || !plx_result_is_definitive(proof) ||
	    proof->dnssec != PLX_DNSSEC_INSECURE) {
		return false;
	}
	uint64_t apart = proof->time_ns > failed_ns ? proof->time_ns - failed_ns
						    : failed_ns - proof->time_ns;
	return apart <= CAA_PROOF_WINDOW_S * NS_PER_S;
}

// Whether the domain is shown to be insecure, and our way to it to have worked.
static enum caa_excuse insecurity_judge(const struct plx_result *failure, bool needs_own_state,
					const struct plx_result *proof)
{
	bool holds = proof_holds(proof, failure->time_ns);
	if (!needs_own_state) {
		return holds ? CAA_EXCUSE_GRANTED : CAA_EXCUSE_NOT_INSECURE;
	}
	bool is_refuted = proof != NULL && plx_result_is_definitive(proof) &&
			  proof->dnssec != PLX_DNSSEC_INSECURE;
	if (failure->dnssec != PLX_DNSSEC_INSECURE || is_refuted) {
		return CAA_EXCUSE_NOT_INSECURE;
	}
	return holds ? CAA_EXCUSE_GRANTED : CAA_EXCUSE_NOT_REACHED;
}

bool caa_failure_needs_own_state(bool requires_validation, enum plx_resolution resolution)
{
	return requires_validation || resolution != PLX_RESOLUTION_STUB;
}

enum caa_excuse caa_lookup_failure_judge(const struct plx_result *failure, bool needs_own_state,
					 const struct plx_result *proof,
					 const struct caa_switches *switches)
{
	if (plx_result_is_definitive(failure)) {
		return CAA_EXCUSE_NOT_A_FAILURE;
	}
	enum caa_excuse place = place_judge(failure);
	if (place != CAA_EXCUSE_GRANTED) {
		return place;
	}
	if (failure->dnssec == PLX_DNSSEC_BOGUS) {
		return CAA_EXCUSE_SUSPICIOUS;
	}
	if (failure->dnssec == PLX_DNSSEC_SECURE) {
		return CAA_EXCUSE_NOT_INSECURE;
	}
	if (failure->attempts < CAA_RETRIED_ATTEMPTS) {
		return CAA_EXCUSE_NOT_RETRIED;
	}
	enum caa_excuse insecurity = insecurity_judge(failure, needs_own_state, proof);
	if (insecurity != CAA_EXCUSE_GRANTED) {
		return insecurity;
	}
	return caa_switch_is_on(switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS)
		       ? CAA_EXCUSE_GRANTED
		       : CAA_EXCUSE_NOT_ALLOWED;
}

static const struct {
	const char *name;
	const char *text;
} excuses[CAA_EXCUSE_COUNT] = {
	[CAA_EXCUSE_NOT_EVALUATED] = {"not-evaluated", "no failure was judged"},
	[CAA_EXCUSE_GRANTED] = {"granted",
				"the failure lies outside our infrastructure, was retried, "
				"and the domain is insecure"},
	[CAA_EXCUSE_NOT_ALLOWED] = {"not-allowed", "the failure could be excused, but the switch "
						   "lookup-failure-permits is off"},
	[CAA_EXCUSE_NOT_A_FAILURE] = {"not-a-failure", "the look-up has a definitive answer"},
	[CAA_EXCUSE_OURS] = {"ours", "the failure is or may be in our own infrastructure"},
	[CAA_EXCUSE_SUSPICIOUS] = {"suspicious", "validation failed or answers were forged"},
	[CAA_EXCUSE_NOT_RETRIED] = {"not-retried", "the look-up was not retried"},
	[CAA_EXCUSE_NOT_INSECURE] = {"not-insecure", "nothing proves that the domain is insecure"},
	[CAA_EXCUSE_NOT_REACHED] = {"not-reached",
				    "no answer of the domain shows that our way to it worked"},
};

const char *caa_excuse_name(enum caa_excuse excuse)
{
	return (unsigned)excuse < CAA_EXCUSE_COUNT ? excuses[excuse].name : "unknown";
}

const char *caa_excuse_text(enum caa_excuse excuse)
{
	return (unsigned)excuse < CAA_EXCUSE_COUNT ? excuses[excuse].text : "unknown excuse";
}
