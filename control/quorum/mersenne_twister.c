// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/mersenne_twister.h"

#define SIZE MERSENNE_TWISTER_STATE
#define PERIOD 397
#define UPPER_BIT 0x80000000u

static void seed_word(struct mersenne_twister *twister, uint32_t word)
{
	twister->state[0] = word;
	for (uint32_t i = 1; i < SIZE; i++) {
		uint32_t before = twister->state[i - 1];
		twister->state[i] = 1812433253u * (before ^ (before >> 30)) + i;
	}
	twister->next = SIZE;
}

// The step that both rounds of seeding share: the word at `i`, given a multiplier.
static uint32_t mix(const struct mersenne_twister *twister, size_t i, uint32_t multiplier)
{
	uint32_t before = twister->state[i - 1];
	return twister->state[i] ^ ((before ^ (before >> 30)) * multiplier);
}

static size_t step(struct mersenne_twister *twister, size_t i)
{
	if (i + 1 < SIZE) {
		return i + 1;
	}
	twister->state[0] = twister->state[SIZE - 1];
	return 1;
}

void mersenne_twister_seed(struct mersenne_twister *twister, const uint32_t *key, size_t key_length)
{
	seed_word(twister, 19650218u);
	size_t i = 1, j = 0;
	for (size_t k = SIZE > key_length ? SIZE : key_length; k > 0; k--) {
		twister->state[i] = mix(twister, i, 1664525u) + key[j] + (uint32_t)j;
		i = step(twister, i);
		j = (j + 1) % key_length;
	}
	for (size_t k = SIZE - 1; k > 0; k--) {
		twister->state[i] = mix(twister, i, 1566083941u) - (uint32_t)i;
		i = step(twister, i);
	}
	twister->state[0] = UPPER_BIT;
}

static void refill(struct mersenne_twister *twister)
{
	uint32_t *state = twister->state;
	for (unsigned i = 0; i < SIZE; i++) {
		uint32_t joined = (state[i] & UPPER_BIT) | (state[(i + 1) % SIZE] & ~UPPER_BIT);
		state[i] = state[(i + PERIOD) % SIZE] ^ (joined >> 1) ^
			   ((joined & 1) != 0 ? 0x9908b0dfu : 0);
	}
	twister->next = 0;
}

uint32_t mersenne_twister_next(struct mersenne_twister *twister)
{
	if (twister->next >= SIZE) {
		refill(twister);
	}
	uint32_t word = twister->state[twister->next++];
	word ^= word >> 11;
	word ^= (word << 7) & 0x9d2c5680u;
	word ^= (word << 15) & 0xefc60000u;
	return word ^ (word >> 18);
}

uint32_t mersenne_twister_below(struct mersenne_twister *twister, uint32_t below)
{
	int shift = __builtin_clz(below); // 32 less the bits of `below` itself
	uint32_t word;
	// A draw is taken with a chance of at least one half.
	do {
		word = mersenne_twister_next(twister) >> shift;
	} while (word >= below);
	return word;
}
