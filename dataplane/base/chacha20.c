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

void chacha20_block(const uint8_t key[static CHACHA20_KEY_BYTES], uint32_t counter,
		    const uint8_t nonce[static CHACHA20_NONCE_BYTES],
		    uint8_t ret_block[static CHACHA20_BLOCK_BYTES])
{
	uint32_t start[CHACHA20_WORDS] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	for (unsigned i = 0; i < 8; i++) {
		start[4 + i] = read_word_le(key + 4 * i);
	}
	start[12] = counter;
	for (unsigned i = 0; i < 3; i++) {
		start[13 + i] = read_word_le(nonce + 4 * i);
	}
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
