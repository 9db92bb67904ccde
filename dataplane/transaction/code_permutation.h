// SPDX-License-Identifier: BSD-3-Clause
// A keyed permutation of the numbers below 1 << bits: a Feistel network of 8 rounds, each with its own key. Works on odd
// and even numbers of bits alike: the left part has the bit more.
//
// The round function is four rounds of AES where the processor has instructions for it, else SipHash-1-3. Either is run on
// at most 16 bits of input that nobody but us chooses, under a key of this process that never leaves it, and shows at
// most 16 bits of its output, through the other rounds. The two are different permutations: what one encrypted only it
// decrypts, which is all that matters within a process.
//
// Pure; the struct is read-only after init and shared by all workers.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/siphash.h>

#include <stdint.h>

#define CODE_PERMUTATION_ROUNDS 8
#define CODE_PERMUTATION_AES_KEYS 5 // one before the first AES round, one for each of the four
#define CODE_PERMUTATION_BITS_MAX 32

// By what: the first is another permutation than the others, which are one.
enum code_permutation_way {
	CODE_PERMUTATION_SIPHASH,
	CODE_PERMUTATION_AES,
	CODE_PERMUTATION_WIDE_AES, // code_permutation_wide.h
};

struct code_permutation {
	PLX_CACHE_ALIGNED uint8_t aes_key[CODE_PERMUTATION_ROUNDS][CODE_PERMUTATION_AES_KEYS][16];
	struct plx_siphash_key siphash_key[CODE_PERMUTATION_ROUNDS];
	uint8_t right_bits;
	uint8_t left_bits;
	uint8_t way; // enum code_permutation_way
};

struct plx_random;

// `bits` from 2 to CODE_PERMUTATION_BITS_MAX.
void code_permutation_init(struct code_permutation *permutation, uint8_t bits,
			   struct plx_random *random);
// At most `best`, for the tests of what other machines do; init chooses the best that this one can.
void code_permutation_limit(struct code_permutation *permutation, enum code_permutation_way best);

// All numbers are below 1 << bits. Several at once take less time than one by one: they do not wait for each other.
void code_permutation_encrypt(const struct code_permutation *permutation, uint32_t *numbers,
			      unsigned count);
void code_permutation_decrypt(const struct code_permutation *permutation, uint32_t *numbers,
			      unsigned count);
