// SPDX-License-Identifier: BSD-3-Clause
// Lines are believed only letter for letter as they were signed, each by itself.

#include "cunit_runner.h"

#include "perspective/signed_line.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOAD "{\"a\":\"x\",\"b\":2}"

static EVP_PKEY *key;
static struct root_verifier verifier;

static void make_key(void)
{
	static const unsigned char seed[32] = {7};
	EVP_PKEY_free(key);
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	root_verifier_init(&verifier, "fra-1", key);
}

static void make_lines(unsigned count, char **ret_lines)
{
	char texts[HASH_TREE_LEAVES_MAX][32];
	const char *payloads[HASH_TREE_LEAVES_MAX] = {NULL};
	for (unsigned i = 0; i < count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "{\"n\":%u}", i);
		payloads[i] = texts[i];
	}
	CU_ASSERT_EQUAL_FATAL(signed_lines_make(payloads, count, "fra-1", key, ret_lines), 0);
}

static void free_lines(unsigned count, char **lines)
{
	for (unsigned i = 0; i < count; i++) {
		free(lines[i]);
	}
}

// Any payload, whether canonical or not.
static char *make_line(const char *payload, const char *perspective)
{
	static char *
		line; // not on the stack: GCC would take the line for a pointer to its own pointer there
	make_key();
	CU_ASSERT_EQUAL_FATAL(
		signed_lines_make((const char *const[]) {payload}, 1, perspective, key, &line), 0);
	return line;
}

static enum signed_line_verdict read_octets(const char *line, size_t length)
{
	json_t *envelope = NULL;
	enum signed_line_verdict verdict = signed_line_read(line, length, &verifier, &envelope);
	CU_ASSERT_EQUAL(envelope != NULL, verdict == SIGNED_LINE_VALID);
	json_decref(envelope);
	return verdict;
}

static enum signed_line_verdict read_line(const char *line)
{
	return read_octets(line, strlen(line));
}

static enum signed_line_verdict read_payload(const char *payload)
{
	char *line = make_line(payload, "fra-1");
	enum signed_line_verdict verdict = read_octets(line, strlen(line) - 1);
	free(line);
	return verdict;
}

TEST(a_signed_line_is_read_as_it_was_made)
{
	char *line = make_line(PAYLOAD, "fra-1");
	json_t *envelope = NULL;
	CU_ASSERT_EQUAL(strncmp(line, "{\"perspective\":\"fra-1\",\"signature\":\"", 36), 0);
	CU_ASSERT_STRING_EQUAL(line + strlen(line) - strlen(PAYLOAD) - 2, PAYLOAD "}\n");
	CU_ASSERT_EQUAL_FATAL(signed_line_read(line, strlen(line) - 1, &verifier, &envelope),
			      SIGNED_LINE_VALID);
	json_t *document = json_loads(line, 0, NULL);
	CU_ASSERT(json_equal(document, envelope));
	json_decref(document);
	json_decref(envelope);
	free(line);
}

TEST(a_line_made_without_this_code_is_valid)
{
	// By tests/fuzz/make_line_corpus.py: the third of three.
	static const unsigned char seed[32] = {1, 2, 3};
	static const char line[] =
		"{\"perspective\":\"fra-1\",\"signature\":\"AgNuTEJkayT4+wCNncZEqS2iSQ7E"
		"dYkoptGXBU+VKafwuPwcNilu1D4+sQydnS2ffA/93+dLS0q03XUvXXfNkEoN2GD6uFQkDJO"
		"wKPygp495qSyoo7eg9w+sxgx62mRsNKc=\",\"payload\":{\"answer\":{\"evidence"
		"\":{\"dns\":[{\"name\":\"a.test\",\"records\":[\"x\xc3\xa9"
		"\\u0001\"],"
		"\"rtt_us\":0}]},\"outcome\":\"pass\"},\"check_sha256\":\"00000000000000"
		"00000000000000000000000000000000000000000000000000\",\"id\":1,\"nonce\""
		":\"00112233445566778899aabbccddeeff\",\"perspective\":\"fra-1\",\"rir\""
		":\"RIPE NCC\"}}";
	make_key();
	EVP_PKEY_free(key);
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	root_verifier_init(&verifier, "fra-1", key);
	CU_ASSERT_EQUAL(read_line(line), SIGNED_LINE_VALID);
}

TEST(each_line_of_a_tree_is_valid_alone_and_all_cost_one_verification)
{
	char *lines[HASH_TREE_LEAVES_MAX];
	for (unsigned count = 1; count <= HASH_TREE_LEAVES_MAX; count++) {
		make_key();
		make_lines(count, lines);
		for (unsigned i = 0; i < count; i++) {
			struct root_verifier alone;
			json_t *envelope = NULL;
			size_t length = strlen(lines[i]) - 1;
			root_verifier_init(&alone, "fra-1", key);
			CU_ASSERT_EQUAL(signed_line_read(lines[i], length, &alone, &envelope),
					SIGNED_LINE_VALID);
			CU_ASSERT_EQUAL(json_integer_value(json_object_get(
						json_object_get(envelope, "payload"), "n")),
					i);
			json_decref(envelope);
			CU_ASSERT_EQUAL(read_octets(lines[i], length), SIGNED_LINE_VALID);
		}
		CU_ASSERT_EQUAL(verifier.verified_count, 1);
		free_lines(count, lines);
	}
}

TEST(no_changed_octet_leaves_a_line_valid)
{
	char *lines[5];
	make_key();
	make_lines(5, lines);
	for (unsigned n = 0; n < 5; n++) {
		char *line = lines[n];
		size_t length = strlen(line) - 1;
		CU_ASSERT_EQUAL(read_octets(line, length), SIGNED_LINE_VALID); // remembered
		for (size_t i = 0; i < length; i++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				line[i] = (char)(line[i] ^ (1 << bit));
				CU_ASSERT_NOT_EQUAL(read_octets(line, length), SIGNED_LINE_VALID);
				line[i] = (char)(line[i] ^ (1 << bit));
			}
			CU_ASSERT_NOT_EQUAL(read_octets(line, i), SIGNED_LINE_VALID);
		}
		CU_ASSERT_EQUAL(read_octets(line, length), SIGNED_LINE_VALID);
		CU_ASSERT_NOT_EQUAL(read_octets(line, length + 1), SIGNED_LINE_VALID); // the LF
	}
	free_lines(5, lines);
}

TEST(a_signature_is_not_lent_to_another_answer)
{
	char *lines[2];
	make_key();
	make_lines(2, lines);
	CU_ASSERT_EQUAL(read_octets(lines[0], strlen(lines[0]) - 1), SIGNED_LINE_VALID);
	char *payload = strstr(lines[0], "{\"n\":0}");
	payload[5] = '1'; // the other leaf of the same tree
	CU_ASSERT_EQUAL(read_octets(lines[0], strlen(lines[0]) - 1), SIGNED_LINE_BAD_SIGNATURE);
	free_lines(2, lines);
}

TEST(a_line_of_another_perspective_or_key_is_refused)
{
	char *line = make_line("{}", "gru-1");
	CU_ASSERT_EQUAL(read_octets(line, strlen(line) - 1), SIGNED_LINE_FOREIGN_NAME);
	memcpy(strstr(line, "gru-1"), "fra-1", 5); // relabelled: the name is signed as well
	CU_ASSERT_EQUAL(read_octets(line, strlen(line) - 1), SIGNED_LINE_BAD_SIGNATURE);
	free(line);
	line = make_line("{}", "fra-1");
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	root_verifier_init(&verifier, "fra-1", other);
	CU_ASSERT_EQUAL(read_octets(line, strlen(line) - 1), SIGNED_LINE_BAD_SIGNATURE);
	EVP_PKEY_free(other);
	free(line);
}

// The proof of a one-leaf tree with some octets changed, and more at the end.
static enum signed_line_verdict read_proof(unsigned index, unsigned size, size_t length)
{
	unsigned char octets[512] = {0}, text[700];
	char line[1024];
	char *good = make_line("{}", "fra-1");
	char *encoded = strstr(good, "\"signature\":\"") + strlen("\"signature\":\"");
	CU_ASSERT_EQUAL_FATAL(EVP_DecodeBlock(octets, (unsigned char *)encoded, 88), 66);
	octets[0] = (unsigned char)index;
	octets[1] = (unsigned char)size;
	EVP_EncodeBlock(text, octets, (int)length);
	snprintf(line, sizeof(line),
		 "{\"perspective\":\"fra-1\",\"signature\":\"%s\",\"payload\":{}}", (char *)text);
	free(good);
	return read_line(line);
}

TEST(a_proof_of_a_place_that_there_is_not_is_refused)
{
	CU_ASSERT_EQUAL(read_proof(0, 1, 66), SIGNED_LINE_VALID);
	CU_ASSERT_EQUAL(read_proof(1, 1, 66), SIGNED_LINE_BAD_SIGNATURE);
	CU_ASSERT_EQUAL(read_proof(0, 0, 66), SIGNED_LINE_BAD_SIGNATURE);
	CU_ASSERT_EQUAL(read_proof(0, 65, 66), SIGNED_LINE_BAD_SIGNATURE);
	CU_ASSERT_EQUAL(read_proof(0, 255, 66), SIGNED_LINE_BAD_SIGNATURE);
	for (size_t length = 0; length < 66 + 6 * 32; length++) {
		enum signed_line_verdict expected =
			length == 66 ? SIGNED_LINE_VALID : SIGNED_LINE_BAD_SIGNATURE;
		CU_ASSERT_EQUAL(read_proof(0, 1, length), expected);
	}
	CU_ASSERT_EQUAL(read_proof(0, 64, 66 + 6 * 32), SIGNED_LINE_BAD_SIGNATURE);
	CU_ASSERT_EQUAL(read_proof(0, 64, 66 + 7 * 32), SIGNED_LINE_MALFORMED); // too long
}

TEST(base64_has_one_spelling)
{
	char *lines[2]; // 98 octets: one '=', two bits that say nothing
	char other[1024];
	make_key();
	make_lines(2, lines);
	char *end = strstr(lines[0], "=\",\"payload\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	end[-1]++;
	CU_ASSERT_EQUAL(read_octets(lines[0], strlen(lines[0]) - 1), SIGNED_LINE_BAD_SIGNATURE);
	end[-1]--;
	CU_ASSERT_EQUAL(read_octets(lines[0], strlen(lines[0]) - 1), SIGNED_LINE_VALID);
	for (unsigned i = 0; i < 2; i++) { // white space around it
		const char *start = strstr(lines[0], "\"signature\":\"") + 13;
		int before = (int)((i == 0 ? start : end + 1) - lines[0]);
		snprintf(other, sizeof(other), "%.*s    %s", before, lines[0], lines[0] + before);
		CU_ASSERT_EQUAL(read_octets(other, strlen(other) - 1), SIGNED_LINE_BAD_SIGNATURE);
	}
	free_lines(2, lines);
}

TEST(what_is_no_signed_line_is_malformed)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"perspective\":\"fra-1\"}",
		"{\"perspective\":\"fra-1\",\"signature\":\"\"}",
		"{\"perspective\":\"fra-1\",\"signature\":\"\",\"payload\":}",
		"{\"perspective\":1,\"signature\":\"\",\"payload\":{}}",
		"{\"payload\":{},\"perspective\":\"fra-1\",\"signature\":\"\"}",
		"{\"perspective\":\"fra-1\", \"signature\":\"\",\"payload\":{}}",
		" {\"perspective\":\"fra-1\",\"signature\":\"\",\"payload\":{}}",
		"{\"perspective\":\"fra-1\",\"signature\":\"\",\"payload\":{}} ",
		"{\"perspective\":"
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\",\"signature\":\"\",\"payload\":{}}",
	};
	make_key();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_EQUAL(read_line(bad[i]), SIGNED_LINE_MALFORMED);
	}
	CU_ASSERT_EQUAL(
		read_line("{\"perspective\":\"fra-1\",\"signature\":\"AA==\",\"payload\":{}}"),
		SIGNED_LINE_BAD_SIGNATURE);
}

TEST(a_signed_payload_that_no_record_could_repeat_is_malformed)
{
	static const char *const bad[] = {
		"{\"b\":1,\"a\":1}",
		"{\"a\":1,\"a\":1}",
		"{ }",
		"[]",
		"1",
		"{\"a\":1.5}",
		"{\"a\":\"\\/\"}",
		"{}{}",
		"{},",
		"{},\"more\":{}",
		"{\"a\":1}\n{}",
		"{\"a\":\"\xff\"}",
		"{\"a\":99999999999999999999}",
	};
	CU_ASSERT_EQUAL(read_payload("{}"), SIGNED_LINE_VALID);
	CU_ASSERT_EQUAL(read_payload(PAYLOAD), SIGNED_LINE_VALID);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_EQUAL(read_payload(bad[i]), SIGNED_LINE_MALFORMED);
	}
}

TEST(a_payload_without_canonical_form_is_not_written)
{
	json_t *good = json_pack("{s:i, s:s}", "b", 2, "a", "x");
	json_t *real = json_pack("{s:f}", "a", 1.5);
	json_t *name = json_pack("{s:i}", "\xc3\xa9", 1);
	json_t *array = json_array();
	char *text = signed_payload_write(good);
	CU_ASSERT_STRING_EQUAL(text, PAYLOAD);
	CU_ASSERT_PTR_NULL(signed_payload_write(real));
	CU_ASSERT_PTR_NULL(signed_payload_write(name));
	CU_ASSERT_PTR_NULL(signed_payload_write(array));
	free(text);
	json_decref(good);
	json_decref(real);
	json_decref(name);
	json_decref(array);
}

TEST(an_oversized_line_is_neither_made_nor_read)
{
	char *text = malloc(SIGNED_LINE_MAX + 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 'x', SIGNED_LINE_MAX + 1);
	text[SIGNED_LINE_MAX + 1] = '\0';
	make_key();
	CU_ASSERT_EQUAL(read_line(text), SIGNED_LINE_TOO_LONG);
	size_t overhead = strlen("{\"a\":\"\"}");
	json_t *largest = json_pack("{s:s%}", "a", text, (size_t)SIGNED_PAYLOAD_MAX - overhead);
	json_t *larger = json_pack("{s:s%}", "a", text, (size_t)SIGNED_PAYLOAD_MAX - overhead + 1);
	CU_ASSERT_PTR_NULL(signed_payload_write(larger));
	char *payload = signed_payload_write(largest);
	CU_ASSERT_PTR_NOT_NULL_FATAL(payload);
	CU_ASSERT_EQUAL(read_payload(payload), SIGNED_LINE_VALID);
	json_decref(largest);
	json_decref(larger);
	free(payload);
	free(text);
}

TEST(an_answer_taken_apart_is_judged_as_its_line_was)
{
	char *lines[5];
	make_key();
	make_lines(5, lines);
	json_t *envelope = NULL;
	CU_ASSERT_EQUAL_FATAL(
		signed_line_read(lines[4], strlen(lines[4]) - 1, &verifier, &envelope),
		SIGNED_LINE_VALID);
	const char *signature = json_string_value(json_object_get(envelope, "signature"));
	json_t *payload = json_object_get(envelope, "payload");
	make_key(); // and forget what was verified
	CU_ASSERT_EQUAL(signed_payload_judge(payload, signature, &verifier), SIGNED_LINE_VALID);
	CU_ASSERT_EQUAL(signed_payload_judge(payload, "", &verifier), SIGNED_LINE_BAD_SIGNATURE);
	root_verifier_init(&verifier, "fra-2", key);
	CU_ASSERT_EQUAL(signed_payload_judge(payload, signature, &verifier),
			SIGNED_LINE_BAD_SIGNATURE);
	make_key();
	json_object_set_new(payload, "n", json_integer(3));
	CU_ASSERT_EQUAL(signed_payload_judge(payload, signature, &verifier),
			SIGNED_LINE_BAD_SIGNATURE);
	json_object_set_new(payload, "n", json_real(4));
	CU_ASSERT_EQUAL(signed_payload_judge(payload, signature, &verifier), SIGNED_LINE_MALFORMED);
	json_decref(envelope);
	free_lines(5, lines);
}

TEST(a_tree_of_no_or_too_many_answers_is_not_made)
{
	const char *payloads[HASH_TREE_LEAVES_MAX + 1];
	char *lines[HASH_TREE_LEAVES_MAX + 1];
	for (unsigned i = 0; i <= HASH_TREE_LEAVES_MAX; i++) {
		payloads[i] = "{}";
	}
	make_key();
	CU_ASSERT_EQUAL(signed_lines_make(payloads, 0, "fra-1", key, lines), -EINVAL);
	CU_ASSERT_EQUAL(signed_lines_make(payloads, HASH_TREE_LEAVES_MAX + 1, "fra-1", key, lines),
			-EINVAL);
	EVP_PKEY_free(key);
	key = NULL;
}

TEST_MAIN(signed_line, T(a_signed_line_is_read_as_it_was_made),
	  T(a_line_made_without_this_code_is_valid),
	  T(each_line_of_a_tree_is_valid_alone_and_all_cost_one_verification),
	  T(no_changed_octet_leaves_a_line_valid), T(a_signature_is_not_lent_to_another_answer),
	  T(a_line_of_another_perspective_or_key_is_refused),
	  T(a_proof_of_a_place_that_there_is_not_is_refused), T(base64_has_one_spelling),
	  T(what_is_no_signed_line_is_malformed),
	  T(a_signed_payload_that_no_record_could_repeat_is_malformed),
	  T(a_payload_without_canonical_form_is_not_written),
	  T(an_oversized_line_is_neither_made_nor_read),
	  T(an_answer_taken_apart_is_judged_as_its_line_was),
	  T(a_tree_of_no_or_too_many_answers_is_not_made))
