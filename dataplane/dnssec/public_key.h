// SPDX-License-Identifier: BSD-3-Clause
// Keys of zones made ready for libcrypto, and the check of one signature: RSA (RFC 3110, RFC 5702), ECDSA (RFC 6605),
// Ed25519 and Ed448 (RFC 8080).

#pragma once

#include "dnssec/dnskey.h"
#include "dnssec/judge_budget.h"
#include "dnssec/policy.h"

#include <openssl/types.h>

#include <stddef.h>
#include <stdint.h>

enum signature_result {
	SIGNATURE_NOT_EVALUATED = 0,
	SIGNATURE_VALID,
	SIGNATURE_INVALID,
	SIGNATURE_LIMIT, // the budget is used up, nothing was checked
};

const char *signature_result_name(enum signature_result result);

// A key of a zone as a check begun with it, which each check copies: libcrypto then looks nothing up and takes no lock for
// it (RSA 2048: 19 % faster). NULL when the key is malformed, off the curve, or its modulus or exponent is outside the
// policy. The caller owns it (EVP_MD_CTX_free); any number of threads may check with it at a time.
EVP_MD_CTX *public_key_create(const struct dnskey *key, const struct dnssec_policy *policy);
// The same from a key of libcrypto, which stays the caller's.
EVP_MD_CTX *public_key_prepare(EVP_PKEY *key, uint8_t algorithm);

// Takes one validation. `key` may be NULL, for one that public_key_create refused: that costs the same as a signature
// that is wrong (BIND CVE-2025-8677).
enum signature_result public_key_verify(const EVP_MD_CTX *key, uint8_t algorithm,
					const uint8_t *data, size_t length,
					const uint8_t *signature, size_t signature_length,
					struct judge_budget *budget);
