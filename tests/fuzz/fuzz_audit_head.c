// SPDX-License-Identifier: BSD-3-Clause
// The head file of an audit log. Oracle: what parses is formatted and parses to the same again, and no signature of an
// input is authentic for a key that never signed.

#include "audit/audit_head.h"

#include "fuzz_target.h"

#include <openssl/evp.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static EVP_PKEY *key;
	struct audit_head head = {0};
	struct audit_head again = {0};
	if (key == NULL) {
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		must(key != NULL);
	}
	if (audit_head_parse((const char *)data, size, &head) != 0) {
		must(head.position.sequence == 0);
		return 0;
	}
	must(head.position.sequence > 0 && strlen(head.log_id) == AUDIT_LOG_ID_BYTES - 1);
	must(!audit_head_is_authentic(&head, key));
	char *text = audit_head_format(&head);
	must(text != NULL && audit_head_parse(text, strlen(text), &again) == 0);
	must(strcmp(head.log_id, again.log_id) == 0 && head.time_us == again.time_us &&
	     head.position.sequence == again.position.sequence &&
	     memcmp(head.position.hash, again.position.hash, AUDIT_HASH_BYTES) == 0 &&
	     head.is_signed == again.is_signed &&
	     memcmp(head.signature, again.signature, AUDIT_SIGNATURE_BYTES) == 0);
	free(text);
	return 0;
}
