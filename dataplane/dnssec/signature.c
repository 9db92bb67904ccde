// SPDX-License-Identifier: BSD-3-Clause
// One signature against one key (public_key.h).

#include "dnssec/public_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <string.h>

#define DER_INTEGER 0x02
#define DER_SEQUENCE 0x30
#define ECDSA_FIELD_MAX 48
// Two integers of at most 49 octets with 2 octets of header each: short enough for a one-octet sequence length.
#define ECDSA_DER_MAX (2 + 2 * (2 + ECDSA_FIELD_MAX + 1))

const char *signature_result_name(enum signature_result result)
{
	switch (result) {
	case SIGNATURE_NOT_EVALUATED:
		return "not-evaluated";
	case SIGNATURE_VALID:
		return "valid";
	case SIGNATURE_INVALID:
		return "invalid";
	case SIGNATURE_LIMIT:
		return "limit";
	}
	return "unknown";
}

static size_t write_integer(uint8_t *der, const uint8_t *number, size_t length)
{
	while (length > 1 && number[0] == 0) {
		number++;
		length--;
	}
	size_t pad = number[0] >> 7; // keeps it positive
	der[0] = DER_INTEGER;
	der[1] = (uint8_t)(length + pad);
	der[2] = 0;
	memcpy(der + 2 + pad, number, length);
	return 2 + pad + length;
}

// r | s of RFC 6605 section 4 as the SEQUENCE of RFC 3279 2.2.3. Returns its length; 0 when the length is not the curve's.
static size_t ecdsa_to_der(const uint8_t *signature, size_t length, size_t field_bytes,
			   uint8_t der[static ECDSA_DER_MAX])
{
	if (length != 2 * field_bytes) {
		return 0;
	}
	size_t end = 2;
	end += write_integer(der + end, signature, field_bytes);
	end += write_integer(der + end, signature + field_bytes, field_bytes);
	der[0] = DER_SEQUENCE;
	der[1] = (uint8_t)(end - 2);
	return end;
}

enum signature_result public_key_verify(const EVP_MD_CTX *key, uint8_t algorithm,
					const uint8_t *data, size_t length,
					const uint8_t *signature, size_t signature_length,
					struct judge_budget *budget)
{
	uint8_t der[ECDSA_DER_MAX];
	if (!judge_budget_take(&budget->validations_left)) {
		return SIGNATURE_LIMIT;
	}
	if (algorithm == DNSSEC_ECDSAP256 || algorithm == DNSSEC_ECDSAP384) {
		size_t field_bytes = algorithm == DNSSEC_ECDSAP256 ? 32 : 48;
		signature_length = ecdsa_to_der(signature, signature_length, field_bytes, der);
		signature = der;
	}
	if (key == NULL || signature_length == 0) {
		return SIGNATURE_INVALID;
	}
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_valid = context != NULL && EVP_MD_CTX_copy_ex(context, key) == 1 &&
			EVP_DigestVerify(context, signature, signature_length, data, length) == 1;
	EVP_MD_CTX_free(context);
	if (!is_valid) {
		ERR_clear_error(); // each failure leaves entries in the thread's queue
	}
	return is_valid ? SIGNATURE_VALID : SIGNATURE_INVALID;
}
