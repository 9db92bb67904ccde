// SPDX-License-Identifier: BSD-3-Clause
// memcpy for names, records and the like: lengths known at run time only, and mostly short. Compilers make `rep movs` of a
// memcpy whose length they know to be small, which takes tens of cycles to begin.

#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PLX_OCTETS_SHORT 256

// Octets do not overlap. Reads and writes nothing else.
static inline void plx_octets_copy(uint8_t *to, const uint8_t *from, size_t length)
{
	if (length > PLX_OCTETS_SHORT) {
		memcpy(to, from, length);
	} else if (length >= 16) {
		for (size_t at = 0; at + 16 < length; at += 16) {
			memcpy(to + at, from + at, 16);
		}
		memcpy(to + length - 16, from + length - 16, 16); // over what was copied already
	} else if (length >= 8) {
		memcpy(to, from, 8);
		memcpy(to + length - 8, from + length - 8, 8);
	} else if (length >= 4) {
		memcpy(to, from, 4);
		memcpy(to + length - 4, from + length - 4, 4);
	} else {
		for (size_t at = 0; at < length; at++) {
			to[at] = from[at];
		}
	}
}
