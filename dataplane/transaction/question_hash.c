// SPDX-License-Identifier: BSD-3-Clause
// Each word of eight octets is two numbers of 32 bits with two random ones of 64 bits for its place. The length has its
// place before the name, so that names of any two lengths are told apart like those of one.

#include "transaction/question_hash.h"

#include <string.h>

#define SEED_FIRST                                                                                 \
	(1ull << 32) // no slot has this number: the seed tells their first generations too

void question_hash_key_init(struct question_hash_key *key, const struct plx_siphash_key *seed)
{
	uint64_t at = SEED_FIRST;
	key->base = plx_siphash_word(seed, at++);
	for (unsigned half = 0; half < 2; half++) {
		key->rest[half] = plx_siphash_word(seed, at++);
		for (unsigned word = 0; word < QUESTION_HASH_WORDS_MAX; word++) {
			key->name[word][half] = plx_siphash_word(seed, at++);
		}
	}
}

static uint64_t product(const uint64_t key[static 2], uint64_t word)
{
	return (key[0] + (uint32_t)word) * (key[1] + (word >> 32));
}

static uint64_t read_folded(const uint8_t *octets)
{
	uint64_t word;
	memcpy(&word, octets, sizeof(word));
	return plx_ascii_lower_word(word);
}

// The name in words of eight octets, the last of which overlaps the one before or, in a name that is shorter, is filled up
// with zeros.
uint32_t question_hash(const struct question_hash_key *key, const uint8_t *name,
		       uint8_t name_length, uint16_t qtype, uint8_t key_flags)
{
	uint64_t rest = (uint64_t)key_flags << 32 | (uint64_t)qtype << 8 | name_length;
	uint64_t sum = key->base + product(key->rest, rest);
	if (name_length < 8) {
		uint8_t octets[8] = {0};
		memcpy(octets, name, name_length);
		sum += product(key->name[0], read_folded(octets));
		return (uint32_t)(sum >> 32);
	}
	unsigned word = 0;
	for (unsigned at = 0; at + 8 < name_length; at += 8) {
		sum += product(key->name[word++], read_folded(name + at));
	}
	sum += product(key->name[word], read_folded(name + name_length - 8));
	return (uint32_t)(sum >> 32);
}
