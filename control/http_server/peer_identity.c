// SPDX-License-Identifier: BSD-3-Clause
// Reads the subjectAltName of a certificate that OpenSSL has verified.

#include "http_server/peer_identity.h"

#include <openssl/x509v3.h>

#include <errno.h>
#include <string.h>
#include <strings.h>

static int take_name(const ASN1_IA5STRING *text, enum peer_name_kind kind,
		     struct peer_identity *identity)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(text);
	int length = ASN1_STRING_length(text);
	if (identity->count >= PEER_NAMES_MAX || length > PEER_NAME_LENGTH_MAX) {
		return -E2BIG;
	}
	for (int i = 0; i < length; i++) {
		if (bytes[i] <= ' ' || bytes[i] >= 0x7f) {
			return -EILSEQ;
		}
	}
	if (length <= 0) {
		return -EILSEQ;
	}
	struct peer_name *name = &identity->names[identity->count++];
	name->kind = kind;
	memcpy(name->text, bytes, (size_t)length);
	return 0;
}

static int take_names(const GENERAL_NAMES *names, struct peer_identity *identity)
{
	int error = 0;
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && error == 0; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_URI) {
			error = take_name(name->d.uniformResourceIdentifier, PEER_NAME_URI,
					  identity);
		} else if (name->type == GEN_DNS) {
			error = take_name(name->d.dNSName, PEER_NAME_DNS, identity);
		}
	}
	return error;
}

int peer_identity_read(const X509 *certificate, struct peer_identity *ret_identity)
{
	if (certificate == NULL) {
		return -ENOENT;
	}
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	if (names == NULL) {
		return -ENOENT;
	}
	struct peer_identity identity = {.count = 0};
	int error = take_names(names, &identity);
	GENERAL_NAMES_free(names);
	if (error == 0 && identity.count == 0) {
		error = -ENOENT;
	}
	if (error == 0) {
		*ret_identity = identity;
	}
	return error;
}

bool peer_identity_has(const struct peer_identity *identity, enum peer_name_kind kind,
		       const char *text)
{
	for (unsigned i = 0; i < identity->count; i++) {
		const struct peer_name *name = &identity->names[i];
		if (name->kind == kind && (kind == PEER_NAME_DNS ? strcasecmp(name->text, text)
								 : strcmp(name->text, text)) == 0) {
			return true;
		}
	}
	return false;
}

const char *peer_name_kind_name(enum peer_name_kind kind)
{
	switch (kind) {
	case PEER_NAME_NOT_EVALUATED:
		return "not-evaluated";
	case PEER_NAME_URI:
		return "uri";
	case PEER_NAME_DNS:
		return "dns";
	}
	return "unknown";
}
