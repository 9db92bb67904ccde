// SPDX-License-Identifier: BSD-3-Clause
// The rules in force by date: one table of what the Baseline Requirements (BR) for TLS demand of a multi-perspective
// check, from which day on. "What would be decided on date D" is the same question with another time. Pure.
//
// Sections: quorum, minimum of remotes and regions BR 3.2.2.9; reuse of validations BR 4.2.1; DNSSEC BR 4.2.2.2; CAA
// BR 4.2.2.1 and, for its parameters, 4.2.2.1.2. The S/MIME BR take MPIC and DNSSEC over by reference, but reuse
// validations for other spans.

#pragma once

#include <stdbool.h>
#include <stdint.h>

// "Distinct" perspectives, and resolvers of different perspectives, are at least this far apart (BR 1.6.1, 3.2.2.9).
#define RULE_DISTANCE_MIN_KM 500
// A CAA answer may be used for the greater of its TTL and this (BR 4.2.2.1).
#define RULE_CAA_REUSE_MIN_S (8 * 3600)
// A validation by a persistent TXT record is never reused for longer (BR 3.2.2.4.22), whatever the row says.
#define RULE_PERSISTENT_DCV_REUSE_DAYS_MAX 10
// 2026-11-23, the day on which this table was last held against the BR. A clock that shows an earlier time is wrong,
// and the rules of that time are weaker: in 1970 no corroboration was demanded.
#define RULE_TABLE_WRITTEN_S INT64_C(1795392000)

// What is in force from from_unix_s, 00:00:00 UTC of that day (BR 1.6.4), until the next row. All static storage.
struct rule_row {
	int64_t from_unix_s;      // INT64_MIN: since ever
	uint8_t remotes_min;      // distinct remotes that must be used; 0: no MPIC demanded
	bool is_quorum_enforced;  // false: the CA may issue although too few remotes corroborate
	uint8_t regions_min;      // distinct RIR regions among the remotes that corroborate
	uint16_t dcv_reuse_days;  // age of a validation at issuance; see rule_row_dcv_reuse_days
	bool is_dnssec_required;  // all DNS of the primary validated to the root
	bool is_rfc8657_required; // accounturi and validationmethods of CAA obeyed
	const char *summary;      // one sentence: what is new
};

// The row in force at `unix_s`; never NULL. Before the first dated rule it demands no MPIC.
const struct rule_row *rules_at(int64_t unix_s);
// Whose rules hold for what may issue now: `now_s`, or the day on which the table was written when the clock is behind it.
int64_t rules_issuance_time(int64_t now_s);
// The first row that starts after `unix_s`; NULL when no further change is known.
const struct rule_row *rules_next_change(int64_t unix_s);

// How many of `remote_count` used remotes may fail to corroborate (BR 3.2.2.9): 2 to 5 allow one, 6 and more allow
// two. The rule has no line for fewer than two: none.
unsigned rules_misses_allowed(unsigned remote_count);

// For how many days after it a validation may serve an issuance (BR 4.2.1).
unsigned rule_row_dcv_reuse_days(const struct rule_row *row, bool is_persistent);
// Whether a validation of `validated_unix_s` may serve a certificate issued at `issued_unix_s`, to the second. One that
// lies in the future may not.
bool rules_dcv_is_reusable(int64_t validated_unix_s, int64_t issued_unix_s, bool is_persistent);
// Until when (unix seconds, inclusive) a CAA answer of that TTL may be used. An empty answer has TTL 0.
int64_t rules_caa_usable_until(int64_t checked_unix_s, uint32_t ttl_s);
