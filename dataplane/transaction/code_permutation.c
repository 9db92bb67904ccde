// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/code_permutation.h"

#include <parallax/base/random_source.h>

#include "transaction/code_permutation_wide.h"

#include <stdbool.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define WIDE_MIN 5 // numbers: as long as two groups of AES_GROUP take

void code_permutation_init(struct code_permutation *permutation, uint8_t bits,
			   struct plx_random *random)
{
	*permutation = (struct code_permutation) {
		.right_bits = bits / 2,
		.left_bits = (uint8_t)(bits - bits / 2),
	};
	plx_random_bytes(random, permutation->siphash_key, sizeof(permutation->siphash_key));
	plx_random_bytes(random, permutation->aes_key, sizeof(permutation->aes_key));
	code_permutation_limit(permutation, CODE_PERMUTATION_WIDE_AES);
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
#define AES_GROUP 4 // numbers in work at once

static inline __m128i low_bits(uint8_t bits)
{
	return _mm_cvtsi32_si128((int)((1u << bits) - 1));
}

// Half of the numbers of a group is changed by the other half. The rounds of one number wait for each other, those of
// several do not.
AES_TARGET static inline void aes_round(const uint8_t (*key)[16], __m128i mask,
					const __m128i from[static AES_GROUP],
					__m128i to[static AES_GROUP])
{
	__m128i state[AES_GROUP];
	for (unsigned i = 0; i < AES_GROUP; i++) {
		state[i] = _mm_xor_si128(from[i], _mm_load_si128((const __m128i *)key[0]));
	}
	for (unsigned k = 1; k < CODE_PERMUTATION_AES_KEYS; k++) {
		const __m128i round_key = _mm_load_si128((const __m128i *)key[k]);
		for (unsigned i = 0; i < AES_GROUP; i++) {
			state[i] = _mm_aesenc_si128(state[i], round_key);
		}
	}
	for (unsigned i = 0; i < AES_GROUP; i++) {
		to[i] = _mm_xor_si128(to[i], _mm_and_si128(state[i], mask));
	}
}

// The halves stay in vector registers: moving them out and in between rounds would take as long as the rounds.
AES_TARGET static inline void aes_group(const struct code_permutation *permutation,
					uint32_t numbers[static AES_GROUP], bool is_backward)
{
	const __m128i left_mask = low_bits(permutation->left_bits);
	const __m128i right_mask = low_bits(permutation->right_bits);
	__m128i left[AES_GROUP];
	__m128i right[AES_GROUP];
	for (unsigned i = 0; i < AES_GROUP; i++) {
		struct halves halves = split(permutation, numbers[i]);
		left[i] = _mm_cvtsi32_si128((int)halves.left);
		right[i] = _mm_cvtsi32_si128((int)halves.right);
	}
	for (unsigned i = 0; i < CODE_PERMUTATION_ROUNDS; i++) {
		unsigned round = is_backward ? CODE_PERMUTATION_ROUNDS - 1 - i : i;
		if (round % 2 == 0) {
			aes_round(permutation->aes_key[round], left_mask, right, left);
		} else {
			aes_round(permutation->aes_key[round], right_mask, left, right);
		}
	}
	for (unsigned i = 0; i < AES_GROUP; i++) {
		const struct halves halves = {.left = (uint32_t)_mm_cvtsi128_si32(left[i]),
					      .right = (uint32_t)_mm_cvtsi128_si32(right[i])};
		numbers[i] = join(permutation, halves);
	}
}

AES_TARGET static inline void aes_permute(const struct code_permutation *permutation,
					  uint32_t *numbers, unsigned count, bool is_backward)
{
	for (; count >= AES_GROUP; count -= AES_GROUP, numbers += AES_GROUP) {
		aes_group(permutation, numbers, is_backward);
	}
	if (count > 0) {
		uint32_t rest[AES_GROUP] = {0};
		memcpy(rest, numbers, count * sizeof(*numbers));
		aes_group(permutation, rest, is_backward);
		memcpy(numbers, rest, count * sizeof(*numbers));
	}
}

// Two functions, so that the direction is constant in each.
AES_TARGET static void aes_encrypt(const struct code_permutation *permutation, uint32_t *numbers,
				   unsigned count)
{
	aes_permute(permutation, numbers, count, false);
}

AES_TARGET static void aes_decrypt(const struct code_permutation *permutation, uint32_t *numbers,
				   unsigned count)
{
	aes_permute(permutation, numbers, count, true);
}

static bool has_aes(void)
{
	return __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1");
}

#else

static bool has_aes(void)
{
	return false;
}

// Never called.
static void aes_encrypt(const struct code_permutation *permutation, uint32_t *numbers,
			unsigned count)
{
}

static void aes_decrypt(const struct code_permutation *permutation, uint32_t *numbers,
			unsigned count)
{
}

#endif

void code_permutation_limit(struct code_permutation *permutation, enum code_permutation_way best)
{
	enum code_permutation_way way = CODE_PERMUTATION_SIPHASH;
	if (best >= CODE_PERMUTATION_AES && has_aes()) {
		way = CODE_PERMUTATION_AES;
	}
	if (best >= CODE_PERMUTATION_WIDE_AES && way == CODE_PERMUTATION_AES &&
	    code_permutation_wide_is_supported()) {
		way = CODE_PERMUTATION_WIDE_AES;
	}
	permutation->way = (uint8_t)way;
}

typedef void wide_permute(const struct code_permutation *permutation,
			  uint32_t numbers[static CODE_PERMUTATION_WIDE_GROUP]);

// How many numbers it took care of: all but some for which it were no gain.
static unsigned permute_wide(const struct code_permutation *permutation, uint32_t *numbers,
			     unsigned count, wide_permute *permute)
{
	unsigned done = 0;
	for (; count - done >= CODE_PERMUTATION_WIDE_GROUP; done += CODE_PERMUTATION_WIDE_GROUP) {
		permute(permutation, numbers + done);
	}
	unsigned left = count - done;
	if (left >= WIDE_MIN) {
		uint32_t rest[CODE_PERMUTATION_WIDE_GROUP] = {0};
		memcpy(rest, numbers + done, left * sizeof(*numbers));
		permute(permutation, rest);
		memcpy(numbers + done, rest, left * sizeof(*numbers));
		done = count;
	}
	return done;
}

void code_permutation_encrypt(const struct code_permutation *permutation, uint32_t *numbers,
			      unsigned count)
{
	if (permutation->way == CODE_PERMUTATION_WIDE_AES) {
		unsigned done =
			permute_wide(permutation, numbers, count, code_permutation_wide_encrypt);
		numbers += done;
		count -= done;
	}
	if (PLX_LIKELY(permutation->way != CODE_PERMUTATION_SIPHASH)) {
		aes_encrypt(permutation, numbers, count);
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		struct halves halves = split(permutation, numbers[i]);
		for (unsigned round = 0; round < CODE_PERMUTATION_ROUNDS; round++) {
			siphash_round(permutation, round, &halves);
		}
		numbers[i] = join(permutation, halves);
	}
}

void code_permutation_decrypt(const struct code_permutation *permutation, uint32_t *numbers,
			      unsigned count)
{
	if (permutation->way == CODE_PERMUTATION_WIDE_AES) {
		unsigned done =
			permute_wide(permutation, numbers, count, code_permutation_wide_decrypt);
		numbers += done;
		count -= done;
	}
	if (PLX_LIKELY(permutation->way != CODE_PERMUTATION_SIPHASH)) {
		aes_decrypt(permutation, numbers, count);
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		struct halves halves = split(permutation, numbers[i]);
		for (unsigned round = CODE_PERMUTATION_ROUNDS; round-- > 0;) {
			siphash_round(permutation, round, &halves);
		}
		numbers[i] = join(permutation, halves);
	}
}
