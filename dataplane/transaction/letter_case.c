// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/letter_case.h"

#include <parallax/base/random_source.h>
#include <parallax/dns/name.h>

#include <string.h>

// Bit 5 of each octet from one of the eight bits.
static uint64_t spread_bits(uint8_t bits)
{
	uint64_t own_bit = bits * PLX_EACH_OCTET(1) & 0x8040201008040201;
	return ((own_bit + PLX_EACH_OCTET(0x7f)) & PLX_EACH_OCTET(0x80)) >> 2;
}

// Each letter of the word flipped by one of the eight bits. Octets of label lengths are never letters.
static uint64_t flip_letters(uint64_t word, uint8_t bits)
{
	uint64_t letters = plx_ascii_upper_word(word & PLX_EACH_OCTET(0xdf)) >> 2;
	return word ^ (letters & spread_bits(bits));
}

static uint64_t load_word(const uint8_t *octets)
{
	uint64_t word;
	memcpy(&word, octets, sizeof(word));
	return word;
}

static void randomise_short(struct plx_random *random, uint8_t *name, unsigned length)
{
	uint8_t octets[8] = {0};
	memcpy(octets, name, length);
	uint64_t word = flip_letters(load_word(octets), (uint8_t)plx_random_u32(random));
	memcpy(octets, &word, sizeof(word));
	memcpy(name, octets, length);
}

// The last eight octets may overlap those before, and are read before these are written.
void letter_case_randomise(struct plx_random *random, uint8_t *name, unsigned length, uint8_t *wire)
{
	if (length < 8) {
		randomise_short(random, name, length);
		memcpy(wire, name, length);
		return;
	}
	uint64_t last = load_word(name + length - 8);
	uint32_t bits = 0;
	unsigned drawn = 0;
	for (unsigned at = 0; at + 8 < length; at += 8) {
		if (drawn == 0) {
			bits = plx_random_u32(random);
			drawn = 4;
		}
		uint64_t word = flip_letters(load_word(name + at), (uint8_t)bits);
		memcpy(name + at, &word, sizeof(word));
		memcpy(wire + at, &word, sizeof(word));
		bits >>= 8;
		drawn--;
	}
	bits = drawn == 0 ? plx_random_u32(random) : bits;
	last = flip_letters(last, (uint8_t)bits);
	memcpy(name + length - 8, &last, sizeof(last));
	memcpy(wire + length - 8, &last, sizeof(last));
}
