// SPDX-License-Identifier: BSD-3-Clause
// Who is asked for a request in Open MPIC's form: the cohorts of its target among the remotes of a generation, and the
// panel of each. The primary is in every panel, as the rules want it, and in no cohort.

#pragma once

#include <parallax/base/attributes.h>

#include "quorum/cohort.h"

#include <stddef.h>

struct generation;
struct order_panel;

struct mpic_cohorts {
	struct generation *generation; // one reference
	struct cohort_plan plan;
	size_t remotes[COHORT_PERSPECTIVES_MAX]; // by index of the plan: of generation->remotes
};

// Remotes that are drained, or that could never be counted beside this primary, are in none. What is too close to each
// other is computed from places (BR 3.2.2.9); no list by hand. A plan without cohorts is no error. -EINVAL, -E2BIG,
// -ENOMEM as cohort_plan_make. Release with mpic_cohorts_fini, which takes zeroed memory too.
PLX_MUST_CHECK int mpic_cohorts_plan(struct generation *generation, const char *target, size_t size,
				     struct mpic_cohorts *ret_cohorts);
void mpic_cohorts_fini(struct mpic_cohorts *cohorts);

// The name of a member, which lives as long as the generation.
const char *mpic_cohorts_member(const struct mpic_cohorts *cohorts, size_t cohort, size_t member);
// One reference; NULL without memory.
struct order_panel *mpic_cohorts_panel(const struct mpic_cohorts *cohorts, size_t cohort);
