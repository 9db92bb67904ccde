// SPDX-License-Identifier: BSD-3-Clause
// Makes certificates and keys with libcrypto.

#include "test_certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_S (24 * 3600)

struct test_authority {
	char directory[128];
	EVP_PKEY *key;
	X509 *certificate;
	long serial;
};

static void need(bool is_true)
{
	if (!is_true) {
		abort();
	}
}

static FILE *create_file(const char *directory, const char *name, const char *suffix)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s.%s", directory, name, suffix);
	FILE *file = fopen(path, "w");
	need(file != NULL);
	return file;
}

static void write_key(const char *directory, const char *name, EVP_PKEY *key)
{
	FILE *file = create_file(directory, name, "key");
	need(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
	fclose(file);
}

static void write_certificate(const char *directory, const char *name, X509 *certificate)
{
	FILE *file = create_file(directory, name, "pem");
	need(PEM_write_X509(file, certificate) == 1);
	fclose(file);
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	need(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static X509 *make(struct test_authority *authority, EVP_PKEY *key, const char *common_name,
		  int64_t not_before_s, int64_t not_after_s)
{
	X509 *certificate = X509_new();
	need(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++authority->serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), not_before_s);
	X509_gmtime_adj(X509_getm_notAfter(certificate), not_after_s);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
				   (const unsigned char *)common_name, -1, -1, 0);
	X509_set_pubkey(certificate, key);
	X509 *issuer = authority->certificate != NULL ? authority->certificate : certificate;
	X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
	return certificate;
}

struct test_authority *test_authority_create(const char *directory, const char *name)
{
	struct test_authority *authority = calloc(1, sizeof(*authority));
	need(authority != NULL);
	snprintf(authority->directory, sizeof(authority->directory), "%s", directory);
	authority->key = EVP_EC_gen("P-256");
	need(authority->key != NULL);
	X509 *certificate = make(authority, authority->key, name, -DAY_S, 365L * DAY_S);
	add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
	need(X509_sign(certificate, authority->key, EVP_sha256()) > 0);
	authority->certificate = certificate;
	write_certificate(directory, name, certificate);
	return authority;
}

void test_authority_destroy(struct test_authority *authority)
{
	X509_free(authority->certificate);
	EVP_PKEY_free(authority->key);
	free(authority);
}

void test_authority_issue(struct test_authority *authority, const struct test_certificate *wanted)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	need(key != NULL);
	X509 *certificate = make(authority, key, wanted->file, wanted->not_before_s - 60,
				 wanted->not_after_s != 0 ? wanted->not_after_s : DAY_S);
	if (wanted->names != NULL) {
		add_extension(certificate, authority->certificate, NID_subject_alt_name,
			      wanted->names);
	}
	need(X509_sign(certificate, authority->key, EVP_sha256()) > 0);
	write_certificate(authority->directory, wanted->file, certificate);
	write_key(authority->directory, wanted->file, key);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

void test_signing_key_create(const char *directory, const char *name)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	need(key != NULL);
	write_key(directory, name, key);
	FILE *file = create_file(directory, name, "pub");
	need(PEM_write_PUBKEY(file, key) == 1);
	fclose(file);
	EVP_PKEY_free(key);
}
