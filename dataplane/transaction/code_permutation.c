// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/code_permutation.h"

#include <parallax/base/random_source.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

void code_permutation_init(struct code_permutation *permutation, uint8_t bits,
			   struct plx_random *random)
{
	*permutation = (struct code_permutation) {
		.right_bits = bits / 2,
		.left_bits = (uint8_t)(bits - bits / 2),
	};
	plx_random_bytes(random, permutation->siphash_key, sizeof(permutation->siphash_key));
	plx_random_bytes(random, permutation->aes_key, sizeof(permutation->aes_key));
	code_permutation_set_aes(permutation, true);
}

// The halves of a number; each round changes one of them, in turn, by a keyed function of the other.
struct halves {
	uint32_t left;
	uint32_t right;
};

static struct halves split(const struct code_permutation *permutation, uint32_t number)
{
	return (struct halves) {
		.left = number >> permutation->right_bits,
		.right = number & ((1u << permutation->right_bits) - 1),
	};
}

static uint32_t join(const struct code_permutation *permutation, struct halves halves)
{
	return halves.left << permutation->right_bits | halves.right;
}

static void siphash_round(const struct code_permutation *permutation, unsigned round,
			  struct halves *halves)
{
	const struct plx_siphash_key *key = &permutation->siphash_key[round];
	if (round % 2 == 0) {
		uint32_t mask = (1u << permutation->left_bits) - 1;
		halves->left ^= (uint32_t)plx_siphash_word(key, halves->right) & mask;
	} else {
		uint32_t mask = (1u << permutation->right_bits) - 1;
		halves->right ^= (uint32_t)plx_siphash_word(key, halves->left) & mask;
	}
}

#ifdef __x86_64__

#define AES_TARGET __attribute__((target("aes,sse4.1")))

// The halves stay in vector registers: moving them out and in between rounds would take as long as the rounds.
AES_TARGET static inline __m128i aes_value(const uint8_t (*key)[16], __m128i half, __m128i mask)
{
	__m128i state = _mm_xor_si128(half, _mm_load_si128((const __m128i *)key[0]));
	for (unsigned i = 1; i < CODE_PERMUTATION_AES_KEYS; i++) {
		state = _mm_aesenc_si128(state, _mm_load_si128((const __m128i *)key[i]));
	}
	return _mm_and_si128(state, mask);
}

static inline __m128i low_bits(uint8_t bits)
{
	return _mm_cvtsi32_si128((int)((1u << bits) - 1));
}

AES_TARGET static uint32_t aes_permute(const struct code_permutation *permutation, uint32_t number,
				       bool is_backward)
{
	struct halves halves = split(permutation, number);
	const __m128i left_mask = low_bits(permutation->left_bits);
	const __m128i right_mask = low_bits(permutation->right_bits);
	__m128i left = _mm_cvtsi32_si128((int)halves.left);
	__m128i right = _mm_cvtsi32_si128((int)halves.right);
	for (unsigned i = 0; i < CODE_PERMUTATION_ROUNDS; i++) {
		unsigned round = is_backward ? CODE_PERMUTATION_ROUNDS - 1 - i : i;
		const uint8_t(*key)[16] = permutation->aes_key[round];
		if (round % 2 == 0) {
			left = _mm_xor_si128(left, aes_value(key, right, left_mask));
		} else {
			right = _mm_xor_si128(right, aes_value(key, left, right_mask));
		}
	}
	halves.left = (uint32_t)_mm_cvtsi128_si32(left);
	halves.right = (uint32_t)_mm_cvtsi128_si32(right);
	return join(permutation, halves);
}

void code_permutation_set_aes(struct code_permutation *permutation, bool may_use_aes)
{
	permutation->has_aes =
		may_use_aes && __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1");
}

#else

static uint32_t aes_permute(const struct code_permutation *permutation, uint32_t number,
			    bool is_backward)
{
	return number; // has_aes is never set
}

void code_permutation_set_aes(struct code_permutation *permutation, bool may_use_aes)
{
	permutation->has_aes = false;
}

#endif

uint32_t code_permutation_encrypt(const struct code_permutation *permutation, uint32_t plain)
{
	if (PLX_LIKELY(permutation->has_aes)) {
		return aes_permute(permutation, plain, false);
	}
	struct halves halves = split(permutation, plain);
	for (unsigned round = 0; round < CODE_PERMUTATION_ROUNDS; round++) {
		siphash_round(permutation, round, &halves);
	}
	return join(permutation, halves);
}

uint32_t code_permutation_decrypt(const struct code_permutation *permutation, uint32_t code)
{
	if (PLX_LIKELY(permutation->has_aes)) {
		return aes_permute(permutation, code, true);
	}
	struct halves halves = split(permutation, code);
	for (unsigned round = CODE_PERMUTATION_ROUNDS; round-- > 0;) {
		siphash_round(permutation, round, &halves);
	}
	return join(permutation, halves);
}
