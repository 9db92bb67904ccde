// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/letter_case.h"

#include <parallax/base/random_source.h>
#include <parallax/dns/name.h>

#include <string.h>

// Sixteen octets at once: compilers make vector instructions of it, or what else they have.
#define BLOCK 16u
typedef uint8_t octets16 __attribute__((vector_size(BLOCK)));
typedef uint16_t pairs8 __attribute__((vector_size(BLOCK)));

// Each letter flipped by one of the sixteen bits. Octets of label lengths are never letters.
static inline octets16 flip_letters(octets16 octets, uint16_t bits)
{
	// Every pair of octets sees all bits, and each octet of it another one of them.
	const octets16 own_bit = {1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 32, 32, 64, 64, 128, 128};
	octets16 drawn = (octets16)((pairs8) {0} + bits);
	octets16 is_flipped = (octets16)((drawn & own_bit) == own_bit);
	octets16 is_letter = (octets16)((octets | 0x20) - 'a' < 26);
	return octets ^ (is_flipped & is_letter & 0x20);
}

static inline octets16 load_block(const uint8_t *octets)
{
	octets16 block;
	memcpy(&block, octets, sizeof(block));
	return block;
}

static inline void store_block(octets16 block, uint8_t *name, uint8_t *wire)
{
	memcpy(name, &block, sizeof(block));
	memcpy(wire, &block, sizeof(block));
}

static void randomise_short(struct plx_random *random, uint8_t *name, unsigned length,
			    uint8_t *wire)
{
	uint8_t octets[BLOCK] = {0};
	memcpy(octets, name, length);
	octets16 block = flip_letters(load_block(octets), (uint16_t)plx_random_u32(random));
	memcpy(octets, &block, sizeof(block));
	memcpy(name, octets, length);
	memcpy(wire, octets, length);
}

// The last block may overlap the one before, and is read before that is written.
void letter_case_randomise(struct plx_random *random, uint8_t *name, unsigned length, uint8_t *wire)
{
	if (length < BLOCK) {
		randomise_short(random, name, length, wire);
		return;
	}
	octets16 last = load_block(name + length - BLOCK);
	uint32_t bits = plx_random_u32(random); // for two blocks
	unsigned block = 0;
	for (unsigned at = 0; at + BLOCK < length; at += BLOCK, block++) {
		bits = block > 0 && block % 2 == 0 ? plx_random_u32(random) : bits;
		store_block(flip_letters(load_block(name + at), (uint16_t)bits), name + at,
			    wire + at);
		bits >>= 16;
	}
	bits = block > 0 && block % 2 == 0 ? plx_random_u32(random) : bits;
	store_block(flip_letters(last, (uint16_t)bits), name + length - BLOCK,
		    wire + length - BLOCK);
}
