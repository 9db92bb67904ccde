// SPDX-License-Identifier: BSD-3-Clause
// All tails that a run can need, and how answers are made from them. Built at the start, read-only afterwards: any
// number of threads may share it.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/siphash.h>

#include "reflect/tail.h"

#include <stdbool.h>

struct reflect_config {
	struct reflect_profile profile;
	bool is_by_name;          // the first label chooses, where it is a profile
	bool recursion_available; // sets RA
	bool authentic_data;      // sets AD when the query has DO or AD (RFC 6840 5.8)
	struct plx_siphash_key cookie_key;
};

struct reflect_answers {
	struct reflect_config config;
	const struct reflect_tail *fixed;
	const struct reflect_tail *nodata;
	const struct reflect_tail *truncated;
	struct reflect_tail bare; // NODATA without an SOA (RFC 2308 2.2, type 3)
	struct reflect_tail formerr;
	struct reflect_tail badvers;
	// By kind, then size; NULL where the answer is TC, and all of it but sizes 0 unless is_by_name.
	const struct reflect_tail **by_size[REFLECT_KINDS];
};

// NULL when memory is out.
struct reflect_answers *reflect_answers_create(const struct reflect_config *config);
void reflect_answers_destroy(struct reflect_answers *answers);
// The tail of a profile; that of `truncated` when it fits no answer.
const struct reflect_tail *reflect_answers_find(const struct reflect_answers *answers,
						const struct reflect_profile *profile);
