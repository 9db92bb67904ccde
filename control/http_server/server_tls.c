// SPDX-License-Identifier: BSD-3-Clause
// Makes the TLS context of a listener.

#include "http_server/server_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <errno.h>
#include <stdio.h>

static int file_fault(struct http_fault *fault, const char *what, const char *file)
{
	char reason[128];
	ERR_error_string_n(ERR_peek_last_error(), reason, sizeof(reason));
	ERR_clear_error();
	snprintf(fault->text, sizeof(fault->text), "%.100s: %s (%.90s)", file, what, reason);
	return -EINVAL;
}

static int load_files(SSL_CTX *context, const struct http_tls_config *config,
		      struct http_fault *fault)
{
	if (SSL_CTX_use_certificate_chain_file(context, config->certificate_file) != 1) {
		return file_fault(fault, "no PEM certificate can be read",
				  config->certificate_file);
	}
	if (SSL_CTX_use_PrivateKey_file(context, config->key_file, SSL_FILETYPE_PEM) != 1) {
		return file_fault(fault, "no PEM key of the certificate can be read",
				  config->key_file);
	}
	if (config->client_ca_file == NULL) {
		return 0;
	}
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(config->client_ca_file);
	if (names == NULL || SSL_CTX_load_verify_file(context, config->client_ca_file) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return file_fault(fault, "no PEM CA certificate can be read",
				  config->client_ca_file);
	}
	SSL_CTX_set_client_CA_list(context, names);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return 0;
}

int server_tls_create(const struct http_tls_config *config, SSL_CTX **ret_context,
		      struct http_fault *fault)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	if (context == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		return -ENOMEM;
	}
	SSL_CTX_set_min_proto_version(context,
				      config->is_tls13_only ? TLS1_3_VERSION : TLS1_2_VERSION);
	// A renegotiation would let a client make us work without end.
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
					     SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(context, 0);
	int error = load_files(context, config, fault);
	if (error != 0) {
		SSL_CTX_free(context);
		return error;
	}
	*ret_context = context;
	return 0;
}
