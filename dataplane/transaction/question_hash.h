// SPDX-License-Identifier: BSD-3-Clause
// The hash by which open questions are found: Multilinear-HM (Lemire and Kaser, "Strongly universal string hashing is
// fast", 2013). Under a random key any two questions collide with a probability of 2^-32, whoever chose them, so that
// chains stay short; a peer that saw hashes could find more, but none does. Its multiplications do not wait for each
// other, as the rounds of SipHash do.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/siphash.h>
#include <parallax/dns/name.h>

#include <stdint.h>

#define QUESTION_HASH_WORDS_MAX (PLX_NAME_MAX / 8 + 1) // of a name; the last one may overlap

struct question_hash_key {
	uint64_t base;
	uint64_t rest[2];
	uint64_t name[QUESTION_HASH_WORDS_MAX][2];
};

// Made of a SipHash key, by SipHash.
void question_hash_key_init(struct question_hash_key *key, const struct plx_siphash_key *seed);

// Of a name (wire form, any case) and what else makes it another question.
PLX_PURE uint32_t question_hash(const struct question_hash_key *key, const uint8_t *name,
				uint8_t name_length, uint16_t qtype, uint8_t key_flags);
