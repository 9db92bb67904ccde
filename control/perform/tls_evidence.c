// SPDX-License-Identifier: BSD-3-Clause
// The certificate of a tls-alpn-01 server as evidence. What it proves is judged by policy/tls_alpn_certificate.

#include "http_challenge/tls_alpn_probe.h"
#include "perform/evidence_json.h"
#include "perform/http_evidence.h"

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>

#define DIGEST_BYTES 32
#define NAME_TEXT_MAX 512

static json_t *digest_of(const struct tls_alpn_result *result)
{
	uint8_t digest[DIGEST_BYTES];
	char text[2 * DIGEST_BYTES + 1];
	if (result->certificate == NULL) {
		return json_null();
	}
	if (EVP_Digest(result->certificate, result->certificate_length, digest, NULL, EVP_sha256(),
		       NULL) != 1) {
		return NULL;
	}
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		(void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
	}
	return json_string(text);
}

static json_t *address_name(const ASN1_OCTET_STRING *octets)
{
	struct plx_ip ip = {.family = 0};
	char text[PLX_IP_TEXT_MAX];
	int length = ASN1_STRING_length(octets);
	if (length == 4 || length == 16) {
		ip.family = length == 4 ? 4 : 6;
		memcpy(ip.bytes, ASN1_STRING_get0_data(octets), (size_t)length);
	}
	return json_string(plx_ip_format(&ip, text));
}

// May hold any octets.
static json_t *domain_name(const ASN1_IA5STRING *octets)
{
	int length = ASN1_STRING_length(octets);
	return evidence_octets(ASN1_STRING_get0_data(octets),
			       (size_t)(length < NAME_TEXT_MAX ? length : NAME_TEXT_MAX));
}

static json_t *name_write(const GENERAL_NAME *name)
{
	switch (name->type) {
	case GEN_DNS:
		return domain_name(name->d.dNSName);
	case GEN_IPADD:
		return address_name(name->d.iPAddress);
	default:
		return json_sprintf("(type %d)", name->type);
	}
}

static json_t *names_write(const GENERAL_NAMES *names)
{
	json_t *array = json_array();
	int count = names == NULL ? 0 : sk_GENERAL_NAME_num(names);
	for (int i = 0; array != NULL && i < count && i < HTTP_EVIDENCE_NAMES_MAX; i++) {
		if (json_array_append_new(array, name_write(sk_GENERAL_NAME_value(names, i))) !=
		    0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *certificate_names(const struct tls_alpn_result *result)
{
	const uint8_t *der = result->certificate;
	X509 *certificate =
		der == NULL ? NULL : d2i_X509(NULL, &der, (long)result->certificate_length);
	GENERAL_NAMES *names =
		certificate == NULL
			? NULL
			: X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	json_t *array = names_write(names);
	GENERAL_NAMES_free(names);
	X509_free(certificate);
	ERR_clear_error();
	return array;
}

json_t *http_evidence_handshake(const struct tls_alpn_result *result)
{
	char address[PLX_IP_TEXT_MAX] = "";
	if (result->attempt_count > 0) {
		plx_ip_format(&result->attempts[result->attempt_count - 1].ip, address);
	}
	return json_pack("{s:s, s:s, s:o, s:s?, s:o, s:o, s:s?, s:i, s:o, s:o, s:I}", "outcome",
			 tls_alpn_outcome_name(result->outcome), "cause",
			 tls_alpn_cause_name(result->cause), "message",
			 evidence_text(result->detail, EVIDENCE_TEXT_MAX), "address",
			 address[0] == '\0' ? NULL : address, "addresses",
			 http_evidence_address_list(result->addresses), "alpn",
			 evidence_text(result->protocol, sizeof(result->protocol)), "tls_version",
			 result->tls_version, "refused_count", (int)result->refused_count,
			 "certificate_sha256", digest_of(result), "subject_alternative_names",
			 certificate_names(result), "duration_ms", (json_int_t)result->duration_ms);
}
