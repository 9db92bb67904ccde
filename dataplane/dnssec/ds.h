// SPDX-License-Identifier: BSD-3-Clause
// DS records (RFC 4034 section 5, RFC 4509, RFC 6605): which key of a child its parent, or a trust anchor, vouches for.

#pragma once

#include "dnssec/dnskey.h"
#include "dnssec/judge_budget.h"
#include "dnssec/policy.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#define DS_DIGEST_MAX 48
// More records that we could use than any parent holds (registries allow 6 to 13, usable ones fewer).
#define DS_SET_MAX 16

struct ds {
	uint16_t tag;
	uint8_t algorithm;
	uint8_t digest_type;
	uint8_t digest_length; // 0 when it is not as long as the type's digests are: such a record matches nothing
	uint8_t digest[DS_DIGEST_MAX];
};

// What vouches for a zone's keys: usable records only.
struct ds_set {
	struct plx_name zone; // lower case
	unsigned count;
	struct ds entries[DS_SET_MAX];
};

enum ds_match {
	DS_MATCH_NOT_EVALUATED = 0,
	DS_MATCH_EQUAL,
	DS_MATCH_DIFFERENT,
	DS_MATCH_LIMIT, // the budget is used up
};

// PLX_ERR_DNS_RDATA when it is shorter than its fixed fields.
PLX_MUST_CHECK int ds_parse(const uint8_t *rdata, size_t length, struct ds *ret_ds);
// The digest of a zone's key (RFC 4034 5.1.4): `zone` in lower case. Errors: -ENOTSUP for types without a digest here.
PLX_MUST_CHECK int ds_digest(uint8_t digest_type, const struct plx_name *zone,
			     const struct dnskey *key, uint8_t ret_digest[static DS_DIGEST_MAX],
			     uint8_t *ret_length);
// Does the record speak of this key? Takes from the budget when tag and algorithm are equal.
enum ds_match ds_match(const struct ds *ds, const struct plx_name *zone, const struct dnskey *key,
		       struct judge_budget *budget);
// Octets of digests of this type; 0 for types unknown here.
PLX_PURE uint8_t ds_digest_length(uint8_t digest_type);
