// SPDX-License-Identifier: BSD-3-Clause
// The same permutation as with AES in code_permutation.c, by instructions that work on four blocks of AES at once (VAES with
// AVX-512). Sixteen numbers share one walk through the rounds, which takes as long as four do there.

#pragma once

#include "transaction/code_permutation.h"

#include <stdbool.h>
#include <stdint.h>

#define CODE_PERMUTATION_WIDE_GROUP 16

// Whether this processor, and its operating system, can.
bool code_permutation_wide_is_supported(void);

// All numbers are below 1 << bits. Only where they are supported.
void code_permutation_wide_encrypt(const struct code_permutation *permutation,
				   uint32_t numbers[static CODE_PERMUTATION_WIDE_GROUP]);
void code_permutation_wide_decrypt(const struct code_permutation *permutation,
				   uint32_t numbers[static CODE_PERMUTATION_WIDE_GROUP]);
