// SPDX-License-Identifier: BSD-3-Clause
// The random numbers of a target: SHA-256 of secret and target, made into a generator as CPython's
// random.Random(bytes) does it. For cohort.c. Pure.

#pragma once

#include <parallax/base/attributes.h>

struct mersenne_twister;

// -E2BIG, -ENOMEM as cohort_plan_make.
PLX_MUST_CHECK int cohort_seed(const char *hash_secret, const char *target,
			       struct mersenne_twister *ret_twister);
