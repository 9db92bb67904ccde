// SPDX-License-Identifier: BSD-3-Clause
// The names in a certificate that a peer has proven to hold: subjectAltName URIs and DNS names (RFC 5280 section
// 4.2.1.6). The subject's common name is never looked at.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

// Certificates of our own CA name one service each; more is a certificate for something else.
#define PEER_NAMES_MAX 16
#define PEER_NAME_LENGTH_MAX 255

enum peer_name_kind {
	PEER_NAME_NOT_EVALUATED = 0,
	PEER_NAME_URI,
	PEER_NAME_DNS,
};

struct peer_identity {
	unsigned count;
	struct peer_name {
		enum peer_name_kind kind;
		char text[PEER_NAME_LENGTH_MAX + 1];
	} names[PEER_NAMES_MAX];
};

// 0; -ENOENT (no certificate, or one without such a name), -E2BIG (too many or too long), -EILSEQ (a name that holds a
// NUL or is not printable ASCII: CVE-2009-2408 and its kin).
PLX_MUST_CHECK int peer_identity_read(const X509 *certificate, struct peer_identity *ret_identity);

// Letter for letter; DNS names without regard to case. No wildcards.
bool peer_identity_has(const struct peer_identity *identity, enum peer_name_kind kind,
		       const char *text);
const char *peer_name_kind_name(enum peer_name_kind kind);
