// SPDX-License-Identifier: BSD-3-Clause
// A perspective's line, by a fixed key. Oracle: what is accepted is what this key signs for this payload (Ed25519 is
// deterministic), and its payload signed anew is accepted again.

#include "perspective/signed_line.h"

#include "fuzz_target.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char seed[32] = {1, 2, 3};
	static EVP_PKEY *key;
	if (key == NULL) {
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
		must(key != NULL);
	}
	json_t *envelope = NULL;
	enum signed_line_verdict verdict =
		signed_line_read((const char *)data, size, "fra-1", key, &envelope);
	must(verdict != SIGNED_LINE_NOT_EVALUATED);
	must((verdict == SIGNED_LINE_VALID) == (envelope != NULL));
	if (envelope == NULL) {
		return 0;
	}
	json_t *given = json_loadb((const char *)data, size, 0, NULL);
	json_t *payload = json_object_get(envelope, "payload");
	char *line = signed_line_make(payload, "fra-1", key);
	must(line != NULL);
	json_t *again = json_loads(line, 0, NULL);
	must(json_equal(json_object_get(given, "signature"), json_object_get(again, "signature")));
	json_t *second = NULL;
	must(signed_line_read(line, strlen(line) - 1, "fra-1", key, &second) == SIGNED_LINE_VALID);
	must(json_equal(payload, json_object_get(second, "payload")));
	json_decref(second);
	json_decref(again);
	json_decref(given);
	json_decref(envelope);
	free(line);
	return 0;
}
