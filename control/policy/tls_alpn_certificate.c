// SPDX-License-Identifier: BSD-3-Clause
// DER is OpenSSL's business; what it must say is ours.

#include "policy/tls_alpn_certificate.h"

#include "policy/dcv_text.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <string.h>

#define ACME_IDENTIFIER "1.3.6.1.5.5.7.1.31" // id-pe-acmeIdentifier, RFC 8737 6.1

static enum tls_alpn_reason extension_judge(const X509 *certificate, const uint8_t *digest)
{
	ASN1_OBJECT *identifier = OBJ_txt2obj(ACME_IDENTIFIER, 1);
	if (identifier == NULL) { // out of memory
		return TLS_ALPN_REASON_NOT_EVALUATED;
	}
	int at = X509_get_ext_by_OBJ(certificate, identifier, -1);
	int again = at < 0 ? -1 : X509_get_ext_by_OBJ(certificate, identifier, at);
	ASN1_OBJECT_free(identifier);
	if (at < 0) {
		return TLS_ALPN_EXTENSION_MISSING;
	}
	// RFC 5280 4.2: no extension twice; two parsers would read two digests.
	if (again >= 0) {
		return TLS_ALPN_REPEATED_EXTENSION;
	}
	X509_EXTENSION *extension = X509_get_ext(certificate, at);
	if (!X509_EXTENSION_get_critical(extension)) {
		return TLS_ALPN_NONCRITICAL_EXTENSION;
	}
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
	const uint8_t *octets = ASN1_STRING_get0_data(value);
	// The extension's value is itself DER: 04 20 and the digest.
	if (ASN1_STRING_length(value) != 2 + DCV_DIGEST_BYTES || octets[0] != V_ASN1_OCTET_STRING ||
	    octets[1] != DCV_DIGEST_BYTES) {
		return TLS_ALPN_BAD_DIGEST;
	}
	return memcmp(octets + 2, digest, DCV_DIGEST_BYTES) == 0 ? TLS_ALPN_VALID
								 : TLS_ALPN_OTHER_DIGEST;
}

static enum tls_alpn_reason name_judge(const GENERAL_NAME *name,
				       const struct tls_alpn_expected *expected)
{
	bool is_right = false;
	if (expected->host_name != NULL) {
		if (name->type != GEN_DNS) {
			return TLS_ALPN_SAN_NOT_DNSNAME;
		}
		// By length: a NUL inside must not end the name.
		is_right =
			dcv_text_equal_folded((const char *)ASN1_STRING_get0_data(name->d.dNSName),
					      (size_t)ASN1_STRING_length(name->d.dNSName),
					      expected->host_name, strlen(expected->host_name));
	} else {
		if (name->type != GEN_IPADD) {
			return TLS_ALPN_SAN_TYPE_NOT_MATCH;
		}
		size_t length = plx_ip_length(expected->ip);
		is_right = length > 0 && (size_t)ASN1_STRING_length(name->d.iPAddress) == length &&
			   memcmp(ASN1_STRING_get0_data(name->d.iPAddress), expected->ip->bytes,
				  length) == 0;
	}
	return is_right ? TLS_ALPN_VALID : TLS_ALPN_SAN_NOT_HOSTNAME;
}

static enum tls_alpn_reason san_judge(const X509 *certificate,
				      const struct tls_alpn_expected *expected)
{
	// NULL also when there are two such extensions or it is malformed.
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	if (names == NULL) {
		return TLS_ALPN_NO_SINGLE_SAN;
	}
	enum tls_alpn_reason reason = TLS_ALPN_NO_SINGLE_SAN;
	if (sk_GENERAL_NAME_num(names) == 1) {
		reason = name_judge(sk_GENERAL_NAME_value(names, 0), expected);
	}
	GENERAL_NAMES_free(names);
	return reason;
}

static bool dates_are_right(const X509 *certificate, int64_t unix_time)
{
	time_t now = (time_t)unix_time;
	// 0 is an unreadable date; a date equal to now counts as earlier.
	return X509_cmp_time(X509_get0_notBefore(certificate), &now) < 0 &&
	       X509_cmp_time(X509_get0_notAfter(certificate), &now) > 0;
}

static enum tls_alpn_reason certificate_judge(const X509 *certificate,
					      const struct tls_alpn_expected *expected,
					      const struct dcv_switches *switches)
{
	enum tls_alpn_reason reason = extension_judge(certificate, expected->digest);
	// Open MPIC tells of a wrong name before a wrong digest.
	if (reason != TLS_ALPN_VALID && reason != TLS_ALPN_OTHER_DIGEST) {
		return reason;
	}
	enum tls_alpn_reason san = san_judge(certificate, expected);
	if (san != TLS_ALPN_VALID || reason != TLS_ALPN_VALID) {
		return san != TLS_ALPN_VALID ? san : reason;
	}
	return switches->tls_alpn_requires_dates &&
			       !dates_are_right(certificate, expected->unix_time)
		       ? TLS_ALPN_DATES
		       : TLS_ALPN_VALID;
}

enum tls_alpn_reason tls_alpn_certificate_judge(const uint8_t *der, size_t length,
						const struct tls_alpn_expected *expected,
						const struct dcv_switches *switches)
{
	if ((expected->host_name == NULL) == (expected->ip == NULL)) {
		return TLS_ALPN_REASON_NOT_EVALUATED;
	}
	if (length == 0 || length > TLS_ALPN_CERTIFICATE_MAX) {
		return TLS_ALPN_NOT_CERTIFICATE;
	}
	(void)ERR_set_mark();
	const uint8_t *next = der;
	X509 *certificate = d2i_X509(NULL, &next, (long)length);
	enum tls_alpn_reason reason = TLS_ALPN_NOT_CERTIFICATE;
	if (certificate != NULL && next == der + length) {
		reason = certificate_judge(certificate, expected, switches);
	}
	X509_free(certificate);
	(void)ERR_pop_to_mark();
	return reason;
}

enum check_outcome tls_alpn_reason_outcome(enum tls_alpn_reason reason)
{
	switch (reason) {
	case TLS_ALPN_VALID:
		return CHECK_PASS;
	case TLS_ALPN_EXTENSION_MISSING:
	case TLS_ALPN_NONCRITICAL_EXTENSION:
	case TLS_ALPN_NO_SINGLE_SAN:
	case TLS_ALPN_SAN_NOT_DNSNAME:
	case TLS_ALPN_SAN_TYPE_NOT_MATCH:
	case TLS_ALPN_SAN_NOT_HOSTNAME:
	case TLS_ALPN_NOT_CERTIFICATE:
	case TLS_ALPN_REPEATED_EXTENSION:
	case TLS_ALPN_BAD_DIGEST:
	case TLS_ALPN_OTHER_DIGEST:
	case TLS_ALPN_DATES:
		return CHECK_FAIL;
	case TLS_ALPN_REASON_NOT_EVALUATED:
	case TLS_ALPN_REASON_COUNT:
		break;
	}
	return CHECK_NOT_EVALUATED;
}

static const struct {
	const char *name;
	const char *sentence;
} texts[TLS_ALPN_REASON_COUNT] = {
	[TLS_ALPN_REASON_NOT_EVALUATED] = {"not_evaluated", "the certificate was not judged"},
	[TLS_ALPN_EXTENSION_MISSING] = {"extension_missing",
					"the certificate has no acmeIdentifier extension"},
	[TLS_ALPN_NONCRITICAL_EXTENSION] = {"noncritical_alpn_extension",
					    "the acmeIdentifier extension is not critical"},
	[TLS_ALPN_NO_SINGLE_SAN] = {"no_single_san",
				    "the certificate does not have exactly one alternative name"},
	[TLS_ALPN_SAN_NOT_DNSNAME] = {"san_not_dnsname", "the alternative name is no domain name"},
	[TLS_ALPN_SAN_TYPE_NOT_MATCH] = {"san_type_not_match",
					 "the alternative name is no IP address"},
	[TLS_ALPN_SAN_NOT_HOSTNAME] = {"san_not_hostname",
				       "the alternative name is not the one asked for"},
	[TLS_ALPN_NOT_CERTIFICATE] = {"not_certificate", "the server sent no readable certificate"},
	[TLS_ALPN_REPEATED_EXTENSION] = {"repeated_extension",
					 "the certificate has two acmeIdentifier extensions"},
	[TLS_ALPN_BAD_DIGEST] = {"bad_digest",
				 "the acmeIdentifier extension holds no SHA-256 digest"},
	[TLS_ALPN_OTHER_DIGEST] = {"other_digest", "the digest is of another key authorization"},
	[TLS_ALPN_DATES] = {"dates", "the certificate is expired or not yet valid"},
	[TLS_ALPN_VALID] = {"valid", "the certificate proves control"},
};

const char *tls_alpn_reason_name(enum tls_alpn_reason reason)
{
	return (unsigned)reason < TLS_ALPN_REASON_COUNT ? texts[reason].name : "unknown";
}

const char *tls_alpn_reason_text(enum tls_alpn_reason reason)
{
	return (unsigned)reason < TLS_ALPN_REASON_COUNT ? texts[reason].sentence : "unknown reason";
}
