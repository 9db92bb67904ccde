// SPDX-License-Identifier: BSD-3-Clause
// Where a destination lies as seen from one port with fixed addresses: on the link, behind a gateway, or nowhere; and
// which of our addresses speaks to it. Exclusive mode only: in shared mode the kernel decides. Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stdint.h>

#define LINK_ADDRESSES_MAX 16 // our own addresses, both families together
#define LINK_GATEWAYS_MAX 8   // both families together

struct link_address {
	struct plx_ip ip;
	uint8_t prefix_length;
};

// "192.0.2.1/24" or "2001:db8::1/64"; without a length /32 or /128. -EINVAL.
PLX_MUST_CHECK int link_address_parse(const char *text, struct link_address *ret_address);
bool link_address_covers(const struct link_address *address, const struct plx_ip *ip);

bool ip_is_unicast(
	const struct plx_ip *ip); // not unspecified, multicast, loopback or limited broadcast
bool ip_is_link_local(const struct plx_ip *ip);

struct link_addresses {
	struct link_address entries[LINK_ADDRESSES_MAX];
	unsigned count;
};

bool link_addresses_contain(const struct link_addresses *addresses, const struct plx_ip *ip);

enum route_kind {
	ROUTE_NONE = 0,  // no gateway of its family, or no address that a host may have
	ROUTE_LOCAL,     // one of our addresses
	ROUTE_NO_SOURCE, // we have no address of its family
	ROUTE_ON_LINK,
	ROUTE_GATEWAY,
};

struct route {
	enum route_kind kind;
	struct plx_ip source; // set for ON_LINK and GATEWAY
};

// `gateway` is the one in use for the destination's family, NULL when there is none.
struct route route_find(const struct link_addresses *addresses, const struct plx_ip *gateway,
			const struct plx_ip *destination);
