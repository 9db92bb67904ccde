// SPDX-License-Identifier: BSD-3-Clause
// ARP over Ethernet for IPv4 (RFC 826): one packet to struct and back. Whether to believe it is neighbor_table.h.
// Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/ethernet.h"

#include <stddef.h>
#include <stdint.h>

#define ARP_PACKET_BYTES 28
#define ARP_FRAME_BYTES ETHERNET_FRAME_MIN // padded: not every PMD does it

enum arp_operation {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

struct arp_packet {
	enum arp_operation operation;
	struct mac_address sender_mac;
	struct mac_address target_mac;
	struct plx_ip sender; // 0.0.0.0 in a probe (RFC 5227)
	struct plx_ip target;
};

// Reads what follows an Ethernet header of ETHERNET_TYPE_ARP. -EBADMSG when it is not an ARP request or reply for
// Ethernet and IPv4, or its sender's MAC is a group's.
PLX_MUST_CHECK int arp_read(struct plx_reader *reader, struct arp_packet *ret_packet);

// A whole frame. The writer fails when it has no room for ARP_FRAME_BYTES.
void arp_write_frame(struct plx_writer *writer, const struct mac_address *destination,
		     const struct mac_address *source, const struct arp_packet *packet);
// The reply to a request for one of our addresses, from `mac`.
void arp_write_answer(struct plx_writer *writer, const struct mac_address *mac,
		      const struct arp_packet *request);
// "Who has `target`?", to one station or to MAC_BROADCAST.
void arp_write_question(struct plx_writer *writer, const struct mac_address *mac,
			const struct plx_ip *source, const struct plx_ip *target,
			const struct mac_address *destination);
