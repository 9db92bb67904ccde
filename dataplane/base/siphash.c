// SPDX-License-Identifier: BSD-3-Clause
// SipHash-2-4, after the pseudo-code of the paper: 2 rounds per 8 octets, 4 at the end, little-endian words.

#include <parallax/base/siphash.h>

#include <endian.h>
#include <string.h>

struct sip_state {
	uint64_t v0;
	uint64_t v1;
	uint64_t v2;
	uint64_t v3;
};

static inline uint64_t rotate_left(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void sip_round(struct sip_state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 = rotate_left(s->v2, 32);
}

static inline void sip_absorb(struct sip_state *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

uint64_t plx_siphash(const struct plx_siphash_key *key, const void *bytes, size_t length)
{
	struct sip_state s = {
		.v0 = key->k0 ^ 0x736f6d6570736575,
		.v1 = key->k1 ^ 0x646f72616e646f6d,
		.v2 = key->k0 ^ 0x6c7967656e657261,
		.v3 = key->k1 ^ 0x7465646279746573,
	};
	const uint8_t *in = bytes;
	size_t left = length;
	for (; left >= 8; left -= 8, in += 8) {
		uint64_t word;
		memcpy(&word, in, sizeof(word));
		sip_absorb(&s, le64toh(word));
	}
	uint64_t last = (uint64_t)length << 56;
	for (size_t i = 0; i < left; i++) {
		last |= (uint64_t)in[i] << (8 * i);
	}
	sip_absorb(&s, last);
	s.v2 ^= 0xff;
	for (unsigned i = 0; i < 4; i++) {
		sip_round(&s);
	}
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
