// SPDX-License-Identifier: BSD-3-Clause
// The table of reasons. Each belongs to one outcome, so that the two of a verdict cannot contradict each other.

#include "policy/caa_reason.h"

static const struct {
	enum caa_outcome outcome;
	const char *name;
	const char *text;
} reasons[CAA_REASON_COUNT] = {
	[CAA_REASON_NOT_EVALUATED] = {CAA_NOT_EVALUATED, "not-evaluated",
				      "CAA has not been evaluated"},
	[CAA_REASON_NO_RECORDS] = {CAA_PERMIT, "no-records",
				   "neither the name nor a parent of it has CAA records"},
	[CAA_REASON_NO_RESTRICTION] = {CAA_PERMIT, "no-restriction",
				       "no CAA record restricts certificates of this kind"},
	[CAA_REASON_MATCHED] = {CAA_PERMIT, "matched", "a CAA record authorises this issuance"},
	[CAA_REASON_FAILURE_EXCUSED] = {CAA_PERMIT, "failure-excused",
					"the look-up failed outside our infrastructure, also when "
					"retried, and the domain is insecure"},
	[CAA_REASON_NO_ISSUER] = {CAA_PROHIBIT, "no-issuer",
				  "the CAA records allow no issuer at all"},
	[CAA_REASON_VALUE_MALFORMED] =
		{CAA_PROHIBIT, "value-malformed",
		 "a CAA record's value is malformed, which authorises nobody"},
	[CAA_REASON_ISSUER_NOT_LISTED] = {CAA_PROHIBIT, "issuer-not-listed",
					  "the CAA records name other issuers, not us"},
	[CAA_REASON_ACCOUNT_REPEATED] = {CAA_PROHIBIT, "account-repeated",
					 "the CAA record that names us has two accounturi "
					 "parameters, which no account satisfies"},
	[CAA_REASON_ACCOUNT_INVALID] = {CAA_PROHIBIT, "account-invalid",
					"the accounturi of the CAA record that names us is no URI"},
	[CAA_REASON_ACCOUNT_MISMATCH] = {CAA_PROHIBIT, "account-mismatch",
					 "the CAA record that names us is for another account"},
	[CAA_REASON_METHODS_REPEATED] = {CAA_PROHIBIT, "methods-repeated",
					 "the CAA record that names us has two validationmethods "
					 "parameters"},
	[CAA_REASON_METHODS_INVALID] = {CAA_PROHIBIT, "methods-invalid",
					"the validationmethods of the CAA record that names us is "
					"no list of labels"},
	[CAA_REASON_METHOD_MISMATCH] =
		{CAA_PROHIBIT, "method-mismatch",
		 "the CAA record that names us does not allow the validation "
		 "method used"},
	[CAA_REASON_CRITICAL_UNKNOWN] = {CAA_PROHIBIT, "critical-unknown",
					 "a CAA property that we do not know is marked critical"},
	[CAA_REASON_RECORD_MALFORMED] = {CAA_ERROR, "record-malformed",
					 "the RDATA of a CAA record cannot be read"},
	[CAA_REASON_RESULT_INCONSISTENT] = {CAA_ERROR, "result-inconsistent",
					    "the look-up's result contradicts itself"},
	[CAA_REASON_LOOKUP_FAILED] = {CAA_ERROR, "lookup-failed",
				      "the CAA look-up has no definitive answer"},
	[CAA_REASON_LOOKUP_BOGUS] = {CAA_ERROR, "lookup-bogus",
				     "DNSSEC validation of the CAA look-up failed"},
	[CAA_REASON_NOT_VALIDATED] = {CAA_ERROR, "not-validated",
				      "the answer was to be validated by DNSSEC and was not"},
	[CAA_REASON_TLD_NXDOMAIN] = {CAA_ERROR, "tld-nxdomain",
				     "the top-level domain does not exist"},
	[CAA_REASON_NO_PROFILE] = {CAA_ERROR, "no-profile", "the kind of certificate is not known"},
};

enum caa_outcome caa_reason_outcome(enum caa_reason reason)
{
	return (unsigned)reason < CAA_REASON_COUNT ? reasons[reason].outcome : CAA_ERROR;
}

const char *caa_reason_name(enum caa_reason reason)
{
	return (unsigned)reason < CAA_REASON_COUNT ? reasons[reason].name : "unknown";
}

const char *caa_reason_text(enum caa_reason reason)
{
	return (unsigned)reason < CAA_REASON_COUNT ? reasons[reason].text : "unknown reason";
}

const char *caa_outcome_name(enum caa_outcome outcome)
{
	switch (outcome) {
	case CAA_PERMIT:
		return "permit";
	case CAA_PROHIBIT:
		return "prohibit";
	case CAA_ERROR:
		return "error";
	case CAA_NOT_EVALUATED:
		break;
	}
	return "not-evaluated";
}
