// SPDX-License-Identifier: BSD-3-Clause
// The letters of a query's name in random case (0x20, draft-vixie-dnsext-dns0x20): about a bit for each letter that who
// forges an answer has to guess. Pure but for the random source.

#pragma once

#include <stdint.h>

struct plx_random;

// Gives each letter of the name in wire form a new case, in place, where answers are compared with it, and writes it to
// `wire`, which may not overlap it: read back from the one for the other, it would stall.
void letter_case_randomise(struct plx_random *random, uint8_t *name, unsigned length,
			   uint8_t *wire);
