// SPDX-License-Identifier: BSD-3-Clause

#include "trace_store/trace_digest.h"

#include <openssl/evp.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int trace_digest_of(const char *text, size_t length, char ret_digest[static TRACE_DIGEST_TEXT])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_length = 0;
	if (EVP_Digest(text, length, digest, &digest_length, EVP_sha256(), NULL) != 1 ||
	    digest_length != (TRACE_DIGEST_TEXT - 1) / 2) {
		return -ENOMEM;
	}
	for (unsigned i = 0; i < digest_length; i++) {
		(void)snprintf(ret_digest + 2 * (size_t)i, 3, "%02x", digest[i]);
	}
	return 0;
}

bool trace_digest_is_valid(const char *text)
{
	return strlen(text) == TRACE_DIGEST_TEXT - 1 &&
	       strspn(text, "0123456789abcdef") == TRACE_DIGEST_TEXT - 1;
}
