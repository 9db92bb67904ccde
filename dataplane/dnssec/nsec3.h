// SPDX-License-Identifier: BSD-3-Clause
// NSEC3 records and their hash (RFC 5155 sections 3 and 5).

#pragma once

#include "dnssec/judge_budget.h"
#include "dnssec/type_bitmap.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stdint.h>

#define NSEC3_HASH_BYTES 20  // SHA-1, the only algorithm there is
#define NSEC3_LABEL_BYTES 32 // the hash in base32hex
#define NSEC3_FLAG_OPT_OUT 1

struct nsec3 {
	uint8_t owner_hash[NSEC3_HASH_BYTES];
	uint8_t next_hash[NSEC3_HASH_BYTES];
	uint8_t flags;
	uint8_t salt_length;
	uint16_t iterations;
	const uint8_t *salt;      // view of the message
	struct type_bitmap types; // likewise
};

enum nsec3_hash_result {
	NSEC3_HASH_NOT_EVALUATED = 0,
	NSEC3_HASH_MADE,
	NSEC3_HASH_LIMIT, // the budget is used up
};

// PLX_ERR_DNS_RDATA when it is malformed, of an unknown algorithm or flag (RFC 5155 8.1, 8.2: ignored), or its owner is
// not a hash directly below `zone` (a child's record must not speak for the parent, BIND CVE-2026-10723).
PLX_MUST_CHECK int nsec3_parse(const struct plx_name *owner, const struct plx_name *zone,
			       const uint8_t *rdata, size_t length, struct nsec3 *ret_nsec3);
// Of one chain: same iterations and salt (RFC 5155 8.2).
PLX_PURE bool nsec3_has_same_chain(const struct nsec3 *a, const struct nsec3 *b);
// Hashes `name` (lower case) as `nsec3` says: 1 + iterations rounds of SHA-1. Takes one hash from the budget.
enum nsec3_hash_result nsec3_hash(const struct plx_name *name, const struct nsec3 *nsec3,
				  struct judge_budget *budget,
				  uint8_t ret_hash[static NSEC3_HASH_BYTES]);
PLX_PURE bool nsec3_matches(const struct nsec3 *nsec3, const uint8_t hash[static NSEC3_HASH_BYTES]);
PLX_PURE bool nsec3_covers(const struct nsec3 *nsec3, const uint8_t hash[static NSEC3_HASH_BYTES]);
