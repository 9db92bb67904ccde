// SPDX-License-Identifier: BSD-3-Clause
// The keys that speak for a zone, ready to check with. Made by chain.h once its DNSKEY RRset is secure; unchanged from
// then on, so that any number of threads may read it. The caller keeps it for ttl_s seconds;
// libcrypto takes about 3 KB for a P-256 key (measured), so a cache of many zones wants a cap on sets, not on octets of DNSKEY.

#pragma once

#include "dnssec/dnskey.h"
#include "dnssec/judge_budget.h"
#include "dnssec/policy.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <openssl/types.h>

// Of SHA-256 over the DNSKEY's RDATA.
#define ZONE_KEY_IDENTITY_BYTES 16

struct zone_key {
	EVP_MD_CTX *key; // of public_key.h; NULL: broken or refused by policy, fails every check
	uint16_t tag;
	uint8_t algorithm;
	uint8_t identity[ZONE_KEY_IDENTITY_BYTES]; // for signature_memory.h
};

struct key_set {
	struct plx_name zone; // lower case
	uint32_t ttl_s;
	unsigned count;
	struct zone_key keys[KEYS_PER_ZONE_MAX];
};

// NULL when there is no memory.
struct key_set *key_set_create(const struct plx_name *zone);
void key_set_destroy(struct key_set *set);
// -ENOSPC when it is full.
PLX_MUST_CHECK int key_set_add(struct key_set *set, const struct dnskey *key,
			       const struct dnssec_policy *policy);
