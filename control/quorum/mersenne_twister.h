// SPDX-License-Identifier: BSD-3-Clause
// MT19937 (Matsumoto and Nishimura 1998), as CPython's random module drives it. Only to reproduce orders that Open
// MPIC computes the same way everywhere: its numbers are guessable and serve nothing else. Pure.

#pragma once

#include <stddef.h>
#include <stdint.h>

#define MERSENNE_TWISTER_STATE 624

struct mersenne_twister {
	uint32_t state[MERSENNE_TWISTER_STATE];
	unsigned next;
};

// The authors' init_by_array. At least one word.
void mersenne_twister_seed(struct mersenne_twister *twister, const uint32_t *key,
			   size_t key_length);
uint32_t mersenne_twister_next(struct mersenne_twister *twister);
// Even over 0 .. below - 1, by rejection as CPython does. `below` is at least 1.
uint32_t mersenne_twister_below(struct mersenne_twister *twister, uint32_t below);
