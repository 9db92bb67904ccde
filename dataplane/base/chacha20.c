// SPDX-License-Identifier: BSD-3-Clause
// RFC 8439 2.3, written after its pseudo-code: 20 rounds are 10 pairs of column and diagonal rounds.

#include "base/chacha20.h"

#include <endian.h>
#include <string.h>

#define CHACHA20_WORDS 16
#define CHACHA20_DOUBLE_ROUNDS 10

static uint32_t rotate_left(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static uint32_t read_word_le(const uint8_t *bytes)
{
	uint32_t word;
	memcpy(&word, bytes, sizeof(word));
	return le32toh(word);
}

static void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b;
	*d = rotate_left(*d ^ *a, 16);
	*c += *d;
	*b = rotate_left(*b ^ *c, 12);
	*a += *b;
	*d = rotate_left(*d ^ *a, 8);
	*c += *d;
	*b = rotate_left(*b ^ *c, 7);
}

static void state_init(const uint8_t *key, uint32_t counter, const uint8_t *nonce,
		       uint32_t ret_start[static CHACHA20_WORDS])
{
	static const uint32_t constants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	memcpy(ret_start, constants, sizeof(constants));
	for (unsigned i = 0; i < 8; i++) {
		ret_start[4 + i] = read_word_le(key + 4 * i);
	}
	ret_start[12] = counter;
	for (unsigned i = 0; i < 3; i++) {
		ret_start[13 + i] = read_word_le(nonce + 4 * i);
	}
}

void chacha20_block(const uint8_t key[static CHACHA20_KEY_BYTES], uint32_t counter,
		    const uint8_t nonce[static CHACHA20_NONCE_BYTES],
		    uint8_t ret_block[static CHACHA20_BLOCK_BYTES])
{
	uint32_t start[CHACHA20_WORDS];
	state_init(key, counter, nonce, start);
	uint32_t x[CHACHA20_WORDS];
	memcpy(x, start, sizeof(x));
	for (unsigned round = 0; round < CHACHA20_DOUBLE_ROUNDS; round++) {
		for (unsigned i = 0; i < 4; i++) {
			quarter_round(&x[i], &x[4 + i], &x[8 + i], &x[12 + i]);
		}
		for (unsigned i = 0; i < 4; i++) {
			quarter_round(&x[i], &x[4 + (i + 1) % 4], &x[8 + (i + 2) % 4],
				      &x[12 + (i + 3) % 4]);
		}
	}
	for (unsigned i = 0; i < CHACHA20_WORDS; i++) {
		uint32_t word = htole32(x[i] + start[i]);
		memcpy(ret_block + 4 * i, &word, sizeof(word));
	}
}

// The same word of each block.
typedef uint32_t lanes __attribute__((vector_size(4 * CHACHA20_LANES)));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void lanes_quarter_round(lanes *a, lanes *b, lanes *c, lanes *d)
{
	*a += *b;
	*d ^= *a;
	*d = *d << 16 | *d >> 16;
	*c += *d;
	*b ^= *c;
	*b = *b << 12 | *b >> 20;
	*a += *b;
	*d ^= *a;
	*d = *d << 8 | *d >> 24;
	*c += *d;
	*b ^= *c;
	*b = *b << 7 | *b >> 25;
}

ALWAYS_INLINE void blocks_make(const uint32_t start[static CHACHA20_WORDS], uint8_t *ret_blocks)
{
	lanes x[CHACHA20_WORDS];
	for (unsigned i = 0; i < CHACHA20_WORDS; i++) {
		x[i] = start[i] - (lanes) {0};
	}
	x[12] += (lanes) {0, 1, 2, 3, 4, 5, 6, 7};
	const lanes counters = x[12];
	for (unsigned round = 0; round < CHACHA20_DOUBLE_ROUNDS; round++) {
		lanes_quarter_round(&x[0], &x[4], &x[8], &x[12]);
		lanes_quarter_round(&x[1], &x[5], &x[9], &x[13]);
		lanes_quarter_round(&x[2], &x[6], &x[10], &x[14]);
		lanes_quarter_round(&x[3], &x[7], &x[11], &x[15]);
		lanes_quarter_round(&x[0], &x[5], &x[10], &x[15]);
		lanes_quarter_round(&x[1], &x[6], &x[11], &x[12]);
		lanes_quarter_round(&x[2], &x[7], &x[8], &x[13]);
		lanes_quarter_round(&x[3], &x[4], &x[9], &x[14]);
	}
	for (unsigned i = 0; i < CHACHA20_WORDS; i++) {
		x[i] += i == 12 ? counters : start[i] - (lanes) {0};
		for (unsigned block = 0; block < CHACHA20_LANES; block++) {
			uint32_t word = htole32(x[i][block]);
			memcpy(ret_blocks + block * CHACHA20_BLOCK_BYTES + 4 * i, &word,
			       sizeof(word));
		}
	}
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void blocks_make_avx2(const uint32_t *start,
							     uint8_t *ret_blocks)
{
	blocks_make(start, ret_blocks);
}
#endif

void chacha20_blocks(const uint8_t key[static CHACHA20_KEY_BYTES], uint32_t counter,
		     const uint8_t nonce[static CHACHA20_NONCE_BYTES],
		     uint8_t ret_blocks[static CHACHA20_LANES * CHACHA20_BLOCK_BYTES])
{
	uint32_t start[CHACHA20_WORDS];
	state_init(key, counter, nonce, start);
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		blocks_make_avx2(start, ret_blocks);
		return;
	}
#endif
	blocks_make(start, ret_blocks);
}
