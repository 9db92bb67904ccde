// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/public_key.h"

#include "cunit_runner.h"
#include "message_builder.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <pthread.h>
#include <string.h>

#define THREADS 4
#define CHECKS_PER_THREAD 500
#define RDATA_MAX 1200
#define DATA OCTETS("what the zone says")

static struct dnssec_policy policy;

static EVP_MD_CTX *create(uint8_t algorithm, const uint8_t *octets, size_t length)
{
	struct dnskey key = {.key = octets, .key_length = (uint16_t)length, .algorithm = algorithm};
	return length > 0 ? public_key_create(&key, &policy) : NULL;
}

static size_t number(EVP_PKEY *key, const char *name, uint8_t octets[static RDATA_MAX])
{
	BIGNUM *value = NULL;
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_get_bn_param(key, name, &value), 1);
	size_t length = (size_t)BN_bn2bin(value, octets);
	BN_free(value);
	return length;
}

static size_t rsa_octets(EVP_PKEY *key, bool is_long_form, uint8_t octets[static RDATA_MAX])
{
	uint8_t exponent[RDATA_MAX];
	uint8_t modulus[RDATA_MAX];
	size_t exponent_length = number(key, OSSL_PKEY_PARAM_RSA_E, exponent);
	size_t modulus_length = number(key, OSSL_PKEY_PARAM_RSA_N, modulus);
	struct plx_writer writer = plx_writer_init(octets, RDATA_MAX);
	if (is_long_form) {
		plx_write_u8(&writer, 0);
		plx_write_u16(&writer, (uint16_t)exponent_length);
	} else {
		plx_write_u8(&writer, (uint8_t)exponent_length);
	}
	plx_write_bytes(&writer, exponent, exponent_length);
	plx_write_bytes(&writer, modulus, modulus_length);
	return writer.position;
}

static size_t sign(EVP_PKEY *key, const EVP_MD *hash, uint8_t signature[static 512])
{
	size_t length = 512;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	CU_ASSERT_EQUAL_FATAL(EVP_DigestSignInit(context, NULL, hash, NULL, key), 1);
	CU_ASSERT_EQUAL_FATAL(EVP_DigestSign(context, signature, &length, (const uint8_t *)DATA),
			      1);
	EVP_MD_CTX_free(context);
	return length;
}

static enum signature_result verify(const EVP_MD_CTX *key, uint8_t algorithm,
				    const uint8_t *signature, size_t length)
{
	struct judge_budget budget = judge_budget_init();
	enum signature_result result = public_key_verify(key, algorithm, (const uint8_t *)DATA,
							 signature, length, &budget);
	CU_ASSERT_EQUAL(budget.validations_left, VALIDATIONS_PER_LOOKUP_MAX - 1);
	return result;
}

TEST(rsa_exponents_have_two_forms)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	uint8_t signature[512];
	size_t signature_length = sign(key, EVP_sha256(), signature);
	for (unsigned is_long = 0; is_long < 2; is_long++) {
		uint8_t octets[RDATA_MAX];
		size_t length = rsa_octets(key, is_long != 0, octets);
		EVP_MD_CTX *public_key = create(DNSSEC_RSASHA256, octets, length);
		CU_ASSERT_PTR_NOT_NULL_FATAL(public_key);
		CU_ASSERT_EQUAL(verify(public_key, DNSSEC_RSASHA256, signature, signature_length),
				SIGNATURE_VALID);
		CU_ASSERT_EQUAL(
			verify(public_key, DNSSEC_RSASHA256, signature, signature_length - 1),
			SIGNATURE_INVALID);
		EVP_MD_CTX_free(public_key);
		public_key = create(DNSSEC_RSASHA512, octets, length); // another hash
		CU_ASSERT_EQUAL(verify(public_key, DNSSEC_RSASHA512, signature, signature_length),
				SIGNATURE_INVALID);
		EVP_MD_CTX_free(public_key);
		for (size_t cut = 0; cut < 8; cut++) {
			CU_ASSERT_PTR_NULL(create(DNSSEC_RSASHA256, octets, cut));
		}
	}
	EVP_PKEY_free(key);
}

static bool is_rsa_taken(unsigned modulus_bits, unsigned exponent_bits, uint8_t last_octet)
{
	uint8_t octets[RDATA_MAX] = {0};
	size_t exponent_length = (exponent_bits + 7) / 8;
	size_t modulus_length = (modulus_bits + 7) / 8;
	octets[0] = (uint8_t)exponent_length;
	octets[1] = (uint8_t)(1U << ((exponent_bits - 1) % 8));
	octets[exponent_length] |= 1;
	octets[1 + exponent_length] = (uint8_t)(1U << ((modulus_bits - 1) % 8));
	octets[exponent_length + modulus_length] |= last_octet;
	EVP_MD_CTX *key = create(DNSSEC_RSASHA256, octets, 1 + exponent_length + modulus_length);
	EVP_MD_CTX_free(key);
	return key != NULL;
}

TEST(rsa_sizes_are_limited)
{
	CU_ASSERT_FALSE(is_rsa_taken(1023, 17, 1));
	CU_ASSERT_TRUE(is_rsa_taken(1024, 17, 1));
	CU_ASSERT_TRUE(is_rsa_taken(4096, 17, 1));
	CU_ASSERT_FALSE(is_rsa_taken(4097, 17, 1));
	CU_ASSERT_FALSE(is_rsa_taken(1024, 17, 0)); // even
	CU_ASSERT_TRUE(is_rsa_taken(1024, 35, 1));
	CU_ASSERT_FALSE(is_rsa_taken(1024, 36, 1));
	CU_ASSERT_TRUE(is_rsa_taken(1024, 2, 1));  // 3
	CU_ASSERT_FALSE(is_rsa_taken(1024, 1, 1)); // 1: every signature would be its own message
}

static void raw_signature(EVP_PKEY *key, const EVP_MD *hash, int field_bytes,
			  uint8_t raw[static 96], bool *ret_is_short)
{
	uint8_t der[512];
	const uint8_t *at = der;
	size_t length = sign(key, hash, der);
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &at, (long)length);
	CU_ASSERT_EQUAL(BN_bn2binpad(ECDSA_SIG_get0_r(numbers), raw, field_bytes), field_bytes);
	CU_ASSERT_EQUAL(BN_bn2binpad(ECDSA_SIG_get0_s(numbers), raw + field_bytes, field_bytes),
			field_bytes);
	*ret_is_short = raw[0] == 0 || raw[field_bytes] == 0;
	ECDSA_SIG_free(numbers);
}

// One in 128 signatures has a number with a zero octet in front, one in two a number with its highest bit set: all of
// them must come out right as DER.
static void expect_ecdsa(const char *curve, uint8_t algorithm, const EVP_MD *hash, int field_bytes)
{
	uint8_t point[97];
	uint8_t raw[96];
	size_t length;
	unsigned short_count = 0;
	EVP_PKEY *key = EVP_EC_gen(curve);
	CU_ASSERT_EQUAL_FATAL(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point,
							      sizeof(point), &length),
			      1);
	EVP_MD_CTX *public_key = create(algorithm, point + 1, length - 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(public_key);
	for (unsigned i = 0; i < 20000 && (short_count < 2 || i < 10); i++) {
		bool is_short;
		raw_signature(key, hash, field_bytes, raw, &is_short);
		if (is_short || i < 10) {
			CU_ASSERT_EQUAL(
				verify(public_key, algorithm, raw, 2U * (unsigned)field_bytes),
				SIGNATURE_VALID);
		}
		short_count += is_short;
	}
	CU_ASSERT_EQUAL(short_count, 2);
	CU_ASSERT_EQUAL(verify(public_key, algorithm, raw, 2U * (unsigned)field_bytes - 1),
			SIGNATURE_INVALID);
	memset(raw, 0, sizeof(raw)); // CVE-2022-21449
	CU_ASSERT_EQUAL(verify(public_key, algorithm, raw, 2U * (unsigned)field_bytes),
			SIGNATURE_INVALID);
	point[5] ^= 1; // off the curve
	CU_ASSERT_PTR_NULL(create(algorithm, point + 1, length - 1));
	CU_ASSERT_PTR_NULL(create(algorithm, point + 1, length - 2));
	EVP_MD_CTX_free(public_key);
	EVP_PKEY_free(key);
}

TEST(ecdsa_numbers_become_der)
{
	expect_ecdsa("P-256", DNSSEC_ECDSAP256, EVP_sha256(), 32);
	expect_ecdsa("P-384", DNSSEC_ECDSAP384, EVP_sha384(), 48);
}

TEST(edwards_keys_have_one_length)
{
	static const struct {
		const char *name;
		uint8_t algorithm;
		size_t length;
	} kinds[] = {{"ED25519", DNSSEC_ED25519, 32}, {"ED448", DNSSEC_ED448, 57}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(kinds); i++) {
		uint8_t octets[64] = {0};
		uint8_t signature[512];
		size_t length = sizeof(octets);
		EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, kinds[i].name);
		CU_ASSERT_EQUAL_FATAL(EVP_PKEY_get_raw_public_key(key, octets, &length), 1);
		CU_ASSERT_EQUAL(length, kinds[i].length);
		EVP_MD_CTX *public_key = create(kinds[i].algorithm, octets, length);
		size_t signature_length = sign(key, NULL, signature);
		CU_ASSERT_EQUAL(verify(public_key, kinds[i].algorithm, signature, signature_length),
				SIGNATURE_VALID);
		signature[7] ^= 1;
		CU_ASSERT_EQUAL(verify(public_key, kinds[i].algorithm, signature, signature_length),
				SIGNATURE_INVALID);
		CU_ASSERT_PTR_NULL(create(kinds[i].algorithm, octets, length - 1));
		CU_ASSERT_PTR_NULL(create(kinds[i].algorithm, octets, length + 1));
		EVP_MD_CTX_free(public_key);
		EVP_PKEY_free(key);
	}
}

TEST(algorithms_that_are_off_have_no_keys)
{
	uint8_t octets[RDATA_MAX];
	EVP_PKEY *key = EVP_RSA_gen(1024);
	size_t length = rsa_octets(key, false, octets);
	CU_ASSERT_PTR_NULL(create(DNSSEC_RSASHA1, octets, length));
	CU_ASSERT_PTR_NULL(create(DNSSEC_RSASHA1_NSEC3, octets, length));
	CU_ASSERT_PTR_NULL(create(1, octets, length));
	EVP_PKEY_free(key);
}

struct shared_check {
	const EVP_MD_CTX *key;
	const uint8_t *signature;
	size_t signature_length;
	unsigned valid_count;
};

static void *check_often(void *context)
{
	struct shared_check *check = context;
	for (unsigned i = 0; i < CHECKS_PER_THREAD; i++) {
		struct judge_budget budget = judge_budget_init();
		check->valid_count +=
			public_key_verify(check->key, DNSSEC_RSASHA256, (const uint8_t *)DATA,
					  check->signature, check->signature_length,
					  &budget) == SIGNATURE_VALID;
	}
	return NULL;
}

TEST(threads_share_a_key)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	EVP_MD_CTX *prepared = public_key_prepare(key, DNSSEC_RSASHA256);
	uint8_t signature[512];
	size_t signature_length = sign(key, EVP_sha256(), signature);
	pthread_t threads[THREADS];
	struct shared_check checks[THREADS];
	for (unsigned i = 0; i < THREADS; i++) {
		checks[i] = (struct shared_check) {prepared, signature, signature_length, 0};
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, check_often, &checks[i]),
				      0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		CU_ASSERT_EQUAL(checks[i].valid_count, CHECKS_PER_THREAD);
	}
	EVP_MD_CTX_free(prepared);
	EVP_PKEY_free(key);
}

TEST(without_budget_nothing_is_checked)
{
	struct judge_budget budget = {0};
	CU_ASSERT_EQUAL(public_key_verify(NULL, DNSSEC_ED25519, (const uint8_t *)DATA,
					  (const uint8_t *)"s", 1, &budget),
			SIGNATURE_LIMIT);
	CU_ASSERT_EQUAL(budget.validations_left, 0);
}

int main(void)
{
	static const struct test_entry tests[] = {T(rsa_exponents_have_two_forms),
						  T(rsa_sizes_are_limited),
						  T(ecdsa_numbers_become_der),
						  T(edwards_keys_have_one_length),
						  T(algorithms_that_are_off_have_no_keys),
						  T(threads_share_a_key),
						  T(without_budget_nothing_is_checked)};
	policy = dnssec_policy_production();
	return cunit_run("dnssec_public_key", tests, PLX_ARRAY_SIZE(tests));
}
