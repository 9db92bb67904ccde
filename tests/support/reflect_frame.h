// SPDX-License-Identifier: BSD-3-Clause
// Queries as frames, made by the code that the dataplane sends them with.

#pragma once

#include <parallax/dns/message_reader.h>
#include <parallax/dns/message_writer.h>
#include <parallax/dns/rr_type.h>

#include "network/header_template.h"
#include "network/packet_input.h"

#include <string.h>

#define FRAME_ROOM 2048
#define FRAME_CLIENT_PORT 40000

static const struct plx_ip frame_client[2] = {
	{.family = 4, .bytes = {192, 0, 2, 1}},
	{.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}}};
static const struct plx_ip frame_server[2] = {
	{.family = 4, .bytes = {192, 0, 2, 53}},
	{.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 0x53}}};

// A payload of `length` octets in a frame from the client to port 53 of the server. Returns the frame's length.
static inline uint32_t frame_build(bool is_ipv6, const uint8_t *payload, size_t length,
				   uint8_t frame[static FRAME_ROOM])
{
	struct header_template header;
	const struct header_fields fields = {
		.source_mac = {{2, 0, 0, 0, 0, 1}},
		.destination_mac = {{2, 0, 0, 0, 0, 2}},
		.source = frame_client[is_ipv6],
		.destination = {.ip = frame_server[is_ipv6], .port = 53},
	};
	if (header_template_build(&header, &fields) != 0) {
		return 0;
	}
	memcpy(frame + header.length, payload, length);
	header_template_place(&header, frame + header.length);
	header_template_finish(&header, frame + header.length, (uint16_t)length, FRAME_CLIENT_PORT);
	return (uint32_t)(header.length + length);
}

// What the client's dataplane makes of a frame: both checksums are verified.
static inline enum packet_class frame_receive(const uint8_t *frame, uint32_t length,
					      struct packet_view *ret_view)
{
	enum plx_drop_reason reason;
	const struct packet_rules rules = {.first_port = FRAME_CLIENT_PORT,
					   .last_port = FRAME_CLIENT_PORT,
					   .address_count = 2,
					   .addresses = {frame_client[0], frame_client[1]}};
	return packet_classify(&rules, frame, length, PACKET_CHECKSUM_UNKNOWN, ret_view, &reason);
}
