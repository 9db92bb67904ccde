// SPDX-License-Identifier: BSD-3-Clause
// The TLS context of a listener, made from files. Neither session cache nor tickets: each connection proves its
// certificate anew, so that a rotation or a withdrawn CA takes effect with the next connection.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>

#include <openssl/types.h>

struct http_tls_config {
	const char *certificate_file; // PEM, the leaf first, then its chain
	const char *key_file;         // PEM
	const char *client_ca_file;   // PEM; NULL: clients show no certificate, else every one must
	bool is_tls13_only;           // else TLS 1.2 is taken as well
};

struct http_fault {
	char text[256]; // one line: what is wrong and how to mend it
};

// 0, -EINVAL (a file that cannot be read or does not fit; `fault` names it), -ENOMEM. The caller frees the context.
PLX_MUST_CHECK int server_tls_create(const struct http_tls_config *config, SSL_CTX **ret_context,
				     struct http_fault *fault);
