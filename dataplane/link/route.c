// SPDX-License-Identifier: BSD-3-Clause

#include "link/route.h"

#include <errno.h>
#include <stdlib.h>

static unsigned family_bits(const struct plx_ip *ip)
{
	return (unsigned)plx_ip_length(ip) * 8;
}

// The first `bits` bits are equal.
static bool prefix_equal(const struct plx_ip *a, const struct plx_ip *b, unsigned bits)
{
	unsigned whole = bits / 8;
	if (a->family != b->family || memcmp(a->bytes, b->bytes, whole) != 0) {
		return false;
	}
	unsigned rest = bits % 8;
	if (rest == 0) {
		return true;
	}
	uint8_t mask = (uint8_t)(0xff << (8 - rest));
	return ((a->bytes[whole] ^ b->bytes[whole]) & mask) == 0;
}

int link_address_parse(const char *text, struct link_address *ret_address)
{
	char ip_text[PLX_IP_TEXT_MAX];
	const char *slash = strchr(text, '/');
	size_t ip_length = slash != NULL ? (size_t)(slash - text) : strlen(text);
	if (ip_length >= sizeof(ip_text)) {
		return -EINVAL;
	}
	memcpy(ip_text, text, ip_length);
	ip_text[ip_length] = '\0';
	struct link_address address = {0};
	if (plx_ip_parse(ip_text, &address.ip) < 0) {
		return -EINVAL;
	}
	unsigned long prefix_length = family_bits(&address.ip);
	if (slash != NULL) {
		char *end;
		if (slash[1] < '0' || slash[1] > '9') {
			return -EINVAL;
		}
		prefix_length = strtoul(slash + 1, &end, 10);
		if (*end != '\0' || prefix_length > family_bits(&address.ip)) {
			return -EINVAL;
		}
	}
	address.prefix_length = (uint8_t)prefix_length;
	*ret_address = address;
	return 0;
}

bool link_address_covers(const struct link_address *address, const struct plx_ip *ip)
{
	return prefix_equal(&address->ip, ip, address->prefix_length);
}

bool ip_is_unicast(const struct plx_ip *ip)
{
	static const uint8_t zero[12];
	const uint8_t *b = ip->bytes;
	if (ip->family == 4) {
		// 0/8 "this network", 127/8 loopback, 224/4 multicast, 240/4 reserved and broadcast (RFC 6890).
		return b[0] != 0 && b[0] != 127 && b[0] < 224;
	}
	if (ip->family != 6 || b[0] == 0xff) {
		return false;
	}
	// ::, ::1 and the obsolete IPv4-compatible ::/96; IPv4-mapped ::ffff:0:0/96 is never on the wire.
	bool is_embedded = memcmp(b, zero, 10) == 0 &&
			   ((b[10] == 0 && b[11] == 0) || (b[10] == 0xff && b[11] == 0xff));
	return !is_embedded;
}

bool ip_is_link_local(const struct plx_ip *ip)
{
	return ip->family == 6 && ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

// fc00::/7 (RFC 4193): like speaks to like (RFC 6724 rule 6, as far as a port's few addresses need it).
static bool ip_is_unique_local(const struct plx_ip *ip)
{
	return ip->family == 6 && (ip->bytes[0] & 0xfe) == 0xfc;
}

bool link_addresses_contain(const struct link_addresses *addresses, const struct plx_ip *ip)
{
	for (unsigned i = 0; i < addresses->count; i++) {
		if (plx_ip_equal(&addresses->entries[i].ip, ip)) {
			return true;
		}
	}
	return false;
}

static const struct link_address *longest_cover(const struct link_addresses *addresses,
						const struct plx_ip *ip)
{
	const struct link_address *found = NULL;
	for (unsigned i = 0; i < addresses->count; i++) {
		const struct link_address *address = &addresses->entries[i];
		if (link_address_covers(address, ip) &&
		    (found == NULL || address->prefix_length > found->prefix_length)) {
			found = address;
		}
	}
	return found;
}

// The network's own address and its directed broadcast belong to no host, except on /31 (RFC 3021) and /32.
static bool is_host_of(const struct link_address *address, const struct plx_ip *ip)
{
	if (ip->family != 4 || address->prefix_length >= 31) {
		return true;
	}
	uint32_t host = 0;
	for (unsigned i = 0; i < 4; i++) {
		host = host << 8 | ip->bytes[i];
	}
	uint32_t mask = UINT32_MAX >> address->prefix_length;
	return (host & mask) != 0 && (host & mask) != mask;
}

// Our address for a destination behind `gateway`: NULL when there is none that is valid beyond the link.
static const struct link_address *source_beyond_link(const struct link_addresses *addresses,
						     const struct plx_ip *gateway,
						     const struct plx_ip *destination)
{
	const struct link_address *found = NULL;
	int found_score = -1;
	for (unsigned i = 0; i < addresses->count; i++) {
		const struct link_address *address = &addresses->entries[i];
		if (address->ip.family != destination->family || ip_is_link_local(&address->ip)) {
			continue;
		}
		int score = 0;
		if (ip_is_unique_local(&address->ip) == ip_is_unique_local(destination)) {
			score += 2;
		}
		if (gateway != NULL && link_address_covers(address, gateway)) {
			score += 1;
		}
		if (score > found_score) {
			found = address;
			found_score = score;
		}
	}
	return found;
}

struct route route_find(const struct link_addresses *addresses, const struct plx_ip *gateway,
			const struct plx_ip *destination)
{
	if (!ip_is_unicast(destination)) {
		return (struct route) {.kind = ROUTE_NONE};
	}
	if (link_addresses_contain(addresses, destination)) {
		return (struct route) {.kind = ROUTE_LOCAL};
	}
	const struct link_address *cover = longest_cover(addresses, destination);
	if (cover != NULL) {
		if (!is_host_of(cover, destination)) {
			return (struct route) {.kind = ROUTE_NONE};
		}
		return (struct route) {.kind = ROUTE_ON_LINK, .source = cover->ip};
	}
	if (ip_is_link_local(destination)) {
		return (struct route) {.kind = ROUTE_NO_SOURCE};
	}
	const struct link_address *source = source_beyond_link(addresses, gateway, destination);
	if (source == NULL) {
		return (struct route) {.kind = ROUTE_NO_SOURCE};
	}
	if (gateway == NULL) {
		return (struct route) {.kind = ROUTE_NONE};
	}
	return (struct route) {.kind = ROUTE_GATEWAY, .source = source->ip};
}
