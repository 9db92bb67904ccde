// SPDX-License-Identifier: BSD-3-Clause
// The certificate of an ACME tls-alpn-01 server (RFC 8737 section 3, RFC 8738 section 6; BR 3.2.2.4.20, 3.2.2.5.7). Only
// its subject alternative name and the acmeIdentifier extension count: it is self-signed, and by RFC 8737 section 4 the
// signature may be anything.

#pragma once

#include "policy/dcv_switches.h"
#include "rules/verdict.h"

#include <parallax/base/ip_address.h>

#include <stddef.h>
#include <stdint.h>

#define TLS_ALPN_CERTIFICATE_MAX 16384 // octets of DER; one name and one hash need a few hundred

struct tls_alpn_expected {
	const char *host_name;   // without a final dot, ASCII; NULL for an address
	const struct plx_ip *ip; // NULL for a name
	const uint8_t *digest;   // 32 octets: SHA-256 of the key authorization
	int64_t unix_time;       // judged when the switch tls_alpn_requires_dates is on
};

// The first six are Open MPIC's, under its names.
enum tls_alpn_reason {
	TLS_ALPN_REASON_NOT_EVALUATED = 0,
	TLS_ALPN_EXTENSION_MISSING,
	TLS_ALPN_NONCRITICAL_EXTENSION,
	TLS_ALPN_NO_SINGLE_SAN,
	TLS_ALPN_SAN_NOT_DNSNAME,
	TLS_ALPN_SAN_TYPE_NOT_MATCH, // an address was asked for, the SAN is of another type
	TLS_ALPN_SAN_NOT_HOSTNAME,   // the SAN is of the right type and another name or address
	TLS_ALPN_NOT_CERTIFICATE,    // no DER certificate, more than one, or too large
	TLS_ALPN_REPEATED_EXTENSION,
	TLS_ALPN_BAD_DIGEST, // the extension is not an OCTET STRING of 32 octets
	TLS_ALPN_OTHER_DIGEST,
	TLS_ALPN_DATES,
	TLS_ALPN_VALID,
	TLS_ALPN_REASON_COUNT
};

// `der` is the leaf that the peer sent. One of host_name and ip is given. Leaves no error on OpenSSL's queue. Any
// thread.
enum tls_alpn_reason tls_alpn_certificate_judge(const uint8_t *der, size_t length,
						const struct tls_alpn_expected *expected,
						const struct dcv_switches *switches);

enum check_outcome tls_alpn_reason_outcome(enum tls_alpn_reason reason);
const char *tls_alpn_reason_name(enum tls_alpn_reason reason);
const char *tls_alpn_reason_text(enum tls_alpn_reason reason);
