// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum (RFC 1071) as a running sum: 16-bit words are added as they lie in memory, so that a sum made
// of parts (template, payload, one changed port) needs no byte swapping until it is stored.

#pragma once

#include <parallax/base/attributes.h>

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "checksum_add_u16 swaps unconditionally");

// With the carry added back in: an addition and one of the carry flag.
static inline uint64_t checksum_add_word(uint64_t sum, const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	bool carry = __builtin_add_overflow(sum, word, &sum);
	return sum + carry;
}

// Adds `length` bytes to `sum`; an odd last byte counts as if a zero followed, so only the last part may be odd.
// Words of 64 bits, in whose sum no carry is lost, add up to the same as those of 16 (RFC 1071 2). What is returned is
// below 2^34, so that some fields may be added to it as they are. Always inline, so that parts of known length, as addresses
// are, cost no loop.
static PLX_ALWAYS_INLINE uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	for (; length >= 32; length -= 32, at += 32) {
		sum = checksum_add_word(sum, at);
		sum = checksum_add_word(sum, at + 8);
		sum = checksum_add_word(sum, at + 16);
		sum = checksum_add_word(sum, at + 24);
	}
	for (; length >= 8; length -= 8, at += 8) {
		sum = checksum_add_word(sum, at);
	}
	sum = (sum & 0xffffffff) + (sum >> 32);
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

// Folds to 16 bits in memory order, not complemented: 0xffff when the sum was over data that holds its own checksum. A
// number and itself with its halves swapped add up to the sum of the halves, carry included, in the upper one.
static inline uint16_t checksum_fold(uint64_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);
	return (uint16_t)((half + (half << 16 | half >> 16)) >> 16);
}
