// SPDX-License-Identifier: BSD-3-Clause
// A received frame becomes the frame that answers it, in place: Ethernet, IPv4 or IPv6 and UDP headers turned round,
// the DNS message answered, checksums summed up from parts. Pure, any thread, a fuzz target.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "reflect/answer.h"

#include <stdbool.h>
#include <stdint.h>

#define REFLECT_ADDRESSES_MAX 17 // LINK_ADDRESSES_MAX and the link-local one

struct reflect_rules {
	const struct reflect_answers *answers;
	struct plx_ip addresses[REFLECT_ADDRESSES_MAX];
	unsigned address_count; // 0: whatever address a query is sent to
	uint16_t port;          // host order
	bool is_echo;           // turn round, set QR, nothing else: the ceiling of a client
	bool verifies_checksums;
};

enum reflect_class {
	REFLECT_FRAME_DROP,
	REFLECT_FRAME_ANSWER, // in place, of the new length
	REFLECT_FRAME_LINK,   // ARP or ICMPv6: may be a question of a neighbour
};

// `frame` holds `length` octets and has room for `capacity`. The length is set for ANSWER, the reason for DROP.
enum reflect_class reflect_frame(const struct reflect_rules *rules, uint8_t *frame, uint32_t length,
				 uint32_t capacity, uint32_t *ret_length,
				 enum reflect_drop *ret_drop);
