// SPDX-License-Identifier: BSD-3-Clause
// What one SAN of an order names, from text that a client sent: a domain name in A-labels and lower case, or an address.
// Refuses here what no certificate may hold (BR 4.2.2, 7.1.2.7.12: Internal Names, Reserved IP Addresses, underscores,
// the reverse trees), so that no later part meets it. Pure.
//
// U-labels become A-labels by libidn2 with the non-transitional processing of UTS 46 (RFC 5891); A-labels that come
// as such must survive the way there and back. Stricter than the P-Label of the BR (any Punycode): labels that only
// IDNA2003 knew, such as emoji, are refused.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include "names/address_allowance.h"
#include "names/base_domain.h"
#include "names/identifier_fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDENTIFIER_TEXT_MAX 256 // 253 characters (RFC 1035 2.3.4 as text), and NUL
#define IDENTIFIER_VALUE_MAX                                                                       \
	1024 // octets of UTF-8 that are looked at: 253 characters of up to four
#define REVERSE_NAMES_END_S 1773532800 // 2026-03-15T00:00:00Z, BR 4.2.2

enum identifier_type {
	IDENTIFIER_TYPE_NONE = 0,
	IDENTIFIER_TYPE_DNS,
	IDENTIFIER_TYPE_IP,
};

struct identifier {
	enum identifier_type type;
	bool is_wildcard;
	bool is_onion; // version 3 (BR Appendix B): no MPIC, no CAA
	// Canonical: lower case, A-labels, no final dot, "*." kept; or the address as RFC 5952 writes it.
	char text[IDENTIFIER_TEXT_MAX];
	struct plx_name name; // without "*."; no name for an address
	struct plx_ip ip;     // no address for a name
};

struct identifier_rules {
	const struct suffix_table *suffixes; // must be given, else every name is an Internal Name
	const struct address_allowance *allowance; // NULL: no special address
	int64_t now_s;                             // Unix time
	bool accepts_trailing_dot;                 // the Open MPIC form
};

// `type` is "dns" or "ip" (lower case, as in RFC 8555 9.7.7 and RFC 8738), or NULL for forms that do not tell: what
// parses as an address is one. `value` is UTF-8 and may hold any octets. ret_identifier is untouched on a fault.
PLX_MUST_CHECK enum identifier_fault identifier_parse(const char *type, const char *value,
						      size_t value_length,
						      const struct identifier_rules *rules,
						      struct identifier *ret_identifier);
const char *identifier_type_name(enum identifier_type type); // "dns", "ip", "none"
