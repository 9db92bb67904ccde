// SPDX-License-Identifier: BSD-3-Clause
// One address type for IPv4 and IPv6, so that no code above the header parsers needs a twin.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PLX_IP_TEXT_MAX 46       // INET6_ADDRSTRLEN
#define PLX_ENDPOINT_TEXT_MAX 56 // "[v6]:65535" and NUL

// family is 4 or 6; 0 means no address. An IPv4 address fills bytes[0..3], the rest is zero.
struct plx_ip {
	uint8_t bytes[16];
	uint8_t family;
};

struct plx_endpoint {
	struct plx_ip ip;
	uint16_t port; // host byte order
};

static inline size_t plx_ip_length(const struct plx_ip *ip)
{
	return ip->family == 4 ? 4 : ip->family == 6 ? 16 : 0;
}

static inline bool plx_ip_equal(const struct plx_ip *a, const struct plx_ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static inline bool plx_endpoint_equal(const struct plx_endpoint *a, const struct plx_endpoint *b)
{
	return a->port == b->port && plx_ip_equal(&a->ip, &b->ip);
}

// Text to address ("192.0.2.1", "2001:db8::1"). -EINVAL when it is neither.
PLX_MUST_CHECK int plx_ip_parse(const char *text, struct plx_ip *ret_ip);
// RFC 5952 text into `text`, which it also returns. No address gives "-".
const char *plx_ip_format(const struct plx_ip *ip, char text[static PLX_IP_TEXT_MAX]);
// "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353"; without a port, `default_port`.
PLX_MUST_CHECK int plx_endpoint_parse(const char *text, uint16_t default_port,
				      struct plx_endpoint *ret_endpoint);
const char *plx_endpoint_format(const struct plx_endpoint *endpoint,
				char text[static PLX_ENDPOINT_TEXT_MAX]);
