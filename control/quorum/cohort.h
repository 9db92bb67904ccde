// SPDX-License-Identifier: BSD-3-Clause
// Which perspectives serve a target together: Open MPIC's cohorts, exactly, so that a CA that moves here from it meets
// the same perspectives for the same name, secret and configuration. Pure.
//
// The order is a shuffle seeded by secret and target; perspectives are dealt by RIR. Cohorts say who is asked. They do
// not say that the quorum's rules are met: perspective_set and quorum_tally judge that.

#pragma once

#include "quorum/region.h"

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

// As in perspective_set.h.
#define COHORT_PERSPECTIVES_MAX 64
// Octets of secret and target together: a name of 253 characters of at most four octets, and a secret of some length.
#define COHORT_SEED_TEXT_MAX 2048

struct cohort_perspective {
	const char *code; // compared with case, octet by octet
	enum region region;
	// Codes that may not follow it into a cohort. One way: the newcomer's list counts.
	const char *const *too_close_codes;
	size_t too_close_count;
};

// All numbers are indices into the perspectives given.
struct cohort_plan {
	uint8_t order[COHORT_PERSPECTIVES_MAX]; // the shuffled perspectives
	uint8_t members
		[COHORT_PERSPECTIVES_MAX]; // of cohort c: cohort_size of them from c * cohort_size on
	uint8_t cohort_size;
	uint8_t cohort_count; // 0: no cohort of that size can be built, which is no error here
};

// `target` as the request names it, UTF-8; ASCII letters are folded, and no others: Open MPIC folds all of Unicode, so
// a U-label in capitals that are not ASCII gives another cohort there.
// -EINVAL: a cohort size below 2, a perspective without code or region. -E2BIG: too many perspectives, or secret and
// target longer than the limit. -ENOMEM: libcrypto could not digest.
PLX_MUST_CHECK int cohort_plan_make(const struct cohort_perspective *perspectives,
				    size_t perspective_count, const char *hash_secret,
				    const char *target, size_t cohort_size,
				    struct cohort_plan *ret_plan);
