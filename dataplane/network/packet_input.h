// SPDX-License-Identifier: BSD-3-Clause
// What a received frame is: an answer to one of our ports, something for the link layer, something for the kernel, or
// nothing. Every length is checked before it is used. Pure, and a fuzz target (tests/fuzz/fuzz_packet_input.c).

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/exchange/drop_reason.h>

#include <stdbool.h>
#include <stdint.h>

// UPSTREAMS_MAX, for the kernel may choose another one for each server, and those of iterative look-ups.
#define PACKET_OWN_ADDRESSES_MAX 80

// What the port's receive offload says about the UDP checksum.
enum packet_checksum {
	PACKET_CHECKSUM_UNKNOWN, // verified here
	PACKET_CHECKSUM_GOOD,
	PACKET_CHECKSUM_BAD,
};

enum packet_class {
	PACKET_DROP,     // see the reason
	PACKET_ANSWER,   // a UDP datagram to one of our addresses and ports: view is filled
	PACKET_NEIGHBOR, // ARP, neighbour discovery
	PACKET_FOREIGN,  // whatever else the kernel may want
};

// worker: ro while packets are parsed.
struct packet_rules {
	uint16_t first_port; // our source ports, host order
	uint16_t last_port;
	bool trusts_checksums; // the peer leaves them unfinished (veth): ops said so
	unsigned address_count;
	struct plx_ip addresses[PACKET_OWN_ADDRESSES_MAX];
};

struct packet_view {
	const uint8_t *payload; // inside the frame
	uint32_t payload_length;
	struct plx_endpoint source;
	uint16_t destination_port;
};

// ret_view is scratch unless the class is PACKET_ANSWER.
enum packet_class packet_classify(const struct packet_rules *rules, const uint8_t *frame,
				  uint32_t length, enum packet_checksum offload,
				  struct packet_view *ret_view, enum plx_drop_reason *ret_reason);
