// SPDX-License-Identifier: BSD-3-Clause
// DNSKEY public keys for libcrypto.

#include "dnssec/public_key.h"

#include <parallax/base/byte_reader.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <string.h>

#define RSA_EXPONENT_BITS_MAX 35 // as BIND: longer ones make each check cost as much as signing
#define POINT_UNCOMPRESSED 4     // SEC 1 2.3.3
#define EC_POINT_MAX (1 + 2 * 48)

static EVP_PKEY *key_from_parameters(const char *type, OSSL_PARAM *parameters)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
		key = NULL;
	}
	EVP_PKEY_CTX_free(context);
	return key;
}

static EVP_PKEY *rsa_from_numbers(const BIGNUM *modulus, const BIGNUM *exponent)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM *parameters = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	if (builder != NULL &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
		parameters = OSSL_PARAM_BLD_to_param(builder);
	}
	if (parameters != NULL) {
		key = key_from_parameters("RSA", parameters);
	}
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static bool rsa_is_within(const BIGNUM *modulus, const BIGNUM *exponent,
			  const struct dnssec_policy *policy)
{
	int bits = BN_num_bits(modulus);
	return bits >= policy->rsa_bits_min && bits <= RSA_BITS_MAX && BN_is_odd(modulus) &&
	       BN_is_odd(exponent) && !BN_is_one(exponent) &&
	       BN_num_bits(exponent) <= RSA_EXPONENT_BITS_MAX;
}

// RFC 3110 section 2: the exponent's length in one octet, or in two after a zero.
static EVP_PKEY *rsa_create(const struct dnskey *dnskey, const struct dnssec_policy *policy)
{
	struct plx_reader reader = plx_reader_init(dnskey->key, dnskey->key_length);
	size_t exponent_length = plx_read_u8(&reader);
	if (exponent_length == 0) {
		exponent_length = plx_read_u16(&reader);
	}
	const uint8_t *exponent_bytes = plx_read_bytes(&reader, exponent_length);
	size_t modulus_length = plx_reader_left(&reader);
	const uint8_t *modulus_bytes = plx_read_bytes(&reader, modulus_length);
	if (exponent_bytes == NULL || modulus_bytes == NULL || exponent_length == 0 ||
	    modulus_length == 0) {
		return NULL;
	}
	EVP_PKEY *key = NULL;
	BIGNUM *exponent = BN_bin2bn(exponent_bytes, (int)exponent_length, NULL);
	BIGNUM *modulus = BN_bin2bn(modulus_bytes, (int)modulus_length, NULL);
	if (exponent != NULL && modulus != NULL && rsa_is_within(modulus, exponent, policy)) {
		key = rsa_from_numbers(modulus, exponent);
	}
	BN_free(modulus);
	BN_free(exponent);
	return key;
}

// Keys without a point: libcrypto takes 20 us to make a curve and less than 1 us to copy one.
static EVP_PKEY *p256_template;
static EVP_PKEY *p384_template;
static CRYPTO_ONCE templates_once = CRYPTO_ONCE_STATIC_INIT;

static EVP_PKEY *template_create(const char *group)
{
	char name[16] = {0};
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	memcpy(name, group, strlen(group));
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
		OSSL_PARAM_construct_end(),
	};
	if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEY_PARAMETERS, parameters) != 1) {
		key = NULL;
	}
	EVP_PKEY_CTX_free(context);
	return key;
}

static void create_templates(void)
{
	p256_template = template_create("P-256");
	p384_template = template_create("P-384");
}

// RFC 6605 section 4: x | y. libcrypto refuses points off the curve.
static EVP_PKEY *ecdsa_create(const struct dnskey *dnskey, size_t field_bytes)
{
	uint8_t point[EC_POINT_MAX] = {POINT_UNCOMPRESSED};
	if (dnskey->key_length != 2 * field_bytes ||
	    CRYPTO_THREAD_run_once(&templates_once, create_templates) != 1) {
		return NULL;
	}
	EVP_PKEY *template = field_bytes == 32 ? p256_template : p384_template;
	EVP_PKEY *key = template != NULL ? EVP_PKEY_dup(template) : NULL;
	memcpy(point + 1, dnskey->key, dnskey->key_length);
	if (key != NULL && EVP_PKEY_set1_encoded_public_key(key, point, 1 + 2 * field_bytes) != 1) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static EVP_PKEY *key_create(const struct dnskey *key, const struct dnssec_policy *policy)
{
	if (!dnssec_policy_has_algorithm(policy, key->algorithm)) {
		return NULL;
	}
	switch ((enum dnssec_algorithm)key->algorithm) {
	case DNSSEC_RSASHA1:
	case DNSSEC_RSASHA1_NSEC3:
	case DNSSEC_RSASHA256:
	case DNSSEC_RSASHA512:
		return rsa_create(key, policy);
	case DNSSEC_ECDSAP256:
		return ecdsa_create(key, 32);
	case DNSSEC_ECDSAP384:
		return ecdsa_create(key, 48);
	case DNSSEC_ED25519:
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->key,
						   key->key_length);
	case DNSSEC_ED448:
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED448, NULL, key->key, key->key_length);
	}
	return NULL;
}

// NULL where the algorithm brings its own hash (RFC 8080 section 4).
static const EVP_MD *hash_function(uint8_t algorithm)
{
	switch (algorithm) {
	case DNSSEC_RSASHA1:
	case DNSSEC_RSASHA1_NSEC3:
		return EVP_sha1();
	case DNSSEC_RSASHA256:
	case DNSSEC_ECDSAP256:
		return EVP_sha256();
	case DNSSEC_ECDSAP384:
		return EVP_sha384();
	case DNSSEC_RSASHA512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

EVP_MD_CTX *public_key_prepare(EVP_PKEY *key, uint8_t algorithm)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context == NULL ||
	    EVP_DigestVerifyInit(context, NULL, hash_function(algorithm), NULL, key) != 1) {
		EVP_MD_CTX_free(context);
		return NULL;
	}
	return context;
}

EVP_MD_CTX *public_key_create(const struct dnskey *key, const struct dnssec_policy *policy)
{
	EVP_PKEY *public_key = key_create(key, policy);
	EVP_MD_CTX *context =
		public_key != NULL ? public_key_prepare(public_key, key->algorithm) : NULL;
	EVP_PKEY_free(public_key); // the context holds on to it
	return context;
}
