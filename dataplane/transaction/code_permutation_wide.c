// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/code_permutation_wide.h"

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>

#define WIDE_TARGET __attribute__((target("avx512f,vaes")))
#define CPUID_EXTENDED_FEATURES 7
#define CPUID_VAES (1u << 9) // of ECX; compilers do not all know it by name

// The first number of each block of four, the second, the third, the fourth.
#define FIRSTS 0x1111

bool code_permutation_wide_is_supported(void)
{
	unsigned eax, ebx, ecx, edx;
	return __builtin_cpu_supports("avx512f") &&
	       __get_cpuid_count(CPUID_EXTENDED_FEATURES, 0, &eax, &ebx, &ecx, &edx) != 0 &&
	       (ecx & CPUID_VAES) != 0;
}

WIDE_TARGET static inline __m512i aes_rounds(const uint8_t (*key)[16], __m512i state)
{
	state = _mm512_xor_si512(state,
				 _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)key[0])));
	for (unsigned k = 1; k < CODE_PERMUTATION_AES_KEYS; k++) {
		state = _mm512_aesenc_epi128(
			state, _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)key[k])));
	}
	return state;
}

// The keyed function of sixteen numbers: each in turn is the first of its block, the rest of which is zero, and what comes
// out as the first goes back to its place.
WIDE_TARGET static inline __m512i round_function(const uint8_t (*key)[16], __m512i from)
{
	__m512i first = aes_rounds(key, _mm512_maskz_shuffle_epi32(FIRSTS, from, 0x00));
	__m512i second = aes_rounds(key, _mm512_maskz_shuffle_epi32(FIRSTS, from, 0x55));
	__m512i third = aes_rounds(key, _mm512_maskz_shuffle_epi32(FIRSTS, from, 0xaa));
	__m512i fourth = aes_rounds(key, _mm512_maskz_shuffle_epi32(FIRSTS, from, 0xff));
	first = _mm512_mask_shuffle_epi32(first, FIRSTS << 1, second, 0x00);
	first = _mm512_mask_shuffle_epi32(first, FIRSTS << 2, third, 0x00);
	return _mm512_mask_shuffle_epi32(first, FIRSTS << 3, fourth, 0x00);
}

WIDE_TARGET static inline void permute(const struct code_permutation *permutation,
				       uint32_t *numbers, bool is_backward)
{
	const __m128i right_bits = _mm_cvtsi32_si128(permutation->right_bits);
	const __m512i left_mask = _mm512_set1_epi32((int)((1u << permutation->left_bits) - 1));
	const __m512i right_mask = _mm512_set1_epi32((int)((1u << permutation->right_bits) - 1));
	__m512i both = _mm512_loadu_si512(numbers);
	__m512i left = _mm512_srl_epi32(both, right_bits);
	__m512i right = _mm512_and_si512(both, right_mask);
	for (unsigned i = 0; i < CODE_PERMUTATION_ROUNDS; i++) {
		unsigned round = is_backward ? CODE_PERMUTATION_ROUNDS - 1 - i : i;
		const uint8_t(*key)[16] = permutation->aes_key[round];
		if (round % 2 == 0) {
			left = _mm512_xor_si512(
				left, _mm512_and_si512(round_function(key, right), left_mask));
		} else {
			right = _mm512_xor_si512(
				right, _mm512_and_si512(round_function(key, left), right_mask));
		}
	}
	both = _mm512_or_si512(_mm512_sll_epi32(left, right_bits), right);
	_mm512_storeu_si512(numbers, both);
}

// Two functions, so that the direction is constant in each.
WIDE_TARGET void code_permutation_wide_encrypt(const struct code_permutation *permutation,
					       uint32_t numbers[static CODE_PERMUTATION_WIDE_GROUP])
{
	permute(permutation, numbers, false);
}

WIDE_TARGET void code_permutation_wide_decrypt(const struct code_permutation *permutation,
					       uint32_t numbers[static CODE_PERMUTATION_WIDE_GROUP])
{
	permute(permutation, numbers, true);
}

#else

bool code_permutation_wide_is_supported(void)
{
	return false;
}

void code_permutation_wide_encrypt(const struct code_permutation *permutation,
				   uint32_t numbers[static CODE_PERMUTATION_WIDE_GROUP])
{
}

void code_permutation_wide_decrypt(const struct code_permutation *permutation,
				   uint32_t numbers[static CODE_PERMUTATION_WIDE_GROUP])
{
}

#endif
