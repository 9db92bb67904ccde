// SPDX-License-Identifier: BSD-3-Clause
// Signs and checks the lines of perspectives.

#include "perspective/signed_line.h"

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE_BYTES 64
#define SIGNATURE_TEXT_BYTES 88 // base64 of 64 octets, "==" included
#define CANONICAL (JSON_COMPACT | JSON_SORT_KEYS)

int signing_key_read(const char *path, bool is_private, EVP_PKEY **ret_key)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		return -errno;
	}
	EVP_PKEY *key = is_private ? PEM_read_PrivateKey(file, NULL, NULL, NULL)
				   : PEM_read_PUBKEY(file, NULL, NULL, NULL);
	fclose(file);
	if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(key);
		ERR_clear_error();
		return -EINVAL;
	}
	*ret_key = key;
	return 0;
}

// What the signature covers, to be freed.
static char *text_to_sign(const json_t *payload, const char *perspective, size_t *ret_length)
{
	char *dump = json_dumps(payload, CANONICAL);
	char *text = NULL;
	int length = dump == NULL ? -1
				  : asprintf(&text, "parallax-perspective-line-v1\n%s\n%s",
					     perspective, dump);
	free(dump);
	if (length < 0) {
		return NULL;
	}
	*ret_length = (size_t)length;
	return text;
}

static bool sign(EVP_PKEY *key, const char *text, size_t length, unsigned char *ret_signature)
{
	size_t signature_length = SIGNATURE_BYTES;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_signed = context != NULL &&
			 EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
			 EVP_DigestSign(context, ret_signature, &signature_length,
					(const unsigned char *)text, length) == 1;
	EVP_MD_CTX_free(context);
	return is_signed && signature_length == SIGNATURE_BYTES;
}

static bool verify(EVP_PKEY *key, const char *text, size_t length, const unsigned char *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_valid = context != NULL &&
			EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
			EVP_DigestVerify(context, signature, SIGNATURE_BYTES,
					 (const unsigned char *)text, length) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return is_valid;
}

char *signed_line_make(const json_t *payload, const char *perspective, EVP_PKEY *key)
{
	unsigned char signature[SIGNATURE_BYTES];
	char encoded[SIGNATURE_TEXT_BYTES + 1];
	size_t length = 0;
	char *text = text_to_sign(payload, perspective, &length);
	bool is_signed = text != NULL && sign(key, text, length, signature);
	free(text);
	if (!is_signed) {
		return NULL;
	}
	EVP_EncodeBlock((unsigned char *)encoded, signature, SIGNATURE_BYTES);
	char *dump = json_dumps(payload, CANONICAL);
	char *line = NULL;
	int line_length = dump == NULL ? -1
				       : asprintf(&line,
						  "{\"payload\":%s,\"perspective\":\"%s\","
						  "\"signature\":\"%s\"}\n",
						  dump, perspective, encoded);
	free(dump);
	if (line_length < 0) {
		return NULL;
	}
	if (line_length > SIGNED_LINE_MAX) {
		free(line);
		return NULL;
	}
	return line;
}

static bool decode_signature(const char *text, unsigned char *ret_signature)
{
	unsigned char decoded[SIGNATURE_TEXT_BYTES];
	unsigned char again[SIGNATURE_TEXT_BYTES + 1];
	if (strlen(text) != SIGNATURE_TEXT_BYTES ||
	    EVP_DecodeBlock(decoded, (const unsigned char *)text, SIGNATURE_TEXT_BYTES) !=
		    SIGNATURE_BYTES + 2) {
		return false;
	}
	// EVP_DecodeBlock overlooks what a strict reader refuses; one signature has one spelling.
	EVP_EncodeBlock(again, decoded, SIGNATURE_BYTES);
	if (memcmp(again, text, SIGNATURE_TEXT_BYTES) != 0) {
		return false;
	}
	memcpy(ret_signature, decoded, SIGNATURE_BYTES);
	return true;
}

static enum signed_line_verdict judge(const json_t *line, const char *perspective, EVP_PKEY *key)
{
	const json_t *payload = json_object_get(line, "payload");
	const char *name = json_string_value(json_object_get(line, "perspective"));
	const char *signature_text = json_string_value(json_object_get(line, "signature"));
	unsigned char signature[SIGNATURE_BYTES];
	if (!json_is_object(payload) || name == NULL || signature_text == NULL ||
	    json_object_size(line) != 3) {
		return SIGNED_LINE_MALFORMED;
	}
	if (strcmp(name, perspective) != 0) {
		return SIGNED_LINE_FOREIGN_NAME;
	}
	if (!decode_signature(signature_text, signature)) {
		return SIGNED_LINE_BAD_SIGNATURE;
	}
	size_t length = 0;
	char *text = text_to_sign(payload, perspective, &length);
	bool is_valid = text != NULL && verify(key, text, length, signature);
	free(text);
	return is_valid ? SIGNED_LINE_VALID : SIGNED_LINE_BAD_SIGNATURE;
}

enum signed_line_verdict signed_line_read(const char *text, size_t length, const char *perspective,
					  EVP_PKEY *key, json_t **ret_envelope)
{
	if (length > SIGNED_LINE_MAX) {
		return SIGNED_LINE_TOO_LONG;
	}
	json_t *line = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(line)) {
		json_decref(line);
		return SIGNED_LINE_MALFORMED;
	}
	enum signed_line_verdict verdict = judge(line, perspective, key);
	if (verdict != SIGNED_LINE_VALID) {
		json_decref(line);
		return verdict;
	}
	*ret_envelope = line;
	return verdict;
}

const char *signed_line_verdict_name(enum signed_line_verdict verdict)
{
	switch (verdict) {
	case SIGNED_LINE_NOT_EVALUATED:
		return "not-evaluated";
	case SIGNED_LINE_VALID:
		return "valid";
	case SIGNED_LINE_TOO_LONG:
		return "too-long";
	case SIGNED_LINE_MALFORMED:
		return "malformed";
	case SIGNED_LINE_FOREIGN_NAME:
		return "foreign-name";
	case SIGNED_LINE_BAD_SIGNATURE:
		return "bad-signature";
	}
	return "unknown";
}
