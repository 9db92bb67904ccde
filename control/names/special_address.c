// SPDX-License-Identifier: BSD-3-Clause
// The table of special-purpose addresses. Order does not matter, the narrowest row wins.

#include "names/special_address.h"

#define V4(a, b, c, d, bits, text, rfc, never)                                                     \
	{                                                                                          \
		.prefix = {.ip = {.bytes = {a, b, c, d}, .family = 4}, .length_bits = (bits)},     \
		.reason = (text), .reference = (rfc), .is_never_contacted = (never),               \
	}
// `...` is the list of leading octets in parentheses.
#define OCTETS(...) __VA_ARGS__
#define V6(octets, bits, text, rfc, never)                                                         \
	{                                                                                          \
		.prefix = {.ip = {.bytes = {OCTETS octets}, .family = 6}, .length_bits = (bits)},  \
		.reason = (text), .reference = (rfc), .is_never_contacted = (never),               \
	}

static const struct special_range ranges[] = {
	// IANA IPv4 Special-Purpose Address Registry, every row.
	V4(0, 0, 0, 0, 8, "this network", "RFC 791", true),
	V4(0, 0, 0, 0, 32, "this host on this network", "RFC 1122", true),
	V4(10, 0, 0, 0, 8, "private use", "RFC 1918", false),
	V4(100, 64, 0, 0, 10, "shared address space", "RFC 6598", false),
	V4(127, 0, 0, 0, 8, "loopback", "RFC 1122", false),
	V4(169, 254, 0, 0, 16, "link local", "RFC 3927", false),
	V4(172, 16, 0, 0, 12, "private use", "RFC 1918", false),
	V4(192, 0, 0, 0, 24, "IETF protocol assignments", "RFC 6890", false),
	V4(192, 0, 0, 0, 29, "IPv4 service continuity prefix", "RFC 7335", false),
	V4(192, 0, 0, 8, 32, "IPv4 dummy address", "RFC 7600", false),
	V4(192, 0, 0, 9, 32, "Port Control Protocol anycast", "RFC 7723", false),
	V4(192, 0, 0, 10, 32, "TURN anycast", "RFC 8155", false),
	V4(192, 0, 0, 170, 32, "NAT64 and DNS64 discovery", "RFC 7050", false),
	V4(192, 0, 0, 171, 32, "NAT64 and DNS64 discovery", "RFC 7050", false),
	V4(192, 0, 2, 0, 24, "documentation (TEST-NET-1)", "RFC 5737", false),
	V4(192, 31, 196, 0, 24, "AS112-v4", "RFC 7535", false),
	V4(192, 52, 193, 0, 24, "automatic multicast tunnelling", "RFC 7450", false),
	V4(192, 88, 99, 0, 24, "6to4 relay anycast (deprecated)", "RFC 7526", false),
	V4(192, 88, 99, 2, 32, "6a44 relay anycast", "RFC 6751", false),
	V4(192, 168, 0, 0, 16, "private use", "RFC 1918", false),
	V4(192, 175, 48, 0, 24, "direct delegation AS112 service", "RFC 7534", false),
	V4(198, 18, 0, 0, 15, "benchmarking", "RFC 2544", false),
	V4(198, 51, 100, 0, 24, "documentation (TEST-NET-2)", "RFC 5737", false),
	V4(203, 0, 113, 0, 24, "documentation (TEST-NET-3)", "RFC 5737", false),
	V4(240, 0, 0, 0, 4, "reserved", "RFC 1112", true),
	V4(255, 255, 255, 255, 32, "limited broadcast", "RFC 919", true),
	// Not in that registry.
	V4(224, 0, 0, 0, 4, "multicast", "RFC 5771", true),

	// IANA IPv6 Special-Purpose Address Registry, every row.
	V6((0), 128, "unspecified", "RFC 4291", true),
	V6((0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 128, "loopback", "RFC 4291", false),
	V6((0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff), 96, "IPv4-mapped", "RFC 4291", true),
	V6((0x00, 0x64, 0xff, 0x9b), 96, "IPv4-IPv6 translation (NAT64)", "RFC 6052", true),
	V6((0x00, 0x64, 0xff, 0x9b, 0, 1), 48, "IPv4-IPv6 translation (local NAT64)", "RFC 8215",
	   true),
	V6((0x01), 64, "discard only", "RFC 6666", false),
	V6((0x01, 0, 0, 0, 0, 0, 0, 1), 64, "dummy prefix", "RFC 9780", false),
	V6((0x20, 0x01), 23, "IETF protocol assignments", "RFC 2928", false),
	V6((0x20, 0x01), 32, "Teredo", "RFC 4380", true),
	V6((0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 128,
	   "Port Control Protocol anycast", "RFC 7723", false),
	V6((0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2), 128, "TURN anycast", "RFC 8155",
	   false),
	V6((0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3), 128,
	   "DNS-SD service registration anycast", "RFC 9665", false),
	V6((0x20, 0x01, 0, 2), 48, "benchmarking", "RFC 5180", false),
	V6((0x20, 0x01, 0, 3), 32, "automatic multicast tunnelling", "RFC 7450", false),
	V6((0x20, 0x01, 0, 4, 0x01, 0x12), 48, "AS112-v6", "RFC 7535", false),
	V6((0x20, 0x01, 0, 0x10), 28, "ORCHID (deprecated)", "RFC 4843", false),
	V6((0x20, 0x01, 0, 0x20), 28, "ORCHIDv2", "RFC 7343", false),
	V6((0x20, 0x01, 0, 0x30), 28, "drone remote identification (DET)", "RFC 9374", false),
	V6((0x20, 0x01, 0x0d, 0xb8), 32, "documentation", "RFC 3849", false),
	V6((0x20, 0x02), 16, "6to4", "RFC 3056", true),
	V6((0x26, 0x20, 0, 0x4f, 0x80), 48, "direct delegation AS112 service", "RFC 7534", false),
	V6((0x3f, 0xff), 20, "documentation", "RFC 9637", false),
	V6((0x5f), 16, "segment routing identifiers", "RFC 9602", false),
	V6((0xfc), 7, "unique local", "RFC 4193", false),
	V6((0xfe, 0x80), 10, "link local", "RFC 4291", false),
	// Not in that registry: everything but 2000::/3 (RFC 4291 2.4, the IANA IPv6 Address Space registry), in halves
	// so that no range needs an exception, and ranges within it that deserve their own name.
	V6((0), 3, "not global unicast", "RFC 4291", false),
	V6((0x40), 2, "not global unicast", "RFC 4291", false),
	V6((0x80), 1, "not global unicast", "RFC 4291", false),
	V6((0), 96, "IPv4-compatible (deprecated)", "RFC 4291", true),
	V6((0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff), 96, "IPv4-translated (SIIT)", "RFC 2765", true),
	V6((0xfe, 0xc0), 10, "site local (deprecated)", "RFC 3879", false),
	V6((0xff), 8, "multicast", "RFC 4291", true),
};

static const struct special_range not_an_address = {
	.reason = "not an address", .reference = "RFC 4291", .is_never_contacted = true};

// Any prefix may hold these: the interface identifier is 0000:5efe or 0200:5efe and an IPv4 address.
static const struct special_range isatap = {
	.reason = "ISATAP", .reference = "RFC 5214", .is_never_contacted = true};

static bool is_isatap(const struct plx_ip *ip)
{
	return ip->family == 6 && (ip->bytes[8] & 0xfdu) == 0 && ip->bytes[9] == 0 &&
	       ip->bytes[10] == 0x5e && ip->bytes[11] == 0xfe;
}

const struct special_range *special_range_find(const struct plx_ip *ip)
{
	const struct special_range *found = NULL;
	if (plx_ip_length(ip) == 0) {
		return &not_an_address;
	}
	if (is_isatap(ip)) {
		return &isatap;
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(ranges); i++) {
		if (address_prefix_contains(&ranges[i].prefix, ip) &&
		    (found == NULL || ranges[i].prefix.length_bits > found->prefix.length_bits)) {
			found = &ranges[i];
		}
	}
	return found;
}

bool address_is_special(const struct plx_ip *ip)
{
	return special_range_find(ip) != NULL;
}

const struct special_range *special_range_list(size_t *ret_count)
{
	*ret_count = PLX_ARRAY_SIZE(ranges);
	return ranges;
}
