// SPDX-License-Identifier: BSD-3-Clause
// A perspective's line, by a fixed key. Oracles: an accepted payload is spelled as jansson spells it, and Ed25519 is
// deterministic, so that the line of a one-leaf tree is what this key makes of its payload. Lines that the input is
// made into (its octets as a payload, with neighbours in the tree) are accepted when the payload is canonical and never
// with an octet changed.

#include "perspective/canonical_json.h"
#include "perspective/signed_line.h"

#include "fuzz_target.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

#define CANONICAL (JSON_COMPACT | JSON_SORT_KEYS)
#define PAYLOAD_MAX 4096
#define MUTATIONS 8

static EVP_PKEY *key;

static enum signed_line_verdict read_line(const char *line, size_t length, json_t **ret_envelope)
{
	struct root_verifier verifier;
	root_verifier_init(&verifier, "fra-1", key);
	return signed_line_read(line, length, &verifier, ret_envelope);
}

// Canonical by the scanner means canonical by jansson.
static void check_scanner(const char *text, size_t length)
{
	json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	char *dump = value != NULL ? json_dumps(value, CANONICAL) : NULL;
	if (dump != NULL && canonical_json_is_object(text, length)) {
		must(strlen(dump) == length && memcmp(dump, text, length) == 0);
	}
	if (value == NULL && canonical_json_is_object(text, length)) {
		// Left to the parser: UTF-8 and the range of integers only.
		json_error_t error;
		must(json_loadb(text, length, 0, &error) == NULL);
		must(json_error_code(&error) == json_error_invalid_utf8 ||
		     json_error_code(&error) == json_error_numeric_overflow);
	}
	free(dump);
	json_decref(value);
}

static void check_input(const char *text, size_t length)
{
	json_t *envelope = NULL;
	enum signed_line_verdict verdict = read_line(text, length, &envelope);
	must(verdict != SIGNED_LINE_NOT_EVALUATED);
	must((verdict == SIGNED_LINE_VALID) == (envelope != NULL));
	if (envelope == NULL) {
		return;
	}
	json_t *given = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	must(json_equal(given, envelope));
	char *payload = signed_payload_write(json_object_get(envelope, "payload"));
	must(payload != NULL);
	struct root_verifier verifier;
	root_verifier_init(&verifier, "fra-1", key);
	const json_t *signature = json_object_get(envelope, "signature");
	must(signed_payload_judge(json_object_get(envelope, "payload"),
				  json_string_value(signature), &verifier) == SIGNED_LINE_VALID);
	size_t payload_length = strlen(payload);
	must(memcmp(text + length - 1 - payload_length, payload, payload_length) == 0);
	char *line = NULL;
	must(signed_lines_make((const char *const[]) {payload}, 1, "fra-1", key, &line) == 0);
	bool is_alone = json_string_length(signature) == 88;
	must(!is_alone || (strlen(line) == length + 1 && memcmp(line, text, length) == 0));
	free(line);
	free(payload);
	json_decref(given);
	json_decref(envelope);
}

static void check_mutations(char *line, size_t length, const uint8_t *data, size_t size)
{
	json_t *envelope = NULL;
	for (unsigned i = 0; i < MUTATIONS && size > 0; i++) {
		size_t place = (data[i % size] * 257u + data[(i + 1) % size] + 31u * i) % length;
		uint8_t change = data[(i + 2) % size] != 0 ? data[(i + 2) % size] : 1;
		line[place] = (char)(line[place] ^ change);
		must(read_line(line, length, &envelope) != SIGNED_LINE_VALID);
		line[place] = (char)(line[place] ^ change);
		must(read_line(line, place, &envelope) != SIGNED_LINE_VALID);
	}
}

static void check_signed(const uint8_t *data, size_t size)
{
	char payload[PAYLOAD_MAX + 1] = "";
	const char *payloads[HASH_TREE_LEAVES_MAX];
	char *lines[HASH_TREE_LEAVES_MAX] = {NULL};
	if (size == 0 || size > PAYLOAD_MAX || memchr(data, '\0', size) != NULL) {
		return;
	}
	memcpy(payload, data, size);
	unsigned count = 1 + data[size / 2] % HASH_TREE_LEAVES_MAX;
	unsigned place = data[size - 1] % count;
	for (unsigned i = 0; i < count; i++) {
		payloads[i] = i == place ? payload : "{}";
	}
	must(signed_lines_make(payloads, count, "fra-1", key, lines) == 0);
	size_t length = strlen(lines[place]) - 1;
	json_t *envelope = NULL;
	enum signed_line_verdict verdict = read_line(lines[place], length, &envelope);
	must(verdict == SIGNED_LINE_VALID || verdict == SIGNED_LINE_MALFORMED);
	must(verdict == SIGNED_LINE_MALFORMED || canonical_json_is_object(payload, size));
	json_decref(envelope);
	check_mutations(lines[place], length, data, size);
	for (unsigned i = 0; i < count; i++) {
		free(lines[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char seed[32] = {1, 2, 3};
	if (key == NULL) {
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
		must(key != NULL);
	}
	check_scanner((const char *)data, size);
	check_input((const char *)data, size);
	check_signed(data, size);
	return 0;
}
