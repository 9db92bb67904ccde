// SPDX-License-Identifier: BSD-3-Clause
// When the dates of a certificate (RFC 5280 4.1.2.5) are worth an alarm, and that each is told once. Pure.

#pragma once

#include <stdbool.h>
#include <stdint.h>

// Whole days before the end of validity. A threshold that is not shorter than the whole validity says nothing (a channel
// certificate that lives a week would alarm at each renewal) and is left out, all but the last.
#define CERTIFICATE_ALARM_THRESHOLDS 4
extern const int certificate_alarm_days[CERTIFICATE_ALARM_THRESHOLDS]; // 30, 14, 7, 1

enum certificate_state {
	CERTIFICATE_NOT_EVALUATED = 0,
	CERTIFICATE_VALID,
	CERTIFICATE_EXPIRING, // a threshold is passed
	CERTIFICATE_NOT_YET_VALID,
	CERTIFICATE_EXPIRED,
	CERTIFICATE_UNREADABLE, // the file as a whole
	CERTIFICATE_UNDATED,    // a key: readable, and has no dates
};

// Unix seconds; both ends belong to the validity.
struct certificate_validity {
	int64_t not_before_s;
	int64_t not_after_s;
};

// What was told already. Zeroed: nothing.
struct certificate_alarm_memory {
	unsigned thresholds_passed; // how many of certificate_alarm_days
	bool is_not_yet_valid_told;
	bool is_expired_told;
};

// VALID, EXPIRING, NOT_YET_VALID or EXPIRED. Expired wins over not yet valid, for dates that are the wrong way round.
enum certificate_state certificate_state_at(const struct certificate_validity *validity,
					    int64_t now_s);
// Rounded down: 0 on the last day, -1 in the first second after the end.
int64_t certificate_days_left(const struct certificate_validity *validity, int64_t now_s);
// How many thresholds are passed: 0 (none) to CERTIFICATE_ALARM_THRESHOLDS.
unsigned certificate_thresholds_passed(const struct certificate_validity *validity, int64_t now_s);
// The alarm to raise now: EXPIRING, EXPIRED or NOT_YET_VALID; NOT_EVALUATED: none, or told before. Of several thresholds
// passed at once only the last is told. A clock that goes back tells nothing twice.
enum certificate_state certificate_alarm_due(const struct certificate_validity *validity,
					     int64_t now_s,
					     struct certificate_alarm_memory *memory);
const char *certificate_state_name(enum certificate_state state); // "not-yet-valid"
