// SPDX-License-Identifier: BSD-3-Clause
// Lines are believed only letter for letter as they were signed.

#include "cunit_runner.h"

#include "perspective/signed_line.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <string.h>

static EVP_PKEY *key;

static char *make(void)
{
	key = key != NULL ? key : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	json_t *payload = json_pack("{s:i,s:s}", "b", 2, "a", "x");
	char *line = signed_line_make(payload, "fra-1", key);
	json_decref(payload);
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	return line;
}

static enum signed_line_verdict read_line(const char *line)
{
	json_t *envelope = NULL;
	enum signed_line_verdict verdict =
		signed_line_read(line, strlen(line), "fra-1", key, &envelope);
	CU_ASSERT_EQUAL(envelope != NULL, verdict == SIGNED_LINE_VALID);
	json_decref(envelope);
	return verdict;
}

TEST(a_signed_line_is_valid_in_any_member_order)
{
	char *line = make();
	CU_ASSERT_EQUAL(strncmp(line, "{\"payload\":{\"a\":\"x\",\"b\":2},", 27), 0);
	CU_ASSERT_EQUAL(read_line(line), SIGNED_LINE_VALID);
	json_t *document = json_loads(line, 0, NULL);
	char turned[512];
	snprintf(turned, sizeof(turned),
		 "{\"signature\":\"%s\", "
		 "\"perspective\":\"fra-1\",\"payload\":{\"b\":2,\"a\":\"x\"}}",
		 json_string_value(json_object_get(document, "signature")));
	CU_ASSERT_EQUAL(read_line(turned), SIGNED_LINE_VALID);
	json_decref(document);
	free(line);
}

TEST(no_changed_octet_leaves_a_line_valid)
{
	char *line = make();
	size_t length = strlen(line) - 1;
	for (size_t i = 0; i < length; i++) {
		line[i] ^= 1;
		CU_ASSERT_NOT_EQUAL(read_line(line), SIGNED_LINE_VALID);
		line[i] ^= 1;
	}
	CU_ASSERT_EQUAL(read_line(line), SIGNED_LINE_VALID);
	free(line);
}

TEST(a_line_of_another_perspective_is_foreign)
{
	json_t *payload = json_object();
	key = key != NULL ? key : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	char *line = signed_line_make(payload, "gru-1", key);
	CU_ASSERT_EQUAL(read_line(line), SIGNED_LINE_FOREIGN_NAME);
	memcpy(strstr(line, "gru-1"), "fra-1", 5); // relabelled: the name is signed as well
	CU_ASSERT_EQUAL(read_line(line), SIGNED_LINE_BAD_SIGNATURE);
	free(line);
	json_decref(payload);
}

TEST(what_is_no_signed_line_is_malformed)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"payload\":{},\"perspective\":\"fra-1\"}",
		"{\"payload\":[],\"perspective\":\"fra-1\",\"signature\":\"\"}",
		"{\"payload\":{},\"payload\":{},\"perspective\":\"fra-1\",\"signature\":\"\"}",
		"{\"payload\":{},\"perspective\":1,\"signature\":\"\"}",
		"{\"payload\":{},\"perspective\":\"fra-1\",\"signature\":\"\",\"more\":1}",
		"{\"payload\":{},\"perspective\":\"fra-1\",\"signature\":\"\"} x",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_EQUAL(read_line(bad[i]), SIGNED_LINE_MALFORMED);
	}
	CU_ASSERT_EQUAL(
		read_line("{\"payload\":{},\"perspective\":\"fra-1\",\"signature\":\"AA==\"}"),
		SIGNED_LINE_BAD_SIGNATURE);
}

TEST(an_oversized_line_is_neither_made_nor_read)
{
	char *text = malloc(SIGNED_LINE_MAX + 2);
	memset(text, 'x', SIGNED_LINE_MAX + 1);
	text[SIGNED_LINE_MAX + 1] = '\0';
	json_t *payload = json_pack("{s:s}", "a", text);
	CU_ASSERT_PTR_NULL(signed_line_make(payload, "fra-1", key));
	CU_ASSERT_EQUAL(read_line(text), SIGNED_LINE_TOO_LONG);
	json_decref(payload);
	free(text);
	EVP_PKEY *none = NULL;
	CU_ASSERT_EQUAL(signing_key_read("/nonexistent/key", true, &none), -ENOENT);
	CU_ASSERT_EQUAL(signing_key_read("/dev/null", false, &none), -EINVAL);
	EVP_PKEY_free(key);
}

TEST_MAIN(signed_line, T(a_signed_line_is_valid_in_any_member_order),
	  T(no_changed_octet_leaves_a_line_valid), T(a_line_of_another_perspective_is_foreign),
	  T(what_is_no_signed_line_is_malformed), T(an_oversized_line_is_neither_made_nor_read))
