// SPDX-License-Identifier: BSD-3-Clause

#include "service/answer_signatures.h"

#include "audit/audit_reader.h"
#include "audit/audit_record.h"
#include "config/config.h"
#include "order/order_payload.h"
#include "perspective/signed_line.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// A perspective whose key could be read.
struct signer {
	EVP_PKEY *key;
	struct root_verifier verifier;
};

struct walk {
	struct answer_signature_counts counts;
	unsigned signer_count;
	struct signer signers[CONFIG_PERSPECTIVES_MAX];
};

static void read_keys(struct walk *walk, const struct config *config)
{
	for (unsigned i = 0; i < config->perspective_count; i++) {
		const struct config_perspective *from = &config->perspectives[i];
		struct signer *signer = &walk->signers[walk->signer_count];
		if (from->public_key[0] != '\0' &&
		    signing_key_read(from->public_key, false, &signer->key) == 0) {
			root_verifier_init(&signer->verifier, from->name, signer->key);
			walk->signer_count++;
		}
	}
}

static struct root_verifier *find_verifier(struct walk *walk, const char *name)
{
	for (unsigned i = 0; name != NULL && i < walk->signer_count; i++) {
		if (strcmp(walk->signers[i].verifier.perspective, name) == 0) {
			return &walk->signers[i].verifier;
		}
	}
	return NULL;
}

static bool is_signed(const json_t *record, const char *signature, struct root_verifier *verifier)
{
	json_t *payload = order_payload_of(record);
	enum signed_line_verdict verdict =
		payload == NULL ? SIGNED_LINE_MALFORMED
				: signed_payload_judge(payload, signature, verifier);
	json_decref(payload);
	return verdict == SIGNED_LINE_VALID;
}

static void judge(struct walk *walk, const json_t *record, int64_t sequence)
{
	const char *signature = json_string_value(json_object_get(record, "signature"));
	struct root_verifier *verifier =
		find_verifier(walk, json_string_value(json_object_get(record, "perspective")));
	if (signature == NULL) {
		return; // none was given
	}
	if (verifier == NULL) {
		walk->counts.unverifiable++;
	} else if (is_signed(record, signature, verifier)) {
		walk->counts.verified++;
	} else if (walk->counts.mismatched++ == 0) {
		walk->counts.first_mismatched = sequence;
	}
}

static bool is_kind(const struct audit_entry *entry, enum audit_kind kind)
{
	const char *name = audit_kind_name(kind);
	return entry->kind_length == strlen(name) &&
	       memcmp(entry->kind, name, entry->kind_length) == 0;
}

static bool take_record(const struct audit_entry *entry, void *context)
{
	if (is_kind(entry, AUDIT_KIND_CHECK) || is_kind(entry, AUDIT_KIND_PROBE)) {
		json_t *record = json_loadb(entry->body, entry->body_length, 0, NULL);
		judge(context, record, (int64_t)entry->sequence);
		json_decref(record);
	}
	return true;
}

int answer_signatures_verify(struct audit_reader *reader, const struct config *config,
			     struct answer_signature_counts *ret_counts, struct audit_fault *fault)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	if (walk == NULL) {
		return audit_fault_set(fault, -ENOMEM, "not enough memory");
	}
	read_keys(walk, config);
	int error = audit_reader_walk(reader, 1, INT64_MAX, take_record, walk, fault);
	if (error == 0) {
		*ret_counts = walk->counts;
	}
	for (unsigned i = 0; i < walk->signer_count; i++) {
		EVP_PKEY_free(walk->signers[i].key);
	}
	free(walk);
	return error;
}
