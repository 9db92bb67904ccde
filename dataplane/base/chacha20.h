// SPDX-License-Identifier: BSD-3-Clause
// The ChaCha20 block function (RFC 8439 2.3), the core of random_source.c. Not a cipher: nothing here encrypts.

#pragma once

#include <stdint.h>

#define CHACHA20_KEY_BYTES 32
#define CHACHA20_NONCE_BYTES 12
#define CHACHA20_BLOCK_BYTES 64

void chacha20_block(const uint8_t key[static CHACHA20_KEY_BYTES], uint32_t counter,
		    const uint8_t nonce[static CHACHA20_NONCE_BYTES],
		    uint8_t ret_block[static CHACHA20_BLOCK_BYTES]);

// CHACHA20_LANES blocks, of `counter` and the numbers after it, in about the time of two.
#define CHACHA20_LANES 8
void chacha20_blocks(const uint8_t key[static CHACHA20_KEY_BYTES], uint32_t counter,
		     const uint8_t nonce[static CHACHA20_NONCE_BYTES],
		     uint8_t ret_blocks[static CHACHA20_LANES * CHACHA20_BLOCK_BYTES]);
