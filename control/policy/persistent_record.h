// SPDX-License-Identifier: BSD-3-Clause
// The persistent DCV TXT record (BR 3.2.2.4.22 and 3.2.2.5.8; draft-ietf-acme-dns-persist): an issue-value that names
// the CA, the account that may use it, until when, and whether for more than the name itself.

#pragma once

#include "policy/dcv_switches.h"
#include "rules/verdict.h"

#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERSISTENT_UNTIL_DIGITS_MAX 18 // fits int64_t; a longer number is no date anybody meant

struct persistent_expected {
	const char *const *issuer_domain_names; // what the CA's CPS 4.2 discloses
	size_t issuer_domain_name_count;
	const char *account_uri;
	bool covers_more; // for a wildcard, or a name below the one that has the record
	int64_t unix_time;
	const struct dcv_switches *switches;
};

// From the one that tells least to the one that tells most: of several records the furthest is told.
enum persistent_reason {
	PERSISTENT_NOT_EVALUATED = 0,
	PERSISTENT_NO_RECORDS,
	PERSISTENT_MALFORMED, // no issue-value, or no issuer in it
	PERSISTENT_DUPLICATE, // a parameter given twice
	PERSISTENT_OTHER_ISSUER,
	PERSISTENT_NO_ACCOUNT,
	PERSISTENT_OTHER_ACCOUNT,
	PERSISTENT_BAD_UNTIL, // persistUntil is not a decimal UNIX time
	PERSISTENT_EXPIRED,
	PERSISTENT_NO_POLICY, // policy=wildcard is due and absent
	PERSISTENT_USABLE,
	PERSISTENT_REASON_COUNT
};

// One record's joined text, any octets.
enum persistent_reason persistent_text_judge(const struct persistent_expected *expected,
					     const char *text, size_t length);
// Any usable record will do. `ret_index` is untouched unless USABLE. What corroborates is the account URI expected, not
// the record's text (BR 3.2.2.9).
enum persistent_reason persistent_records_judge(const struct persistent_expected *expected,
						const struct plx_result_record *records,
						size_t count, size_t *ret_index);

enum check_outcome persistent_reason_outcome(enum persistent_reason reason);
const char *persistent_reason_name(enum persistent_reason reason);
const char *persistent_reason_text(enum persistent_reason reason);
