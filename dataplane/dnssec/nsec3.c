// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/nsec3.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>

#include <openssl/evp.h>

#include <string.h>

#define HASH_ALGORITHM_SHA1 1

static int base32hex_digit(uint8_t octet)
{
	octet = plx_ascii_lower(octet);
	if (octet >= '0' && octet <= '9') {
		return octet - '0';
	}
	return octet >= 'a' && octet <= 'v' ? octet - 'a' + 10 : -1;
}

// RFC 4648 section 7 without padding: 8 digits make 5 octets.
static bool base32hex_read(const uint8_t digits[static NSEC3_LABEL_BYTES],
			   uint8_t ret_hash[static NSEC3_HASH_BYTES])
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < NSEC3_LABEL_BYTES; i++) {
		int digit = base32hex_digit(digits[i]);
		if (digit < 0) {
			return false;
		}
		bits = bits << 5 | (unsigned)digit;
		if (i % 8 == 7) {
			for (unsigned octet = 0; octet < 5; octet++) {
				ret_hash[i / 8 * 5 + octet] = (uint8_t)(bits >> (32 - 8 * octet));
			}
		}
	}
	return true;
}

static bool owner_read(const struct plx_name *owner, const struct plx_name *zone,
		       uint8_t ret_hash[static NSEC3_HASH_BYTES])
{
	struct plx_name parent;
	if (owner->wire[0] != NSEC3_LABEL_BYTES) {
		return false;
	}
	plx_name_parent(owner, &parent);
	return plx_name_equal(&parent, zone) && base32hex_read(owner->wire + 1, ret_hash);
}

int nsec3_parse(const struct plx_name *owner, const struct plx_name *zone, const uint8_t *rdata,
		size_t length, struct nsec3 *ret_nsec3)
{
	struct plx_reader reader = plx_reader_init(rdata, length);
	struct nsec3 nsec3 = {0};
	uint8_t algorithm = plx_read_u8(&reader);
	nsec3.flags = plx_read_u8(&reader);
	nsec3.iterations = plx_read_u16(&reader);
	nsec3.salt_length = plx_read_u8(&reader);
	nsec3.salt = plx_read_bytes(&reader, nsec3.salt_length);
	uint8_t hash_length = plx_read_u8(&reader);
	if (reader.failed || algorithm != HASH_ALGORITHM_SHA1 ||
	    (nsec3.flags & ~NSEC3_FLAG_OPT_OUT) != 0 || hash_length != NSEC3_HASH_BYTES) {
		return PLX_ERR_DNS_RDATA;
	}
	plx_read_copy(&reader, nsec3.next_hash, NSEC3_HASH_BYTES);
	if (reader.failed || !owner_read(owner, zone, nsec3.owner_hash)) {
		return PLX_ERR_DNS_RDATA;
	}
	int error =
		type_bitmap_parse(rdata + reader.position, length - reader.position, &nsec3.types);
	if (error < 0) {
		return error;
	}
	*ret_nsec3 = nsec3;
	return 0;
}

bool nsec3_has_same_chain(const struct nsec3 *a, const struct nsec3 *b)
{
	return a->iterations == b->iterations && a->salt_length == b->salt_length &&
	       (a->salt_length == 0 || memcmp(a->salt, b->salt, a->salt_length) == 0);
}

enum nsec3_hash_result nsec3_hash(const struct plx_name *name, const struct nsec3 *nsec3,
				  struct judge_budget *budget,
				  uint8_t ret_hash[static NSEC3_HASH_BYTES])
{
	if (!judge_budget_take(&budget->hashes_left)) {
		return NSEC3_HASH_LIMIT;
	}
	uint8_t hash[EVP_MAX_MD_SIZE];
	const uint8_t *input = name->wire;
	size_t length = name->length;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_made = context != NULL;
	for (unsigned i = 0; i <= nsec3->iterations && is_made; i++) {
		// The function is looked up once: NULL keeps it.
		is_made = EVP_DigestInit_ex(context, i == 0 ? EVP_sha1() : NULL, NULL) == 1 &&
			  EVP_DigestUpdate(context, input, length) == 1 &&
			  EVP_DigestUpdate(context, nsec3->salt, nsec3->salt_length) == 1 &&
			  EVP_DigestFinal_ex(context, hash, NULL) == 1;
		input = hash;
		length = NSEC3_HASH_BYTES;
	}
	EVP_MD_CTX_free(context);
	if (!is_made) {
		return NSEC3_HASH_LIMIT; // no memory: nothing was proved
	}
	memcpy(ret_hash, hash, NSEC3_HASH_BYTES);
	return NSEC3_HASH_MADE;
}

bool nsec3_matches(const struct nsec3 *nsec3, const uint8_t hash[static NSEC3_HASH_BYTES])
{
	return memcmp(nsec3->owner_hash, hash, NSEC3_HASH_BYTES) == 0;
}

// The last record of the chain leads back to the first; the only one leads to itself.
bool nsec3_covers(const struct nsec3 *nsec3, const uint8_t hash[static NSEC3_HASH_BYTES])
{
	bool is_after = memcmp(nsec3->owner_hash, hash, NSEC3_HASH_BYTES) < 0;
	bool is_before = memcmp(hash, nsec3->next_hash, NSEC3_HASH_BYTES) < 0;
	bool is_last = memcmp(nsec3->owner_hash, nsec3->next_hash, NSEC3_HASH_BYTES) >= 0;
	if (!is_last) {
		return is_after && is_before;
	}
	return is_after || is_before;
}
