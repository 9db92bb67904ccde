// SPDX-License-Identifier: BSD-3-Clause

#include "policy/account_label.h"

#include <openssl/evp.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define HASHED_OCTETS 10 // 80 bits: 16 characters without padding

int account_label_make(const char *account_url, char ret_label[static ACCOUNT_LABEL_TEXT_MAX])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648 section 6
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (EVP_Digest(account_url, strlen(account_url), digest, &length, EVP_sha256(), NULL) !=
		    1 ||
	    length < HASHED_OCTETS) {
		return -EIO;
	}
	char *next = ret_label;
	*next++ = '_';
	uint32_t bits = 0;
	unsigned bit_count = 0;
	for (unsigned i = 0; i < HASHED_OCTETS; i++) {
		bits = bits << 8 | digest[i];
		for (bit_count += 8; bit_count >= 5; bit_count -= 5) {
			*next++ = alphabet[bits >> (bit_count - 5) & 31];
		}
	}
	*next = '\0';
	return 0;
}
