// SPDX-License-Identifier: BSD-3-Clause
// Answers as they come from the channel, and the auditor who verifies them by what their records hold.

#include "order_fixture.h"

#include "perspective/signed_line.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static EVP_PKEY *make_key(void)
{
	static const unsigned char seed[32] = {11};
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	return key;
}

// NULL: not signed.
static json_t *read_line(const char *perspective, const char *line, size_t length)
{
	EVP_PKEY *key = make_key();
	struct root_verifier verifier;
	json_t *envelope = NULL;
	root_verifier_init(&verifier, perspective, key);
	enum signed_line_verdict verdict = signed_line_read(line, length, &verifier, &envelope);
	EVP_PKEY_free(key);
	return verdict == SIGNED_LINE_VALID ? envelope : NULL;
}

json_t *order_fixture_sign(const char *perspective, json_t *answer)
{
	EVP_PKEY *key = make_key();
	json_t *payload = json_pack("{s:i, s:O}", "id", 1, "answer", answer);
	char *lines[2] = {NULL};
	char *text = signed_payload_write(payload);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	const char *const payloads[] = {"{}", text};
	CU_ASSERT_EQUAL_FATAL(signed_lines_make(payloads, 2, perspective, key, lines), 0);
	json_t *envelope = read_line(perspective, lines[1], strlen(lines[1]) - 1);
	CU_ASSERT_PTR_NOT_NULL(envelope);
	free(lines[0]);
	free(lines[1]);
	free(text);
	json_decref(payload);
	EVP_PKEY_free(key);
	return envelope;
}

bool order_fixture_is_signed(const char *perspective, const char *signature, const json_t *payload)
{
	char *line = NULL;
	char *text = signed_payload_write(payload);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	int length = asprintf(&line, "{\"perspective\":\"%s\",\"signature\":\"%s\",\"payload\":%s}",
			      perspective, signature, text);
	CU_ASSERT_FATAL(length > 0);
	json_t *envelope = read_line(perspective, line, (size_t)length);
	bool is_signed = envelope != NULL;
	json_decref(envelope);
	free(line);
	free(text);
	return is_signed;
}
