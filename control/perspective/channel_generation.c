// SPDX-License-Identifier: BSD-3-Clause
// Reads keys and trust once, and judges the certificate of each connection by them.

#include "perspective/client_internal.h"
#include "perspective/pem_file.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse_certificate(X509_STORE_CTX *store, struct channel_generation *generation,
			      const char *why)
{
	snprintf(generation->identity_fault, sizeof(generation->identity_fault), "%s", why);
	if (X509_STORE_CTX_get_error(store) == X509_V_OK) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
	}
	return 0;
}

// Chain, dates and purpose by OpenSSL; then the name and the region.
static int judge_certificate(X509_STORE_CTX *store, void *context)
{
	struct channel_generation *generation = context;
	struct peer_identity identity;
	if (X509_verify_cert(store) != 1) {
		return refuse_certificate(
			store, generation,
			X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	}
	if (peer_identity_read(X509_STORE_CTX_get0_cert(store), &identity) != 0) {
		return refuse_certificate(store, generation, "the certificate has no usable names");
	}
	switch (service_name_judge(&identity, generation->client->identity)) {
	case SERVICE_MATCHES:
		return 1;
	case SERVICE_OTHER_REGION:
		return refuse_certificate(store, generation,
					  "the certificate names another region");
	case SERVICE_OTHER_NAME:
		return refuse_certificate(store, generation,
					  "the certificate names another perspective");
	case SERVICE_NOT_EVALUATED:
	case SERVICE_UNNAMED:
		break;
	}
	return refuse_certificate(store, generation, "the certificate names no perspective");
}

static CURLcode on_tls_context(CURL *transfer, void *tls, void *context)
{
	struct channel_generation *generation = context;
	SSL_CTX *ssl = tls;
	SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION);
	SSL_CTX_set1_cert_store(ssl, generation->trust); // in place of the system's
	SSL_CTX_set_cert_verify_callback(ssl, judge_certificate, generation);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	return CURLE_OK;
}

static void set_blob(CURL *transfer, CURLoption option, char *text)
{
	struct curl_blob blob = {.data = text, .len = strlen(text), .flags = CURL_BLOB_NOCOPY};
	curl_easy_setopt(transfer, option, &blob);
}

void channel_generation_apply(struct channel_generation *generation, CURL *transfer)
{
	set_blob(transfer, CURLOPT_SSLCERT_BLOB, generation->certificate);
	set_blob(transfer, CURLOPT_SSLKEY_BLOB, generation->key);
	curl_easy_setopt(transfer, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
	curl_easy_setopt(transfer, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(transfer, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(transfer, CURLOPT_CAPATH, NULL);
	// The name is judged by judge_certificate: our certificates name services, not hosts.
	curl_easy_setopt(transfer, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(transfer, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(transfer, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
	curl_easy_setopt(transfer, CURLOPT_SSL_CTX_DATA, generation);
}

static int file_fault(struct perspective_fault *fault, const char *file, const char *what)
{
	ERR_clear_error();
	snprintf(fault->text, sizeof(fault->text), "%.150s: %s", file, what);
	return -EINVAL;
}

// A pair that does not fit would only be found when the next check is asked.
static bool is_key_pair(const struct perspective_tls_files *files)
{
	SSL_CTX *probe = SSL_CTX_new(TLS_client_method());
	bool fits = probe != NULL &&
		    SSL_CTX_use_certificate_chain_file(probe, files->certificate_file) == 1 &&
		    SSL_CTX_use_PrivateKey_file(probe, files->key_file, SSL_FILETYPE_PEM) == 1;
	SSL_CTX_free(probe);
	return fits;
}

static int read_files(struct channel_generation *generation,
		      const struct perspective_tls_files *files, struct perspective_fault *fault)
{
	generation->trust = X509_STORE_new();
	if (generation->trust == NULL ||
	    X509_STORE_load_file(generation->trust, files->ca_file) != 1) {
		return file_fault(fault, files->ca_file, "no PEM CA certificate can be read");
	}
	generation->certificate = pem_file_read(files->certificate_file);
	generation->key = pem_file_read(files->key_file);
	if (generation->certificate == NULL || generation->key == NULL || !is_key_pair(files)) {
		return file_fault(fault, files->certificate_file,
				  "no PEM certificate with a fitting key can be read");
	}
	if (signing_key_read(files->public_key_file, false, &generation->answer_key) != 0) {
		return file_fault(fault, files->public_key_file,
				  "no PEM Ed25519 public key can be read");
	}
	root_verifier_init(&generation->verifier, generation->client->name, generation->answer_key);
	return 0;
}

int channel_generation_create(struct perspective_client *client,
			      const struct perspective_tls_files *files,
			      struct channel_generation **ret_generation,
			      struct perspective_fault *fault)
{
	struct channel_generation *generation = calloc(1, sizeof(*generation));
	if (generation == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		return -ENOMEM;
	}
	generation->client = client;
	LIST_INSERT_HEAD(&client->generations, generation, entry);
	int error = read_files(generation, files, fault);
	if (error == 0) {
		generation->loop =
			transfer_loop_create(client->config.base, client->config.connections_max,
					     ask_batch_on_done, client);
		if (generation->loop == NULL) {
			snprintf(fault->text, sizeof(fault->text), "not enough memory");
			error = -ENOMEM;
		}
	}
	if (error != 0) {
		channel_generation_destroy(generation);
		return error;
	}
	*ret_generation = generation;
	return 0;
}

void channel_generation_destroy(struct channel_generation *generation)
{
	transfer_loop_destroy(generation->loop);
	X509_STORE_free(generation->trust);
	EVP_PKEY_free(generation->answer_key);
	if (generation->key != NULL) {
		OPENSSL_cleanse(generation->key, strlen(generation->key));
	}
	free(generation->certificate);
	free(generation->key);
	LIST_REMOVE(generation, entry);
	free(generation);
}
