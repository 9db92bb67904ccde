// SPDX-License-Identifier: BSD-3-Clause
// DNSKEY records (RFC 4034 section 2).

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNSKEY_FLAG_ZONE 0x0100
#define DNSKEY_FLAG_REVOKE 0x0080 // RFC 5011 section 3
#define DNSKEY_PROTOCOL 3

// Views into the RDATA.
struct dnskey {
	const uint8_t *rdata;
	const uint8_t *key;
	uint16_t rdata_length;
	uint16_t key_length; // 1 or more
	uint16_t flags;
	uint16_t tag;
	uint8_t protocol;
	uint8_t algorithm;
};

// PLX_ERR_DNS_RDATA when there is no key in it.
PLX_MUST_CHECK int dnskey_parse(const uint8_t *rdata, size_t length, struct dnskey *ret_key);
// RFC 4034 appendix B. Algorithm 1, which computed it otherwise, is off everywhere.
PLX_PURE uint16_t dnskey_tag(const uint8_t *rdata, size_t length);
// May sign a zone's data: zone flag, protocol 3 (RFC 4034 2.1.1, 2.1.2), not revoked (RFC 5011 2.1).
PLX_PURE bool dnskey_is_zone_key(const struct dnskey *key);
