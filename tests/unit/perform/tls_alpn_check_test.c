// SPDX-License-Identifier: BSD-3-Clause
// tls-alpn-01 against a real TLS server on port 443.

#include "http_challenge/tls_alpn_probe.h"

#include <parallax/dns/rr_type.h>

#include "../http_challenge/tls_server.h"
#include "../http_challenge/web_stub.h"
#include "perform_session.h"

#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>

#define ACME_IDENTIFIER "1.3.6.1.5.5.7.1.31"
#define DIGEST_BYTES 32
#define INSECURE .dnssec = PLX_DNSSEC_INSECURE

static const struct web_page pages[] = {{0}};
static char acme[] = TLS_ALPN_PROTOCOL;
static char http11[] = "http/1.1";
static char nothing[] = "";

static const struct zone_row zone[] = {
	{.name = "web.test", .type = PLX_TYPE_A, INSECURE, .texts = {WEB_STUB_ADDRESS}},
	{.name = "web.test", .type = PLX_TYPE_AAAA, INSECURE},
	{.name = "unchecked.test", .type = PLX_TYPE_A, .texts = {WEB_STUB_ADDRESS}},
	{.name = "unchecked.test", .type = PLX_TYPE_AAAA, INSECURE},
	{.name = "down.test", .type = PLX_TYPE_A, INSECURE, .texts = {"127.53.0.10"}},
	{.name = "down.test", .type = PLX_TYPE_AAAA, INSECURE},
	{.name = "private.test", .type = PLX_TYPE_A, INSECURE, .texts = {"192.168.1.1"}},
	{.name = "private.test", .type = PLX_TYPE_AAAA, INSECURE},
	{.name = "slow.test", .type = PLX_TYPE_A, .status = PLX_STATUS_TIMEOUT},
	{.name = "slow.test", .type = PLX_TYPE_AAAA, .status = PLX_STATUS_TIMEOUT},
	{0},
};

struct tls_session {
	struct perform_session perform;
	struct web_stub *stub;
	SSL_CTX *tls;
};

static void extension_add(X509 *certificate, const char *name, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, &context, name, value);
	CU_ASSERT_PTR_NOT_NULL_FATAL(extension);
	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
}

// Puts a challenge certificate into the server: the digest is 32 times the octet.
static void certificate_use(SSL_CTX *tls, const char *names, const char *octet)
{
	char value[16 + 4 * DIGEST_BYTES] = "critical,DER:04:20";
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = tls_server_certificate(key);
	size_t length = strlen(value);
	for (int i = 0; i < DIGEST_BYTES; i++) {
		length += (size_t)snprintf(value + length, sizeof(value) - length, ":%s", octet);
	}
	extension_add(certificate, "subjectAltName", names);
	extension_add(certificate, ACME_IDENTIFIER, value);
	X509_sign(certificate, key, EVP_sha256());
	CU_ASSERT_EQUAL(SSL_CTX_use_certificate(tls, certificate), 1);
	CU_ASSERT_EQUAL(SSL_CTX_use_PrivateKey(tls, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void tls_open(struct tls_session *session, char *alpn, const char *names, const char *octet)
{
	session_open(&session->perform, zone, SESSION_DATAPLANE_RUNS);
	session->perform.config.requires_validation = true;
	session_runner_open(&session->perform);
	session->tls = tls_server_context(alpn, TLS1_3_VERSION, NULL);
	certificate_use(session->tls, names, octet);
	session->stub = web_stub_start(session->perform.base,
				       &(struct web_stub_config) {.pages = pages,
								  .has_ipv4 = true,
								  .port = TLS_ALPN_PORT,
								  .tls = session->tls});
}

static void tls_close(struct tls_session *session)
{
	web_stub_stop(session->stub);
	SSL_CTX_free(session->tls);
	session_close(&session->perform);
}

static const char *request(const char *type, const char *value)
{
	return request_dcv(type, value, NULL,
			   "'validation_method':'acme-tls-alpn-01','key_authorization_hash':"
			   "'abababababababababababababababababababababababababababababababab'");
}

TEST(the_right_certificate_passes_and_is_kept_as_evidence)
{
	struct tls_session session;
	tls_open(&session, acme, "DNS:WEB.test", "AB");
	session_check(&session.perform, request("dns", "web.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "pass valid");
	CU_ASSERT_EQUAL(strlen(session.perform.result.corroboration), 2 * DIGEST_BYTES);
	CU_ASSERT_EQUAL(session.perform.result.dnssec, PLX_DNSSEC_INSECURE);
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, "tls.alpn"), "acme-tls/1");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, "tls.address"),
			       WEB_STUB_ADDRESS);
	CU_ASSERT_STRING_EQUAL(
		session_evidence_text(&session.perform, "tls.subject_alternative_names.0"),
		"WEB.test");
	CU_ASSERT_EQUAL(strlen(session_evidence_text(&session.perform, "tls.certificate_sha256")),
			64);
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session.perform, "dns.1.type"), "A");
	tls_close(&session);
}

TEST(an_address_is_named_by_its_reverse_name)
{
	struct tls_session session;
	tls_open(&session, acme, "IP:" WEB_STUB_ADDRESS, "AB");
	session_check(&session.perform, request("ip", WEB_STUB_ADDRESS));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "pass valid");
	CU_ASSERT_STRING_EQUAL(
		session_evidence_text(&session.perform, "tls.subject_alternative_names.0"),
		WEB_STUB_ADDRESS);
	CU_ASSERT_EQUAL(zone_table_asked(), 0);
	session_check(&session.perform, request("dns", "web.test"));
	CU_ASSERT_EQUAL(session.perform.result.outcome, CHECK_FAIL);
	tls_close(&session);
}

TEST(wrong_certificates_fail)
{
	struct tls_session session;
	tls_open(&session, acme, "DNS:web.test", "AC");
	session_check(&session.perform, request("dns", "web.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "fail other_digest");
	CU_ASSERT_STRING_EQUAL(session.perform.result.corroboration, "");
	certificate_use(session.tls, "DNS:web.test,DNS:other.test", "AB");
	session_check(&session.perform, request("dns", "web.test"));
	CU_ASSERT_EQUAL(session.perform.result.outcome, CHECK_FAIL);
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session.perform,
							 "tls.subject_alternative_names")),
			2);
	tls_close(&session);
}

TEST(a_server_without_the_protocol_fails_and_one_that_is_not_there_errs)
{
	struct tls_session session;
	tls_open(&session, nothing, "DNS:web.test", "AB");
	session_check(&session.perform, request("dns", "web.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "fail protocol-refused");
	session_check(&session.perform, request("dns", "private.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "fail address-refused");
	session_check(&session.perform, request("dns", "none.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "fail no-address");
	session_check(&session.perform, request("dns", "down.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "error connect-failed");
	session_check(&session.perform, request("dns", "slow.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "error lookup-timeout");
	session_check(&session.perform, request("dns", "unchecked.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "error dnssec-unchecked");
	tls_close(&session);
}

TEST(a_server_that_breaks_the_protocol_errs)
{
	struct tls_session session;
	tls_open(&session, http11, "DNS:web.test", "AB");
	session_check(&session.perform, request("dns", "web.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session.perform), "error handshake-failed");
	CU_ASSERT_TRUE(json_is_null(session_evidence(&session.perform, "tls.certificate_sha256")));
	tls_close(&session);
}

PERFORM_TEST_MAIN(tls_alpn_check, T(the_right_certificate_passes_and_is_kept_as_evidence),
		  T(an_address_is_named_by_its_reverse_name), T(wrong_certificates_fail),
		  T(a_server_without_the_protocol_fails_and_one_that_is_not_there_errs),
		  T(a_server_that_breaks_the_protocol_errs))
