// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic on the dates of certificates.

#include "guard/certificate_alarm.h"

#define DAY_S 86400

const int certificate_alarm_days[CERTIFICATE_ALARM_THRESHOLDS] = {30, 14, 7, 1};

static int64_t difference(int64_t left, int64_t right)
{
	int64_t result;
	if (__builtin_sub_overflow(left, right, &result)) {
		return left < right ? INT64_MIN : INT64_MAX;
	}
	return result;
}

enum certificate_state certificate_state_at(const struct certificate_validity *validity,
					    int64_t now_s)
{
	if (now_s > validity->not_after_s) {
		return CERTIFICATE_EXPIRED;
	}
	if (now_s < validity->not_before_s) {
		return CERTIFICATE_NOT_YET_VALID;
	}
	return certificate_thresholds_passed(validity, now_s) > 0 ? CERTIFICATE_EXPIRING
								  : CERTIFICATE_VALID;
}

int64_t certificate_days_left(const struct certificate_validity *validity, int64_t now_s)
{
	int64_t left_s = difference(validity->not_after_s, now_s);
	return left_s / DAY_S - (left_s % DAY_S < 0 ? 1 : 0);
}

unsigned certificate_thresholds_passed(const struct certificate_validity *validity, int64_t now_s)
{
	const int64_t left_s = difference(validity->not_after_s, now_s);
	const int64_t lifetime_s = difference(validity->not_after_s, validity->not_before_s);
	unsigned passed = 0;
	for (unsigned i = 0; i < CERTIFICATE_ALARM_THRESHOLDS; i++) {
		const int64_t threshold_s = (int64_t)certificate_alarm_days[i] * DAY_S;
		const bool is_meant =
			threshold_s < lifetime_s || i + 1 == CERTIFICATE_ALARM_THRESHOLDS;
		if (is_meant && left_s <= threshold_s) {
			passed = i + 1;
		}
	}
	return passed;
}

enum certificate_state certificate_alarm_due(const struct certificate_validity *validity,
					     int64_t now_s, struct certificate_alarm_memory *memory)
{
	const enum certificate_state state = certificate_state_at(validity, now_s);
	const unsigned passed = certificate_thresholds_passed(validity, now_s);
	bool is_news = false;
	switch (state) {
	case CERTIFICATE_EXPIRED:
		is_news = !memory->is_expired_told;
		memory->is_expired_told = true;
		// No threshold is news after this, should the clock go back.
		memory->thresholds_passed = CERTIFICATE_ALARM_THRESHOLDS;
		break;
	case CERTIFICATE_EXPIRING:
		is_news = passed > memory->thresholds_passed;
		memory->thresholds_passed = is_news ? passed : memory->thresholds_passed;
		break;
	case CERTIFICATE_NOT_YET_VALID:
		is_news = !memory->is_not_yet_valid_told;
		memory->is_not_yet_valid_told = true;
		break;
	case CERTIFICATE_NOT_EVALUATED:
	case CERTIFICATE_VALID:
	case CERTIFICATE_UNREADABLE:
	case CERTIFICATE_UNDATED:
		break;
	}
	return is_news ? state : CERTIFICATE_NOT_EVALUATED;
}

const char *certificate_state_name(enum certificate_state state)
{
	switch (state) {
	case CERTIFICATE_NOT_EVALUATED:
		return "not-evaluated";
	case CERTIFICATE_VALID:
		return "valid";
	case CERTIFICATE_EXPIRING:
		return "expiring";
	case CERTIFICATE_NOT_YET_VALID:
		return "not-yet-valid";
	case CERTIFICATE_EXPIRED:
		return "expired";
	case CERTIFICATE_UNREADABLE:
		return "unreadable";
	case CERTIFICATE_UNDATED:
		return "undated";
	}
	return "unknown";
}
