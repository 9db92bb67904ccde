// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/signature_memory.h"

#include "base/table_memory.h"
#include "dnssec/key_set.h"

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

// Digests with the same first octets share a set, in which the oldest makes room.
#define SET_WAYS 8

struct digest_set {
	struct signature_digest ways[SET_WAYS];
};

struct signature_memory {
	struct plx_siphash_key key;
	EVP_MD *hash;
	EVP_MD_CTX *context;
	uint32_t set_mask;
	uint8_t *next_ways; // by set
	struct digest_set *sets;
};

static uint32_t set_count_for(uint32_t count)
{
	uint32_t sets = 1;
	while (sets * SET_WAYS < count) {
		sets *= 2;
	}
	return sets;
}

static size_t next_ways_bytes(const struct signature_memory *memory)
{
	return ((size_t)memory->set_mask + 1) * sizeof(memory->next_ways[0]);
}

static size_t sets_bytes(const struct signature_memory *memory)
{
	return ((size_t)memory->set_mask + 1) * sizeof(memory->sets[0]);
}

struct signature_memory *signature_memory_create(uint32_t count, const struct plx_siphash_key *key)
{
	if (count == 0 || count > SIGNATURES_REMEMBERED_MAX) {
		return NULL;
	}
	struct signature_memory *memory = calloc(1, sizeof(*memory));
	if (memory == NULL) {
		return NULL;
	}
	uint32_t sets = set_count_for(count);
	memory->key = *key;
	memory->set_mask = sets - 1;
	memory->hash = EVP_MD_fetch(NULL, "SHA256", NULL);
	memory->context = EVP_MD_CTX_new();
	memory->next_ways = table_memory_map(next_ways_bytes(memory));
	memory->sets = table_memory_map(sets_bytes(memory));
	if (memory->hash == NULL || memory->context == NULL || memory->next_ways == NULL ||
	    memory->sets == NULL) {
		signature_memory_destroy(memory);
		return NULL;
	}
	return memory;
}

void signature_memory_destroy(struct signature_memory *memory)
{
	if (memory == NULL) {
		return;
	}
	EVP_MD_CTX_free(memory->context);
	EVP_MD_free(memory->hash);
	table_memory_unmap(memory->next_ways, next_ways_bytes(memory));
	table_memory_unmap(memory->sets, sets_bytes(memory));
	free(memory);
}

bool signature_memory_digest(struct signature_memory *memory, const struct zone_key *key,
			     const uint8_t *data, size_t length, const uint8_t *signature,
			     size_t signature_length, struct signature_digest *ret_digest)
{
	struct {
		struct plx_siphash_key secret;
		uint8_t key[ZONE_KEY_IDENTITY_BYTES];
		uint64_t signature_length; // where the signature ends and the data begin
	} head = {.secret = memory->key, .signature_length = signature_length};
	uint8_t digest[EVP_MAX_MD_SIZE];
	memcpy(head.key, key->identity, sizeof(head.key));
	if (EVP_DigestInit_ex2(memory->context, memory->hash, NULL) != 1 ||
	    EVP_DigestUpdate(memory->context, &head, sizeof(head)) != 1 ||
	    EVP_DigestUpdate(memory->context, signature, signature_length) != 1 ||
	    EVP_DigestUpdate(memory->context, data, length) != 1 ||
	    EVP_DigestFinal_ex(memory->context, digest, NULL) != 1) {
		return false;
	}
	memcpy(ret_digest->octets, digest, sizeof(ret_digest->octets));
	return true;
}

static uint32_t set_of(const struct signature_memory *memory, const struct signature_digest *digest)
{
	uint32_t word;
	memcpy(&word, digest->octets, sizeof(word));
	return word & memory->set_mask;
}

bool signature_memory_has(const struct signature_memory *memory,
			  const struct signature_digest *digest)
{
	const struct digest_set *set = &memory->sets[set_of(memory, digest)];
	for (unsigned i = 0; i < SET_WAYS; i++) {
		if (memcmp(&set->ways[i], digest, sizeof(*digest)) == 0) {
			return true;
		}
	}
	return false;
}

void signature_memory_add(struct signature_memory *memory, const struct signature_digest *digest)
{
	uint32_t set = set_of(memory, digest);
	memory->sets[set].ways[memory->next_ways[set]] = *digest;
	memory->next_ways[set] = (uint8_t)((memory->next_ways[set] + 1) % SET_WAYS);
}
