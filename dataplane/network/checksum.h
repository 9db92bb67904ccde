// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum (RFC 1071) as a running sum: 16-bit words are added as they lie in memory, so that a sum made
// of parts (template, payload, one changed port) needs no byte swapping until it is stored.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

// Adds `length` bytes to `sum`; an odd last byte counts as if a zero followed, so only the last part may be odd.
PLX_PURE uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length);

// Adds one 16-bit field given in host order.
static inline uint64_t checksum_add_u16(uint64_t sum, uint16_t value)
{
	return sum +
	       __builtin_bswap16(value); // x86 and arm64 are little-endian: asserted in checksum.c
}

// Folds to 16 bits in memory order, not complemented: 0xffff when the sum was over data that holds its own checksum.
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}
