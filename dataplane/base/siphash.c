// SPDX-License-Identifier: BSD-3-Clause
// SipHash-2-4, after the pseudo-code of the paper: 2 rounds per 8 octets, 4 at the end, little-endian words.

#include <parallax/base/siphash.h>

#include <endian.h>
#include <string.h>

static inline void sip_absorb(struct plx_siphash_state *s, uint64_t word)
{
	s->v3 ^= word;
	plx_siphash_round(s);
	plx_siphash_round(s);
	s->v0 ^= word;
}

uint64_t plx_siphash(const struct plx_siphash_key *key, const void *bytes, size_t length)
{
	struct plx_siphash_state s = plx_siphash_start(key);
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
		plx_siphash_round(&s);
	}
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
