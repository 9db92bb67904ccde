// SPDX-License-Identifier: BSD-3-Clause
// The modes of issuance and the certificate profiles that have them, and which mode the rules demand when. Pure.
//
//	report-only  the primary decides; what enforcement would have done is recorded
//	test-window  as report-only, in an announced window; every would-be refusal is reported with its reason
//	enforce      the full decision, quorum included, decides

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODE_TIME_NEVER INT64_MAX // no end, no change to come

// In order of strength.
enum mode {
	MODE_NOT_SET = 0, // nothing may be issued
	MODE_REPORT_ONLY,
	MODE_TEST_WINDOW,
	MODE_ENFORCE,
};

enum profile {
	PROFILE_NOT_SET = 0,
	PROFILE_TLS,
	PROFILE_SMIME,
	PROFILE_PRIVATE, // not publicly trusted: needs no MPIC
};
#define PROFILE_COUNT 4 // an array indexed by profile

const char *mode_name(enum mode mode); // "report-only", "test-window", "enforce", "not-set"
// MODE_NOT_SET when the text names none of the three.
enum mode mode_parse(const char *text, size_t text_length);
const char *profile_name(enum profile profile); // "tls", "smime", "private", "not-set"
// PROFILE_NOT_SET when the text names none of the three.
enum profile profile_parse(const char *text, size_t text_length);
// Whether it is one of the three, and so an index of an array of PROFILE_COUNT.
bool profile_is_set(enum profile profile);

// The weakest mode that the rules allow for certificates issued at this Unix time; MODE_NOT_SET when they demand none.
// TLS: BR 3.2.2.9, the quorum decides from 2025-09-15, until then results are recorded. S/MIME: S/MIME BR 4.2.2 from
// 2025-05-15, in the same phases. An unknown profile is held to MODE_ENFORCE.
enum mode mode_demanded(enum profile profile, int64_t now_s);
// When mode_demanded next changes after `now_s`; MODE_TIME_NEVER when no change is known.
int64_t mode_demand_change(enum profile profile, int64_t now_s);
bool mode_is_weaker(enum mode mode, enum mode than);
// Whether the rules demand more than `mode` at any moment of [from_s, until_s): nobody is asked again on the day on
// which they change.
bool mode_is_weak_within(enum profile profile, enum mode mode, int64_t from_s, int64_t until_s);
