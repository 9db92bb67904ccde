// SPDX-License-Identifier: BSD-3-Clause
// RR types and RCODEs by number and name (IANA "DNS Parameters"); unknown ones as TYPE123 / RCODE123 (RFC 3597).

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

enum plx_rr_type {
	PLX_TYPE_A = 1,
	PLX_TYPE_NS = 2,
	PLX_TYPE_CNAME = 5,
	PLX_TYPE_SOA = 6,
	PLX_TYPE_PTR = 12,
	PLX_TYPE_MX = 15,
	PLX_TYPE_TXT = 16,
	PLX_TYPE_AAAA = 28,
	PLX_TYPE_SRV = 33,
	PLX_TYPE_DNAME = 39,
	PLX_TYPE_OPT = 41,
	PLX_TYPE_DS = 43,
	PLX_TYPE_RRSIG = 46,
	PLX_TYPE_NSEC = 47,
	PLX_TYPE_DNSKEY = 48,
	PLX_TYPE_NSEC3 = 50,
	PLX_TYPE_TLSA = 52,
	PLX_TYPE_SVCB = 64,
	PLX_TYPE_HTTPS = 65,
	PLX_TYPE_ANY = 255,
	PLX_TYPE_CAA = 257,
};

#define PLX_CLASS_IN 1

enum plx_rcode {
	PLX_RCODE_NOERROR = 0,
	PLX_RCODE_FORMERR = 1,
	PLX_RCODE_SERVFAIL = 2,
	PLX_RCODE_NXDOMAIN = 3,
	PLX_RCODE_NOTIMP = 4,
	PLX_RCODE_REFUSED = 5,
	PLX_RCODE_BADVERS = 16,
	PLX_RCODE_BADCOOKIE = 23,
};

#define PLX_TYPE_TEXT_MAX 12
#define PLX_RCODE_TEXT_MAX 12

// "CAA", "caa" or "TYPE257"; -EINVAL for anything else.
PLX_MUST_CHECK int plx_type_parse(const char *text, size_t length, uint16_t *ret_type);
// True for types that are a question's only (OPT, AXFR, TKEY ...): never a plain look-up.
PLX_PURE _Bool plx_type_is_meta(uint16_t type);
const char *plx_type_format(uint16_t type, char text[static PLX_TYPE_TEXT_MAX]);
const char *plx_rcode_format(uint16_t rcode, char text[static PLX_RCODE_TEXT_MAX]);
