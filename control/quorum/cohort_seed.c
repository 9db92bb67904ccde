// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/cohort_seed.h"

#include "quorum/cohort.h"
#include "quorum/mersenne_twister.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <errno.h>
#include <string.h>

#define KEY_BYTES (SHA256_DIGEST_LENGTH + SHA512_DIGEST_LENGTH)
#define KEY_WORDS (KEY_BYTES / 4)

static char fold(char character)
{
	return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

// The key as one big-endian number, in words from the least significant one; leading zero words are not part of it.
static size_t split_key(const unsigned char key[static KEY_BYTES], uint32_t words[static KEY_WORDS])
{
	size_t count = 1;
	for (size_t i = 0; i < KEY_WORDS; i++) {
		const unsigned char *at = key + KEY_BYTES - 4 * (i + 1);
		words[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
			   at[3];
		if (words[i] != 0) {
			count = i + 1;
		}
	}
	return count;
}

int cohort_seed(const char *hash_secret, const char *target, struct mersenne_twister *ret_twister)
{
	char text[COHORT_SEED_TEXT_MAX];
	unsigned char key[KEY_BYTES];
	uint32_t words[KEY_WORDS];
	size_t secret_length = strlen(hash_secret), target_length = strlen(target);
	if (secret_length > sizeof(text) || target_length > sizeof(text) - secret_length) {
		return -E2BIG;
	}
	memcpy(text, hash_secret, secret_length);
	for (size_t i = 0; i < target_length; i++) {
		text[secret_length + i] = fold(target[i]);
	}
	if (EVP_Digest(text, secret_length + target_length, key, NULL, EVP_sha256(), NULL) != 1 ||
	    EVP_Digest(key, SHA256_DIGEST_LENGTH, key + SHA256_DIGEST_LENGTH, NULL, EVP_sha512(),
		       NULL) != 1) {
		return -ENOMEM;
	}
	size_t count = split_key(key, words);
	mersenne_twister_seed(ret_twister, words, count);
	return 0;
}
