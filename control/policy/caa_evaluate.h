// SPDX-License-Identifier: BSD-3-Clause
// From the relevant CAA RRset of a name to a verdict: RFC 8659 4, RFC 8657, RFC 9495 (S/MIME), BR 4.2.2.1 and 4.2.2.2.
//
//	set failed, bogus, malformed ------------------> error   (a failed one may be excused: caa_lookup_failure.h)
//	empty -----------------------------------------> permit  no-records
//	an unknown tag with flag 128, anywhere --------> prohibit
//	which properties count:  S/MIME issuemail | wildcard issuewild if there is one, else issue | else issue
//	none of them ----------------------------------> permit  no-restriction
//	one names us, for this account and method -----> permit  matched
//	else ------------------------------------------> prohibit, with the nearest miss as the reason

#pragma once

#include "policy/caa_lookup_failure.h"
#include "policy/caa_parameters.h"
#include "policy/caa_reason.h"
#include "policy/caa_record_set.h"
#include "policy/caa_switches.h"
#include "policy/issue_value.h"
#include "rules/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum caa_profile {
	CAA_PROFILE_NONE = 0, // an error
	CAA_PROFILE_TLS,
	CAA_PROFILE_SMIME,
	CAA_PROFILE_PRIVATE, // the properties of TLS; whether the verdict binds is the order's to say
};

// Everything is the caller's and only read.
struct caa_request {
	enum caa_profile profile;
	bool is_wildcard; // the identifier begins with "*."; no meaning for S/MIME
	// The primary must have its answers validated (BR 4.2.2.2): what is neither secure nor insecure is an error then.
	// Remote perspectives need not.
	bool requires_validation;
	enum plx_resolution resolution; // of the look-up and of the proof
	// The issuer domain names of CP/CPS 4.2, as A-labels without a trailing dot.
	const char *const *issuers;
	size_t issuer_count;
	struct caa_requester requester;
	const struct caa_switches *switches;
	const struct plx_result
		*insecure_proof; // of caa_lookup_failure_judge; NULL when there is none
	int64_t rules_at;        // Unix seconds: whose rules hold; need not be the present
	int64_t now;             // Unix seconds, by the clock: when the permission begins to serve
};

// Zeroed memory was not evaluated and permits nothing.
struct caa_verdict {
	enum caa_outcome outcome;
	enum caa_reason reason; // caa_reason_outcome(reason) == outcome
	bool has_record;
	uint16_t record_index;        // of the record that decided, in the order of the result
	enum issue_value_fault fault; // of that record, when the reason is value-malformed
	enum caa_excuse excuse;       // when the look-up failed: why this is, or is not, permission
	// Unix seconds, the last at which a permission serves (BR 4.2.2.1); 0 when it is none.
	int64_t usable_until;
	// The rules at `rules_at` allow the switches as they are set. If not, the first that breaks them.
	bool is_compliant;
	enum caa_switch breach;
};

// Order of the records changes record_index at most. Pure, any thread.
struct caa_verdict caa_evaluate(const struct caa_request *request,
				const struct caa_record_set *set);

// The verdict as a perspective's check reports it.
enum check_outcome caa_verdict_check(const struct caa_verdict *verdict);
