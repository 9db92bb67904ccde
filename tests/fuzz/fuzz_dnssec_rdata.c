// SPDX-License-Identifier: BSD-3-Clause
// RDATA of RRSIG, DNSKEY, DS, NSEC, NSEC3 and their type bitmaps. First octet: which. Oracle: views stay inside the
// RDATA, the fixed fields are all there, a cut RDATA is never read as longer, names are well-formed and in lower case,
// a bitmap has a type only if it is parsed with a window for it, and a key that is made has the algorithm's size.

#include "dnssec/ds.h"
#include "dnssec/name_order.h"
#include "dnssec/nsec.h"
#include "dnssec/nsec3.h"
#include "dnssec/public_key.h"
#include "dnssec/rrsig.h"

#include "fuzz_target.h"

#include <openssl/evp.h>

#include <string.h>

static void is_inside(const uint8_t *data, size_t size, const uint8_t *view, size_t length)
{
	must(view >= data && length <= size && (size_t)(view - data) <= size - length);
}

static void must_be_name(const struct plx_name *name)
{
	struct plx_name lower = *name;
	must(plx_name_is_valid_wire(name->wire, name->length));
	plx_name_lower(&lower);
	must(memcmp(lower.wire, name->wire, name->length) == 0);
}

static void check_bitmap(const uint8_t *data, size_t size)
{
	struct type_bitmap bitmap;
	unsigned count = 0;
	if (type_bitmap_parse(data, size, &bitmap) < 0) {
		return;
	}
	for (unsigned type = 0; type <= UINT16_MAX; type += 7) {
		count += type_bitmap_has(&bitmap, (uint16_t)type);
	}
	must(size > 0 || count == 0);
	must(count <= (unsigned)size * 8);
	must(!type_bitmap_is_delegation(&bitmap) || type_bitmap_has(&bitmap, 2));
}

static void check_rrsig(const uint8_t *data, size_t size)
{
	static const struct plx_name root = {.length = 1};
	struct rrsig rrsig;
	if (rrsig_parse(data, size, &rrsig) < 0) {
		return;
	}
	must_be_name(&rrsig.signer);
	must((size_t)RRSIG_FIXED_BYTES + rrsig.signer.length + rrsig.signature_length == size);
	is_inside(data, size, rrsig.signature, rrsig.signature_length);
	// The signer's own name: only the labels field and the times are left to decide.
	enum dnssec_cause cause = rrsig_check(&rrsig, &rrsig.signer, &rrsig.signer, 1);
	if (cause == DNSSEC_CAUSE_NONE) {
		must(rrsig.labels == plx_name_label_count(&rrsig.signer));
		must(rrsig.inception <= 1 || rrsig.inception > INT32_MAX);
		must(rrsig_limit_ttl(&rrsig, 60, 1) <= 60);
	}
	must(rrsig.signer.length == 1 ||
	     rrsig_check(&rrsig, &rrsig.signer, &root, 1) == DNSSEC_CAUSE_SIGNER);
}

static void check_dnskey(const uint8_t *data, size_t size)
{
	struct dnssec_policy policy = dnssec_policy_production();
	struct dnskey key;
	if (dnskey_parse(data, size, &key) < 0) {
		must(size < 5 || size > UINT16_MAX);
		return;
	}
	is_inside(data, size, key.key, key.key_length);
	must(!dnskey_is_zone_key(&key) || (key.flags & DNSKEY_FLAG_REVOKE) == 0);
	EVP_MD_CTX *public_key = public_key_create(&key, &policy);
	if (public_key != NULL) {
		int bits = EVP_PKEY_get_bits(
			EVP_PKEY_CTX_get0_pkey(EVP_MD_CTX_get_pkey_ctx(public_key)));
		must(dnssec_policy_has_algorithm(&policy, key.algorithm));
		must(bits >= 253 && bits <= RSA_BITS_MAX);
	}
	EVP_MD_CTX_free(public_key);
}

static void check_ds(const uint8_t *data, size_t size)
{
	static const struct plx_name root = {.length = 1};
	struct judge_budget budget = judge_budget_init();
	struct ds ds;
	struct dnskey key;
	must((ds_parse(data, size, &ds) == 0) == (size >= 4));
	if (size >= 4 && dnskey_parse(data, size, &key) == 0) {
		must(ds_match(&ds, &root, &key, &budget) == DS_MATCH_DIFFERENT);
	}
}

static void check_nsec(const uint8_t *data, size_t size)
{
	const struct plx_name zone = {.length = 3, .wire = {1, 'z', 0}};
	const struct plx_name owner = {.length = 5, .wire = {1, 'm', 1, 'z', 0}};
	struct nsec nsec;
	if (nsec_parse(&owner, &zone, data, size, &nsec) < 0) {
		return;
	}
	must_be_name(&nsec.next);
	must(plx_name_is_below(&nsec.next, &zone));
	must(!nsec_covers(&nsec, &zone, &owner) && !nsec_covers(&nsec, &zone, &nsec.next));
	const struct plx_name names[] = {{.length = 5, .wire = {1, 'n', 1, 'z', 0}},
					 {.length = 7, .wire = {1, 'a', 1, 'm', 1, 'z', 0}},
					 {.length = 5, .wire = {1, 'a', 1, 'z', 0}}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(names); i++) {
		bool is_denied = nsec_denies(&nsec, &zone, &names[i]);
		bool is_empty = nsec_is_empty_non_terminal(&nsec, &zone, &names[i]);
		must(!(is_denied && is_empty));
		must(!(is_denied || is_empty) || nsec_covers(&nsec, &zone, &names[i]));
	}
}

static void check_nsec3(const uint8_t *data, size_t size)
{
	const struct plx_name zone = {.length = 3, .wire = {1, 'z', 0}};
	struct plx_name owner = {.length = 36, .wire = {32}};
	struct judge_budget budget = judge_budget_init();
	uint8_t hash[NSEC3_HASH_BYTES];
	struct nsec3 nsec3;
	memset(owner.wire + 1, '7', 32);
	memcpy(owner.wire + 33, "\1z", 3);
	if (nsec3_parse(&owner, &zone, data, size, &nsec3) < 0) {
		return;
	}
	is_inside(data, size, nsec3.salt, nsec3.salt_length);
	must(nsec3.flags <= 1);
	must(nsec3_has_same_chain(&nsec3, &nsec3));
	must(nsec3_matches(&nsec3, nsec3.owner_hash));
	must(!nsec3_covers(&nsec3, nsec3.owner_hash) && !nsec3_covers(&nsec3, nsec3.next_hash));
	if (nsec3.iterations <= NSEC3_ITERATIONS_MAX) {
		must(nsec3_hash(&zone, &nsec3, &budget, hash) == NSEC3_HASH_MADE);
		must(!(nsec3_matches(&nsec3, hash) && nsec3_covers(&nsec3, hash)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(const uint8_t *, size_t) = {
		check_bitmap, check_rrsig, check_dnskey, check_ds, check_nsec, check_nsec3};
	if (size > 0) {
		checks[data[0] % PLX_ARRAY_SIZE(checks)](data + 1, size - 1);
	}
	return 0;
}
