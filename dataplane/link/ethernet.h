// SPDX-License-Identifier: BSD-3-Clause
// Ethernet: addresses, the 14-byte header, and its reader and writer. Frames of a VLAN are not ours: whoever
// meets a tag with another ID than 0 hands the frame to the kernel. Pure, any thread.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/byte_reader.h>
#include <parallax/base/byte_writer.h>
#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ETHERNET_HEADER_BYTES 14
#define ETHERNET_FRAME_MIN 60 // without FCS
#define ETHERNET_TYPE_IPV4 0x0800
#define ETHERNET_TYPE_ARP 0x0806
#define ETHERNET_TYPE_VLAN 0x8100
#define ETHERNET_TYPE_IPV6 0x86dd
#define ETHERNET_TYPE_PROVIDER_VLAN 0x88a8 // IEEE 802.1ad
#define ETHERNET_VLAN_ID_BITS 0x0fff // of the two octets after the type; ID 0: only a priority
#define MAC_TEXT_MAX 18              // "aa:bb:cc:dd:ee:ff" and NUL

// Same layout as struct rte_ether_addr.
struct mac_address {
	uint8_t bytes[6];
};

#define MAC_BROADCAST ((struct mac_address) {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}})

struct ethernet_header {
	struct mac_address destination;
	struct mac_address source;
	uint16_t type; // host byte order
};

static inline bool mac_equal(const struct mac_address *a, const struct mac_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

// Group bit: multicast and broadcast.
static inline bool mac_is_multicast(const struct mac_address *mac)
{
	return (mac->bytes[0] & 0x01) != 0;
}

static inline bool mac_is_zero(const struct mac_address *mac)
{
	static const struct mac_address zero;
	return mac_equal(mac, &zero);
}

// An address that one station can own: neither zero nor a group.
static inline bool mac_is_station(const struct mac_address *mac)
{
	return !mac_is_zero(mac) && !mac_is_multicast(mac);
}

// Text "aa:bb:cc:dd:ee:ff" to address. -EINVAL when it is anything else.
PLX_MUST_CHECK int mac_parse(const char *text, struct mac_address *ret_mac);
// Lower-case text into `text`, which it also returns.
const char *mac_format(const struct mac_address *mac, char text[static MAC_TEXT_MAX]);

// The multicast MAC of a multicast IPv6 address: 33:33 and its last four octets (RFC 2464 section 7).
struct mac_address mac_of_multicast(const struct plx_ip *group);

// Sets the reader's sticky error when the frame is shorter than a header.
void ethernet_read(struct plx_reader *reader, struct ethernet_header *ret_header);
void ethernet_write(struct plx_writer *writer, const struct ethernet_header *header);
