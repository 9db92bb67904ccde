// SPDX-License-Identifier: BSD-3-Clause
// The generations of a slot: each query that a slot sends is a new one, so that answers to earlier queries are known as
// late. `renewals` is how many the slot is remembered to have had.

#pragma once

#include <stdint.h>

// Generations that a slot remembers to have had, at most; and never more than half of all, so that at least every
// second answer that was never asked for is told from a late one.
#define GENERATION_RENEWALS_MAX UINT8_MAX
// A question starts 1 to 4 generations after the last one of its slot.
#define GENERATION_START_STEP_MASK 3

static inline uint32_t generation_mask(unsigned generation_bits)
{
	return generation_bits < 16 ? (1u << generation_bits) - 1 : UINT16_MAX;
}

static inline void generation_advance(uint16_t *generation, uint8_t *renewals, unsigned step,
				      unsigned generation_bits)
{
	uint32_t mask = generation_mask(generation_bits);
	uint32_t most = mask / 2 < GENERATION_RENEWALS_MAX ? mask / 2 : GENERATION_RENEWALS_MAX;
	uint32_t had = *renewals + step;
	*generation = (uint16_t)((*generation + step) & mask);
	*renewals = (uint8_t)(had < most ? had : most);
}

// How many generations ago `other` was; UINT32_MAX when it is none.
static inline uint32_t generation_age(uint16_t generation, uint32_t other, unsigned generation_bits)
{
	uint32_t mask = generation_mask(generation_bits);
	return other <= mask ? (generation - other) & mask : UINT32_MAX;
}
