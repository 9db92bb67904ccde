// SPDX-License-Identifier: BSD-3-Clause
// Finds the DNS message in an Ethernet frame: for capture filters and for reading captures back. Not the fast path's
// parser: no checksums, one VLAN tag at most, IPv6 without extension headers, TCP as one segment per message.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plx_frame_payload {
	struct plx_endpoint source;
	struct plx_endpoint destination;
	bool is_tcp;
	const uint8_t *message; // within the frame, behind TCP's two length octets
	size_t message_length;
};

// False when the frame carries no UDP datagram and no TCP segment with a whole DNS message.
PLX_MUST_CHECK bool plx_frame_payload_find(const uint8_t *frame, size_t length,
					   struct plx_frame_payload *ret_payload);
