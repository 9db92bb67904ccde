// SPDX-License-Identifier: BSD-3-Clause
// The Ethernet, IP and UDP headers of every query to one server, built once. A packet buffer that carried a query to
// the same server before still holds them, so that sending costs five stores and a checksum by addition.
//
//   template 42 or 62 bytes │ DNS message
//                           └ `payload`: headers end where it begins, whatever the IP version
//
// Pure: no DPDK here.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/ethernet.h"

#include <stdint.h>

#define HEADER_TEMPLATE_MAX 62 // Ethernet 14, IPv6 40, UDP 8
#define HEADER_HOP_LIMIT 64

struct header_fields {
	struct mac_address source_mac;
	struct mac_address destination_mac;
	struct plx_ip source;
	struct plx_endpoint destination;
};

struct header_template {
	uint64_t
		udp_sum; // pseudo-header and destination port; lacks source port, lengths and payload
	uint64_t ip_sum; // IPv4 header without its total length
	uint8_t length;  // 42 or 62; 0: not built
	uint8_t family;
	uint8_t bytes[HEADER_TEMPLATE_MAX];
};

// -EINVAL when the addresses are of different or no families.
PLX_MUST_CHECK int header_template_build(struct header_template *header,
					 const struct header_fields *fields);
// Copies the whole template to the bytes before `payload`.
void header_template_place(const struct header_template *header, uint8_t *payload);
// Writes what differs from query to query (lengths, source port, checksums) into headers placed before.
void header_template_finish(const struct header_template *header, uint8_t *payload,
			    uint16_t payload_length, uint16_t source_port);
