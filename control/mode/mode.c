// SPDX-License-Identifier: BSD-3-Clause
// Names of modes and profiles, and the table of what the rules demand.

#include "mode/mode.h"

#include <string.h>

#define SECOND_OF_2025_05_15 1747267200 // S/MIME BR 1.0.8 (SMC010): MPIC SHALL
#define SECOND_OF_2025_09_15 1757894400 // TLS BR 3.2.2.9: the quorum is enforced

struct mode_demand {
	enum profile profile;
	int64_t from_s;
	enum mode mode;
};

// Of rows of a profile the last that has begun holds. A BR date begins at 00:00:00 UTC (BR 1.6.4).
static const struct mode_demand demands[] = {
	{PROFILE_TLS, INT64_MIN, MODE_REPORT_ONLY},
	{PROFILE_TLS, SECOND_OF_2025_09_15, MODE_ENFORCE},
	{PROFILE_SMIME, INT64_MIN, MODE_NOT_SET},
	{PROFILE_SMIME, SECOND_OF_2025_05_15, MODE_REPORT_ONLY},
	{PROFILE_SMIME, SECOND_OF_2025_09_15, MODE_ENFORCE},
	{PROFILE_PRIVATE, INT64_MIN, MODE_NOT_SET},
};

const char *mode_name(enum mode mode)
{
	switch (mode) {
	case MODE_NOT_SET:
		return "not-set";
	case MODE_REPORT_ONLY:
		return "report-only";
	case MODE_TEST_WINDOW:
		return "test-window";
	case MODE_ENFORCE:
		return "enforce";
	}
	return "not-set";
}

static bool text_equals(const char *text, size_t text_length, const char *name)
{
	return text_length == strlen(name) && memcmp(text, name, text_length) == 0;
}

enum mode mode_parse(const char *text, size_t text_length)
{
	static const enum mode modes[] = {MODE_REPORT_ONLY, MODE_TEST_WINDOW, MODE_ENFORCE};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(modes); i++) {
		if (text_equals(text, text_length, mode_name(modes[i]))) {
			return modes[i];
		}
	}
	return MODE_NOT_SET;
}

const char *profile_name(enum profile profile)
{
	switch (profile) {
	case PROFILE_NOT_SET:
		return "not-set";
	case PROFILE_TLS:
		return "tls";
	case PROFILE_SMIME:
		return "smime";
	case PROFILE_PRIVATE:
		return "private";
	}
	return "not-set";
}

enum profile profile_parse(const char *text, size_t text_length)
{
	static const enum profile profiles[] = {PROFILE_TLS, PROFILE_SMIME, PROFILE_PRIVATE};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(profiles); i++) {
		if (text_equals(text, text_length, profile_name(profiles[i]))) {
			return profiles[i];
		}
	}
	return PROFILE_NOT_SET;
}

bool profile_is_set(enum profile profile)
{
	switch (profile) {
	case PROFILE_TLS:
	case PROFILE_SMIME:
	case PROFILE_PRIVATE:
		return true;
	case PROFILE_NOT_SET:
		break;
	}
	return false;
}

enum mode mode_demanded(enum profile profile, int64_t now_s)
{
	enum mode mode = MODE_ENFORCE;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(demands); i++) {
		if (demands[i].profile == profile && demands[i].from_s <= now_s) {
			mode = demands[i].mode;
		}
	}
	return mode;
}

int64_t mode_demand_change(enum profile profile, int64_t now_s)
{
	int64_t next_s = MODE_TIME_NEVER;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(demands); i++) {
		if (demands[i].profile == profile && demands[i].from_s > now_s &&
		    demands[i].from_s < next_s) {
			next_s = demands[i].from_s;
		}
	}
	return next_s;
}

bool mode_is_weaker(enum mode mode, enum mode than)
{
	return mode < than;
}

bool mode_is_weak_within(enum profile profile, enum mode mode, int64_t from_s, int64_t until_s)
{
	// Each turn passes an edge of the rules.
	for (; from_s < until_s; from_s = mode_demand_change(profile, from_s)) {
		if (mode_is_weaker(mode, mode_demanded(profile, from_s))) {
			return true;
		}
	}
	return false;
}
