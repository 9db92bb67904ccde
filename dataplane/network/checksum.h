// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum (RFC 1071) as a running sum: 16-bit words are added as they lie in memory, so that a sum made
// of parts (template, payload, one changed port) needs no byte swapping until it is stored.

#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "checksum_add_u16 swaps unconditionally");

// Adds `length` bytes to `sum`; an odd last byte counts as if a zero followed, so only the last part may be odd.
// Eight bytes a step into a 64-bit sum of 32-bit halves: 2^32 steps before it could overflow. Inline, so that parts of
// known length, as addresses are, cost no loop.
static inline uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	for (; length >= 8; length -= 8, at += 8) {
		uint64_t word;
		memcpy(&word, at, sizeof(word));
		sum += (word & 0xffffffff) + (word >> 32);
	}
	if (length >= 4) {
		uint32_t word;
		memcpy(&word, at, sizeof(word));
		sum += word;
		at += 4;
		length -= 4;
	}
	if (length >= 2) {
		uint16_t word;
		memcpy(&word, at, sizeof(word));
		sum += word;
		at += 2;
		length -= 2;
	}
	if (length == 1) {
		sum += *at;
	}
	return sum;
}

// Adds one 16-bit field given in host order.
static inline uint64_t checksum_add_u16(uint64_t sum, uint16_t value)
{
	return sum + __builtin_bswap16(value); // x86 and arm64 are little-endian: asserted above
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
