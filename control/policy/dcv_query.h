// SPDX-License-Identifier: BSD-3-Clause
// What a check asks: a DNS question, the CAA search of RFC 8659 section 3, a URL, or a TLS handshake. Made from checked
// parameters and the Authorization Domain Name (or the address); sends nothing.

#pragma once

#include "policy/dcv_parameters.h"

#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include <stdint.h>

#define DCV_HOST_TEXT_MAX 256 // a name, or an address in brackets, and NUL
#define DCV_URL_TEXT_MAX (16 + DCV_HOST_TEXT_MAX + DCV_PATH_MAX + 32)

enum dcv_query_kind {
	DCV_QUERY_NONE = 0,
	DCV_QUERY_DNS,          // name, type
	DCV_QUERY_RELEVANT_CAA, // name: where the climb begins
	DCV_QUERY_HTTP,         // url
	DCV_QUERY_TLS_ALPN,     // server_name
};

// The domain (ADN, without "*.") or the address to be validated.
struct dcv_target {
	const struct plx_name *domain; // NULL for an address
	const struct plx_ip *ip;       // NULL for a domain
	// Of the address, below in-addr.arpa or ip6.arpa; NULL for a domain.
	const struct plx_name *reverse_name;
};

struct dcv_query {
	enum dcv_query_kind kind;
	uint16_t type; // enum plx_rr_type
	struct plx_name
		name; // DNS: lower case; TLS-ALPN: the server name (RFC 8737 section 3, RFC 8738 section 6)
	// HTTP: "http://192.0.2.7/.well-known/..." (RFC 8738 section 3: IPv6 in brackets, RFC 5952 text).
	char url[DCV_URL_TEXT_MAX];
};

// `parameters` were found DCV_PARAMETERS_OK. Errors: -EINVAL when the target is not one for the method or is no host
// name for a URL; PLX_ERR_NAME_TOO_LONG when prefix and name exceed 255 octets; -EIO from libcrypto. Any thread.
PLX_MUST_CHECK int dcv_query_make(const struct dcv_parameters *parameters,
				  const struct dcv_target *target, struct dcv_query *ret_query);
const char *dcv_query_kind_name(enum dcv_query_kind kind);
