// SPDX-License-Identifier: BSD-3-Clause
// Everything of an answer behind its question, built once: records whose owner is a compression pointer to offset 12,
// where every question begins. Copied as it is, whatever the name. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include "reflect/profile.h"

#include <stddef.h>
#include <stdint.h>

#define REFLECT_TAIL_MAX 1232
#define REFLECT_PARENT_POINTERS_MAX 3

struct reflect_tail {
	uint64_t sum;   // checksum of `bytes` (network/checksum.h)
	uint16_t flags; // AA, TC and the RCODE
	uint16_t type;  // of its answer section; 0: fits any question
	uint16_t answer_count;
	uint16_t authority_count;
	uint16_t additional_count; // without OPT
	uint16_t length;
	uint16_t
		name_length_max; // of the question: labels in front of it must not make it too long
	// Where pointers stand that must lead to the question's parent instead (the SOA of an NXDOMAIN).
	uint8_t parent_pointer_count;
	uint16_t parent_pointers[REFLECT_PARENT_POINTERS_MAX];
	uint8_t bytes[REFLECT_TAIL_MAX];
};

// -ENOSPC when it is longer than any answer may be: then TC is the answer.
PLX_MUST_CHECK int reflect_tail_build(const struct reflect_profile *profile,
				      struct reflect_tail *ret_tail);
// No records, only this RCODE (0..15).
void reflect_tail_build_rcode(uint16_t rcode, struct reflect_tail *ret_tail);
