// SPDX-License-Identifier: BSD-3-Clause
// Why a CAA verdict is what it is: a code for logs and APIs and a sentence for people. The complete list.

#pragma once

enum caa_outcome {
	CAA_NOT_EVALUATED = 0,
	CAA_PERMIT,
	CAA_PROHIBIT, // the records were read, and they forbid
	CAA_ERROR,    // nothing is known: forbids as well
};

// Prohibitions by record stand in the order of how near the record came to a match: of several records that fail, the
// nearest miss is the reason.
enum caa_reason {
	CAA_REASON_NOT_EVALUATED = 0,
	// permit
	CAA_REASON_NO_RECORDS,
	CAA_REASON_NO_RESTRICTION,
	CAA_REASON_MATCHED,
	CAA_REASON_FAILURE_EXCUSED,
	// prohibit
	CAA_REASON_NO_ISSUER,
	CAA_REASON_VALUE_MALFORMED,
	CAA_REASON_ISSUER_NOT_LISTED,
	CAA_REASON_ACCOUNT_REPEATED,
	CAA_REASON_ACCOUNT_INVALID,
	CAA_REASON_ACCOUNT_MISMATCH,
	CAA_REASON_METHODS_REPEATED,
	CAA_REASON_METHODS_INVALID,
	CAA_REASON_METHOD_MISMATCH,
	CAA_REASON_CRITICAL_UNKNOWN,
	// error
	CAA_REASON_RECORD_MALFORMED,
	CAA_REASON_RESULT_INCONSISTENT,
	CAA_REASON_LOOKUP_FAILED,
	CAA_REASON_LOOKUP_BOGUS,
	CAA_REASON_NOT_VALIDATED,
	CAA_REASON_TLD_NXDOMAIN,
	CAA_REASON_NO_PROFILE,
	CAA_REASON_COUNT
};

enum caa_outcome caa_reason_outcome(enum caa_reason reason);
const char *caa_reason_name(enum caa_reason reason);    // "issuer-not-listed"
const char *caa_reason_text(enum caa_reason reason);    // a sentence without a full stop
const char *caa_outcome_name(enum caa_outcome outcome); // "permit"
