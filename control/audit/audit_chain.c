// SPDX-License-Identifier: BSD-3-Clause
// Hashing of audit records.

#include "audit/audit_chain.h"

#include <openssl/evp.h>

#include <errno.h>
#include <string.h>

static void write_be(uint8_t *target, uint64_t value, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++) {
		target[i] = (uint8_t)(value >> (8 * (octets - 1 - i)));
	}
}

static bool add_field(EVP_MD_CTX *context, const void *field, size_t length)
{
	uint8_t prefix[4];
	write_be(prefix, length, sizeof(prefix));
	return EVP_DigestUpdate(context, prefix, sizeof(prefix)) == 1 &&
	       EVP_DigestUpdate(context, field, length) == 1;
}

int audit_chain_hash(const struct audit_entry *entry, uint8_t ret_hash[static AUDIT_HASH_BYTES])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t sequence[8];
	uint8_t time_us[8];
	write_be(sequence, entry->sequence, sizeof(sequence));
	write_be(time_us, (uint64_t)entry->time_us, sizeof(time_us));
	uint8_t hash[AUDIT_HASH_BYTES];
	bool is_done = context != NULL && entry->kind_length <= UINT32_MAX &&
		       entry->body_length <= UINT32_MAX &&
		       EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
		       add_field(context, AUDIT_CHAIN_TAG, strlen(AUDIT_CHAIN_TAG)) &&
		       add_field(context, sequence, sizeof(sequence)) &&
		       add_field(context, time_us, sizeof(time_us)) &&
		       add_field(context, entry->kind, entry->kind_length) &&
		       add_field(context, entry->body, entry->body_length) &&
		       add_field(context, entry->previous_hash, sizeof(entry->previous_hash)) &&
		       EVP_DigestFinal_ex(context, hash, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (!is_done) {
		return -ENOMEM;
	}
	memcpy(ret_hash, hash, sizeof(hash));
	return 0;
}

void audit_hash_format(const uint8_t hash[static AUDIT_HASH_BYTES],
		       char ret_text[static AUDIT_HASH_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	for (unsigned i = 0; i < AUDIT_HASH_BYTES; i++) {
		ret_text[2 * i] = digits[hash[i] >> 4];
		ret_text[2 * i + 1] = digits[hash[i] & 15];
	}
	ret_text[2 * AUDIT_HASH_BYTES] = '\0';
}

static int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9') {
		return digit - '0';
	}
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool audit_hash_parse(const char *text, size_t length, uint8_t ret_hash[static AUDIT_HASH_BYTES])
{
	uint8_t hash[AUDIT_HASH_BYTES];
	if (length != 2 * AUDIT_HASH_BYTES) {
		return false;
	}
	for (unsigned i = 0; i < AUDIT_HASH_BYTES; i++) {
		int high = digit_value(text[2 * i]);
		int low = digit_value(text[2 * i + 1]);
		if (high < 0 || low < 0) {
			return false;
		}
		hash[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret_hash, hash, sizeof(hash));
	return true;
}
