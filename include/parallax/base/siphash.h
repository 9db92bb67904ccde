// SPDX-License-Identifier: BSD-3-Clause
// SipHash (Aumasson, Bernstein 2012), keyed: for hash tables that an attacker fills, for the query identity
// permutation and for DNS cookies (RFC 9018 uses SipHash-2-4 as well).

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

struct plx_siphash_key {
	uint64_t k0;
	uint64_t k1;
};

struct plx_siphash_state {
	uint64_t v0;
	uint64_t v1;
	uint64_t v2;
	uint64_t v3;
};

static inline uint64_t plx_rotate_left(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static inline struct plx_siphash_state plx_siphash_start(const struct plx_siphash_key *key)
{
	return (struct plx_siphash_state) {
		.v0 = key->k0 ^ 0x736f6d6570736575,
		.v1 = key->k1 ^ 0x646f72616e646f6d,
		.v2 = key->k0 ^ 0x6c7967656e657261,
		.v3 = key->k1 ^ 0x7465646279746573,
	};
}

static inline void plx_siphash_round(struct plx_siphash_state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = plx_rotate_left(s->v1, 13) ^ s->v0;
	s->v3 = plx_rotate_left(s->v3, 16) ^ s->v2;
	s->v0 = plx_rotate_left(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = plx_rotate_left(s->v1, 17) ^ s->v2;
	s->v3 = plx_rotate_left(s->v3, 21) ^ s->v0;
	s->v2 = plx_rotate_left(s->v2, 32);
}

// SipHash-2-4 of any octets.
PLX_PURE uint64_t plx_siphash(const struct plx_siphash_key *key, const void *bytes, size_t length);

// The rounds of SipHash-1-3 over words that the caller makes and must make unambiguous, for tables in memory. Not
// interchangeable with plx_siphash.
static inline void plx_siphash_absorb(struct plx_siphash_state *s, uint64_t word)
{
	s->v3 ^= word;
	plx_siphash_round(s);
	s->v0 ^= word;
}

static inline uint64_t plx_siphash_end(struct plx_siphash_state *s)
{
	s->v2 ^= 0xff;
	plx_siphash_round(s);
	plx_siphash_round(s);
	plx_siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

// SipHash-1-3 of exactly one 64-bit word, without its length block: a keyed function for uses that call it many
// times per packet. Not interchangeable with plx_siphash.
static inline uint64_t plx_siphash_word(const struct plx_siphash_key *key, uint64_t word)
{
	struct plx_siphash_state s = plx_siphash_start(key);
	plx_siphash_absorb(&s, word);
	return plx_siphash_end(&s);
}
