// SPDX-License-Identifier: BSD-3-Clause
// TLS servers with a certificate of their own making, expired and self-signed.

#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <stdlib.h>
#include <string.h>

// What the server does with ALPN: NULL ignores it, "" refuses all, anything else is chosen whatever was offered.
static inline int tls_server_choose(SSL *ssl, const unsigned char **ret_chosen,
				    unsigned char *ret_length, const unsigned char *offered,
				    unsigned offered_length, void *context)
{
	const char *choice = context;
	if (choice[0] == '\0') {
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	*ret_chosen = (const unsigned char *)choice;
	*ret_length = (unsigned char)strlen(choice);
	return SSL_TLSEXT_ERR_OK;
}

static inline X509 *tls_server_certificate(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -20 * 86400);
	X509_gmtime_adj(X509_getm_notAfter(certificate), -10 * 86400);
	X509_set_pubkey(certificate, key);
	X509_NAME *name = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"other.test",
				   -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_sign(certificate, key, EVP_sha256());
	return certificate;
}

static inline SSL_CTX *tls_server_context(char *alpn, int max_version, X509 **ret_certificate)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = tls_server_certificate(key);
	SSL_CTX_set_security_level(tls, 0); // or it would not even offer TLS 1.1
	SSL_CTX_set_min_proto_version(tls, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(tls, max_version);
	if (tls == NULL || SSL_CTX_use_certificate(tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(tls, key) != 1) {
		abort();
	}
	if (alpn != NULL) {
		SSL_CTX_set_alpn_select_cb(tls, tls_server_choose, alpn);
	}
	EVP_PKEY_free(key);
	if (ret_certificate != NULL) {
		*ret_certificate = certificate;
	} else {
		X509_free(certificate);
	}
	return tls;
}
