// SPDX-License-Identifier: BSD-3-Clause
// Certificates are made by OpenSSL, one extension at a time.

#include "policy/tls_alpn_certificate.h"

#include "cunit_runner.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <string.h>

#define ACME "1.3.6.1.5.5.7.1.31"
#define DIGEST_HEX "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define VALID_ACME "critical,DER:0420" DIGEST_HEX
#define NOT_BEFORE 1795000000
#define NOT_AFTER 1796000000

static uint8_t der[8192];
static size_t der_length;
static uint8_t digest[32];
static EVP_PKEY *key;

static void extension_add(X509 *certificate, const char *name, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, &context, name, value);
	CU_ASSERT_PTR_NOT_NULL_FATAL(extension);
	CU_ASSERT_EQUAL_FATAL(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

// Leaves the certificate in `der`. NULL: without that extension.
static void certificate_make(const char *san, const char *acme, bool is_repeated)
{
	X509 *certificate = X509_new();
	if (key == NULL) {
		key = EVP_EC_gen("P-256");
		for (size_t i = 0; i < sizeof(digest); i++) {
			digest[i] = (uint8_t)i;
		}
	}
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	ASN1_TIME_set(X509_getm_notBefore(certificate), NOT_BEFORE);
	ASN1_TIME_set(X509_getm_notAfter(certificate), NOT_AFTER);
	X509_set_pubkey(certificate, key);
	if (san != NULL) {
		extension_add(certificate, "subjectAltName", san);
	}
	for (int i = 0; acme != NULL && i < (is_repeated ? 2 : 1); i++) {
		extension_add(certificate, ACME, acme);
	}
	CU_ASSERT_TRUE_FATAL(X509_sign(certificate, key, EVP_sha256()) > 0);
	uint8_t *next = der;
	int length = i2d_X509(certificate, &next);
	CU_ASSERT_TRUE_FATAL(length > 0 && (size_t)length < sizeof(der));
	der_length = (size_t)length;
	X509_free(certificate);
}

static enum tls_alpn_reason judge(const char *host, const struct plx_ip *ip, bool requires_dates,
				  int64_t unix_time)
{
	struct tls_alpn_expected expected = {
		.host_name = host, .ip = ip, .digest = digest, .unix_time = unix_time};
	struct dcv_switches switches = {.tls_alpn_requires_dates = requires_dates};
	return tls_alpn_certificate_judge(der, der_length, &expected, &switches);
}

static void expect(const char *san, const char *acme, enum tls_alpn_reason reason)
{
	certificate_make(san, acme, false);
	CU_ASSERT_STRING_EQUAL(tls_alpn_reason_name(judge("a.test", NULL, false, 0)),
			       tls_alpn_reason_name(reason));
}

TEST(one_dns_name_and_the_critical_digest_are_valid)
{
	expect("DNS:a.test", VALID_ACME, TLS_ALPN_VALID);
	expect("DNS:A.TEST", VALID_ACME, TLS_ALPN_VALID);
}

TEST(the_alternative_name_is_the_one_asked_for_alone)
{
	expect(NULL, VALID_ACME, TLS_ALPN_NO_SINGLE_SAN);
	expect("DNS:a.test,DNS:b.test", VALID_ACME, TLS_ALPN_NO_SINGLE_SAN);
	expect("DNS:a.test,DNS:a.test", VALID_ACME, TLS_ALPN_NO_SINGLE_SAN);
	expect("IP:192.0.2.7", VALID_ACME, TLS_ALPN_SAN_NOT_DNSNAME);
	expect("email:a@a.test", VALID_ACME, TLS_ALPN_SAN_NOT_DNSNAME);
	expect("DNS:b.test", VALID_ACME, TLS_ALPN_SAN_NOT_HOSTNAME);
	expect("DNS:*.test", VALID_ACME, TLS_ALPN_SAN_NOT_HOSTNAME);
}

TEST(the_extension_is_there_once_critical_and_a_digest)
{
	expect("DNS:a.test", NULL, TLS_ALPN_EXTENSION_MISSING);
	expect("DNS:a.test", "DER:0420" DIGEST_HEX, TLS_ALPN_NONCRITICAL_EXTENSION);
	expect("DNS:a.test", "critical,DER:0421" DIGEST_HEX "20", TLS_ALPN_BAD_DIGEST);
	expect("DNS:a.test", "critical,DER:0420" DIGEST_HEX "00", TLS_ALPN_BAD_DIGEST);
	expect("DNS:a.test", "critical,DER:0320" DIGEST_HEX, TLS_ALPN_BAD_DIGEST);
	expect("DNS:a.test", "critical,DER:" DIGEST_HEX, TLS_ALPN_BAD_DIGEST);
	expect("DNS:a.test",
	       "critical,DER:0420FF"
	       "0102030405060708090A0B0C0D0E0F10111213141516171"
	       "8191A1B1C1D1E1F",
	       TLS_ALPN_OTHER_DIGEST);
	certificate_make("DNS:a.test", VALID_ACME, true);
	CU_ASSERT_EQUAL(judge("a.test", NULL, false, 0), TLS_ALPN_REPEATED_EXTENSION);
}

TEST(addresses_have_their_own_kind_of_name)
{
	struct plx_ip v4 = {{192, 0, 2, 7}, 4};
	struct plx_ip v6 = {{0x20, 1, 0xd, 0xb8, [15] = 1}, 6};
	struct plx_ip none = {{0}, 0};
	certificate_make("IP:192.0.2.7", VALID_ACME, false);
	CU_ASSERT_EQUAL(judge(NULL, &v4, false, 0), TLS_ALPN_VALID);
	CU_ASSERT_EQUAL(judge(NULL, &v6, false, 0), TLS_ALPN_SAN_NOT_HOSTNAME);
	CU_ASSERT_EQUAL(judge(NULL, &none, false, 0), TLS_ALPN_SAN_NOT_HOSTNAME);
	certificate_make("IP:2001:db8::1", VALID_ACME, false);
	CU_ASSERT_EQUAL(judge(NULL, &v6, false, 0), TLS_ALPN_VALID);
	certificate_make("DNS:192.0.2.7", VALID_ACME, false);
	CU_ASSERT_EQUAL(judge(NULL, &v4, false, 0), TLS_ALPN_SAN_TYPE_NOT_MATCH);
	CU_ASSERT_EQUAL(judge("192.0.2.7", &v4, false, 0), TLS_ALPN_REASON_NOT_EVALUATED);
}

TEST(signature_and_dates_count_only_as_the_switch_says)
{
	certificate_make("DNS:a.test", VALID_ACME, false);
	CU_ASSERT_EQUAL(judge("a.test", NULL, true, NOT_BEFORE + 1), TLS_ALPN_VALID);
	CU_ASSERT_EQUAL(judge("a.test", NULL, true, NOT_BEFORE - 1), TLS_ALPN_DATES);
	CU_ASSERT_EQUAL(judge("a.test", NULL, true, NOT_AFTER + 1), TLS_ALPN_DATES);
	CU_ASSERT_EQUAL(judge("a.test", NULL, false, NOT_AFTER + 1), TLS_ALPN_VALID);
	der[der_length - 1] ^= 0xff;
	CU_ASSERT_EQUAL(judge("a.test", NULL, true, NOT_BEFORE + 1), TLS_ALPN_VALID);
}

TEST(bytes_that_are_no_certificate_leave_no_error_behind)
{
	certificate_make("DNS:a.test", VALID_ACME, false);
	der_length--;
	CU_ASSERT_EQUAL(judge("a.test", NULL, false, 0), TLS_ALPN_NOT_CERTIFICATE);
	der_length += 2;
	CU_ASSERT_EQUAL(judge("a.test", NULL, false, 0), TLS_ALPN_NOT_CERTIFICATE);
	der_length = 0;
	CU_ASSERT_EQUAL(judge("a.test", NULL, false, 0), TLS_ALPN_NOT_CERTIFICATE);
	der_length = 100;
	memset(der, 0xff, der_length);
	CU_ASSERT_EQUAL(judge("a.test", NULL, false, 0), TLS_ALPN_NOT_CERTIFICATE);
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
	EVP_PKEY_free(key);
	key = NULL;
}

TEST_MAIN(tls_alpn_certificate, T(one_dns_name_and_the_critical_digest_are_valid),
	  T(the_alternative_name_is_the_one_asked_for_alone),
	  T(the_extension_is_there_once_critical_and_a_digest),
	  T(addresses_have_their_own_kind_of_name),
	  T(signature_and_dates_count_only_as_the_switch_says),
	  T(bytes_that_are_no_certificate_leave_no_error_behind))
