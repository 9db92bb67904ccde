// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/key_set.h"

#include "dnssec/public_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct key_set *key_set_create(const struct plx_name *zone)
{
	struct key_set *set = calloc(1, sizeof(*set));
	if (set != NULL) {
		set->zone = *zone;
		plx_name_lower(&set->zone);
	}
	return set;
}

void key_set_destroy(struct key_set *set)
{
	if (set == NULL) {
		return;
	}
	for (unsigned i = 0; i < set->count; i++) {
		EVP_MD_CTX_free(set->keys[i].key);
	}
	free(set);
}

// False when libcrypto fails.
static bool identify(const struct dnskey *key, uint8_t ret_identity[static ZONE_KEY_IDENTITY_BYTES])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	if (EVP_Digest(key->rdata, key->rdata_length, digest, NULL, EVP_sha256(), NULL) != 1) {
		return false;
	}
	memcpy(ret_identity, digest, ZONE_KEY_IDENTITY_BYTES);
	return true;
}

int key_set_add(struct key_set *set, const struct dnskey *key, const struct dnssec_policy *policy)
{
	if (set->count == KEYS_PER_ZONE_MAX) {
		return -ENOSPC;
	}
	struct zone_key *entry = &set->keys[set->count++];
	// A key without an identity is a broken one: nothing must be remembered of it under another's.
	entry->key = identify(key, entry->identity) ? public_key_create(key, policy) : NULL;
	entry->tag = key->tag;
	entry->algorithm = key->algorithm;
	if (entry->key == NULL) {
		ERR_clear_error();
	}
	return 0;
}
