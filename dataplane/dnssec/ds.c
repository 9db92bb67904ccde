// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/ds.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <errno.h>

uint8_t ds_digest_length(uint8_t digest_type)
{
	switch (digest_type) {
	case DNSSEC_DIGEST_SHA1:
		return 20;
	case DNSSEC_DIGEST_SHA256:
		return 32;
	case DNSSEC_DIGEST_SHA384:
		return 48;
	default:
		return 0;
	}
}

static const EVP_MD *digest_function(uint8_t digest_type)
{
	switch (digest_type) {
	case DNSSEC_DIGEST_SHA1:
		return EVP_sha1();
	case DNSSEC_DIGEST_SHA256:
		return EVP_sha256();
	case DNSSEC_DIGEST_SHA384:
		return EVP_sha384();
	default:
		return NULL;
	}
}

int ds_parse(const uint8_t *rdata, size_t length, struct ds *ret_ds)
{
	struct plx_reader reader = plx_reader_init(rdata, length);
	struct ds ds = {0};
	ds.tag = plx_read_u16(&reader);
	ds.algorithm = plx_read_u8(&reader);
	ds.digest_type = plx_read_u8(&reader);
	if (reader.failed) {
		return PLX_ERR_DNS_RDATA;
	}
	uint8_t digest_length = ds_digest_length(ds.digest_type);
	if (digest_length > 0 && plx_reader_left(&reader) == digest_length) {
		ds.digest_length = digest_length;
		plx_read_copy(&reader, ds.digest, digest_length);
	}
	*ret_ds = ds;
	return 0;
}

int ds_digest(uint8_t digest_type, const struct plx_name *zone, const struct dnskey *key,
	      uint8_t ret_digest[static DS_DIGEST_MAX], uint8_t *ret_length)
{
	const EVP_MD *function = digest_function(digest_type);
	if (function == NULL) {
		return -ENOTSUP;
	}
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	bool is_made = context != NULL && EVP_DigestInit_ex(context, function, NULL) == 1 &&
		       EVP_DigestUpdate(context, zone->wire, zone->length) == 1 &&
		       EVP_DigestUpdate(context, key->rdata, key->rdata_length) == 1 &&
		       EVP_DigestFinal_ex(context, digest, &length) == 1 &&
		       length == ds_digest_length(digest_type);
	EVP_MD_CTX_free(context);
	if (!is_made) {
		return -ENOTSUP;
	}
	memcpy(ret_digest, digest, length);
	*ret_length = (uint8_t)length;
	return 0;
}

enum ds_match ds_match(const struct ds *ds, const struct plx_name *zone, const struct dnskey *key,
		       struct judge_budget *budget)
{
	if (ds->digest_length == 0 || ds->tag != key->tag || ds->algorithm != key->algorithm) {
		return DS_MATCH_DIFFERENT;
	}
	if (!judge_budget_take(&budget->digests_left)) {
		return DS_MATCH_LIMIT;
	}
	uint8_t digest[DS_DIGEST_MAX];
	uint8_t length = 0;
	if (ds_digest(ds->digest_type, zone, key, digest, &length) < 0 ||
	    length != ds->digest_length || CRYPTO_memcmp(digest, ds->digest, length) != 0) {
		return DS_MATCH_DIFFERENT;
	}
	return DS_MATCH_EQUAL;
}
