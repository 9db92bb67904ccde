// SPDX-License-Identifier: BSD-3-Clause
// Whether a remote perspective's check corroborates the primary's (BR 3.2.2.9): both passed, and both saw the same of
// what the method rests on. Whatever cannot be compared does not corroborate.

#pragma once

#include "policy/dcv_method.h"
#include "policy/dcv_switches.h"
#include "rules/verdict.h"

// What one perspective saw. `evidence` is NUL-terminated: the selected contact (.13 .14 .16 .17), the accounturi (.22,
// .5.8), the FQDN of the PTR (.5.3), for all others the Random Value, token or digest that was found.
struct dcv_observation {
	enum dcv_method method;
	enum check_outcome outcome;
	const char *evidence; // NULL: none was reported
};

enum dcv_corroboration {
	DCV_CORROBORATION_NOT_EVALUATED = 0,
	DCV_CORROBORATION_SAME,
	DCV_CORROBORATION_PRIMARY_NOT_PASSED, // there is no determination to corroborate
	DCV_CORROBORATION_REMOTE_FAILED,
	DCV_CORROBORATION_REMOTE_ERROR, // or never evaluated
	DCV_CORROBORATION_OTHER_METHOD,
	DCV_CORROBORATION_NO_EVIDENCE,
	DCV_CORROBORATION_OTHER_CHALLENGE,
	DCV_CORROBORATION_OTHER_CONTACT,
	DCV_CORROBORATION_OTHER_ACCOUNT,
	DCV_CORROBORATION_OTHER_NAME,
	DCV_CORROBORATION_COUNT
};

enum dcv_corroboration dcv_corroboration_judge(const struct dcv_observation *primary,
					       const struct dcv_observation *remote,
					       const struct dcv_switches *switches);
const char *dcv_corroboration_name(enum dcv_corroboration corroboration);
const char *dcv_corroboration_text(enum dcv_corroboration corroboration);
