// SPDX-License-Identifier: BSD-3-Clause
// RRSIG records (RFC 4034 section 3) and the rules that need no key (RFC 4035 5.3.1, 5.3.3).

#pragma once

#include "dnssec/cause.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stddef.h>
#include <stdint.h>

#define RRSIG_FIXED_BYTES 18 // before the signer's name

struct rrsig {
	const uint8_t *rdata; // view
	const uint8_t *signature;
	uint16_t signature_length; // 1 or more
	uint16_t type_covered;
	uint16_t tag;
	uint8_t algorithm;
	uint8_t labels;
	uint32_t original_ttl_s;
	uint32_t expiration;
	uint32_t inception;
	struct plx_name signer; // lower case
};

// PLX_ERR_DNS_RDATA when it is cut short, has no signature, or its signer's name is compressed (RFC 4034 3.1.7).
PLX_MUST_CHECK int rrsig_parse(const uint8_t *rdata, size_t length, struct rrsig *ret_rrsig);

// Whether it can be `zone`'s signature over records of `owner` at `now_s` (Unix seconds, compared by RFC 1982 serial
// arithmetic, no skew). NONE when it can. `owner` and `zone` in lower case.
PLX_PURE enum dnssec_cause rrsig_check(const struct rrsig *rrsig, const struct plx_name *owner,
				       const struct plx_name *zone, int64_t now_s);

// RFC 4035 5.3.3: no longer than received, than signed, than the signature is valid.
PLX_PURE uint32_t rrsig_limit_ttl(const struct rrsig *rrsig, uint32_t ttl_s, int64_t now_s);
