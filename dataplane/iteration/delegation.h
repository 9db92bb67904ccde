// SPDX-License-Identifier: BSD-3-Clause
// Who serves a zone, as its parent says: names of the servers and the addresses known of them. Packed, since a look-up
// holds one and the cache holds many. Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stdint.h>

// The root and most TLDs have 13 servers; BIND and PowerDNS use as many. What is more is not read (NXNSAttack).
#define DELEGATION_NAMES_MAX 13
#define DELEGATION_ADDRESSES_MAX 26
#define DELEGATION_NAME_ADDRESSES_MAX                                                              \
	4 // of one server (BIND CVE-2026-3592, thousands of addresses)
// A day, so that what a registry changed is seen, and for the ghost domains of CVE-2022-30698 an end.
#define DELEGATION_TTL_MAX_S 86400
#define DELEGATION_NAMES_BYTES 640 // names past it are left out: 13 of 49 octets, 2 of the longest

struct delegation {
	struct plx_name zone;
	uint64_t expires_ns;
	uint8_t name_count;
	uint8_t address_count;
	uint16_t names_bytes;
	uint16_t name_offsets[DELEGATION_NAMES_MAX];
	uint8_t address_names[DELEGATION_ADDRESSES_MAX]; // whose address it is
	struct plx_ip addresses[DELEGATION_ADDRESSES_MAX];
	uint8_t names[DELEGATION_NAMES_BYTES]; // wire form, one after the other
};

// When what was learnt now with a TTL of `ttl_s` ends.
static inline uint64_t delegation_expiry(uint64_t now_ns, uint32_t ttl_s)
{
	uint64_t seconds = ttl_s < DELEGATION_TTL_MAX_S ? ttl_s : DELEGATION_TTL_MAX_S;
	return now_ns + seconds * 1000 * 1000 * 1000;
}

void delegation_start(struct delegation *delegation, const struct plx_name *zone,
		      uint64_t expires_ns);
// The server's index, also when it is there already; -1 when there is no room.
int delegation_add_name(struct delegation *delegation, const struct plx_name *name);
// An address of server `index`; one that is there already under any name is not added twice. False: not added.
bool delegation_add_address(struct delegation *delegation, unsigned index,
			    const struct plx_ip *address);
void delegation_name(const struct delegation *delegation, unsigned index,
		     struct plx_name *ret_name);
PLX_PURE bool delegation_has_address(const struct delegation *delegation, unsigned index);
