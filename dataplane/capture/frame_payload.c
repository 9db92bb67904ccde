// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/capture/frame_payload.h>

#include <parallax/base/byte_reader.h>

#define MAC_BYTES 6
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define IPV4_HEADER_BYTES 20
#define IPV4_FRAGMENT_MASK 0x3fff // more fragments, and the offset
#define IPV6_HEADER_BYTES 40
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define UDP_HEADER_BYTES 8
#define TCP_HEADER_BYTES 20

// What the IP header says: a cursor over its payload, padding of short frames cut off.
struct ip_payload {
	struct plx_ip source;
	struct plx_ip destination;
	uint8_t protocol;
	struct plx_reader rest;
};

static void cut(struct plx_reader *reader, size_t length)
{
	if (length > plx_reader_left(reader)) {
		reader->failed = true;
	} else {
		reader->length = reader->position + length;
	}
}

static bool read_ipv4(struct plx_reader *reader, struct ip_payload *ret_payload)
{
	uint8_t version_and_length = plx_read_u8(reader);
	plx_read_u8(reader); // type of service
	uint32_t total = plx_read_u16(reader);
	plx_read_u16(reader); // identification
	uint16_t fragment = plx_read_u16(reader);
	plx_read_u8(reader); // time to live
	ret_payload->protocol = plx_read_u8(reader);
	plx_read_u16(reader); // checksum
	ret_payload->source.family = ret_payload->destination.family = 4;
	plx_read_copy(reader, ret_payload->source.bytes, 4);
	plx_read_copy(reader, ret_payload->destination.bytes, 4);
	uint32_t header = (version_and_length & 0xfu) * 4;
	if (reader->failed || version_and_length >> 4 != 4 || header < IPV4_HEADER_BYTES ||
	    (fragment & IPV4_FRAGMENT_MASK) != 0) {
		return false;
	}
	plx_read_bytes(reader, header - IPV4_HEADER_BYTES);
	if (total != 0) { // 0: longer than 64 KiB, up to the end of the frame
		cut(reader, total >= header ? total - header : SIZE_MAX);
	}
	return !reader->failed;
}

static bool read_ipv6(struct plx_reader *reader, struct ip_payload *ret_payload)
{
	uint8_t version = plx_read_u8(reader) >> 4;
	plx_read_bytes(reader, 3); // flow label
	uint16_t length = plx_read_u16(reader);
	ret_payload->protocol = plx_read_u8(reader);
	plx_read_u8(reader); // hop limit
	ret_payload->source.family = ret_payload->destination.family = 6;
	plx_read_copy(reader, ret_payload->source.bytes, 16);
	plx_read_copy(reader, ret_payload->destination.bytes, 16);
	if (length != 0) { // 0: jumbo
		cut(reader, length);
	}
	return !reader->failed && version == 6;
}

static bool read_ip(const uint8_t *frame, size_t length, struct ip_payload *ret_payload)
{
	struct plx_reader reader = plx_reader_init(frame, length);
	*ret_payload = (struct ip_payload) {0};
	plx_read_bytes(&reader, (size_t)2 * MAC_BYTES);
	uint16_t ethertype = plx_read_u16(&reader);
	if (ethertype == ETHERTYPE_VLAN) {
		plx_read_u16(&reader);
		ethertype = plx_read_u16(&reader);
	}
	bool is_good = (ethertype == ETHERTYPE_IPV4 && read_ipv4(&reader, ret_payload)) ||
		       (ethertype == ETHERTYPE_IPV6 && read_ipv6(&reader, ret_payload));
	ret_payload->rest = reader;
	return is_good;
}

// Leaves the cursor at the DNS message.
static bool read_udp(struct plx_reader *reader)
{
	uint16_t length = plx_read_u16(reader);
	plx_read_u16(reader); // checksum
	cut(reader, length >= UDP_HEADER_BYTES ? (size_t)length - UDP_HEADER_BYTES : SIZE_MAX);
	return !reader->failed;
}

static bool read_tcp(struct plx_reader *reader)
{
	plx_read_u64(reader); // sequence numbers
	size_t header = (size_t)(plx_read_u8(reader) >> 4) * 4;
	plx_read_bytes(reader, 7); // flags, window, checksum, urgent
	if (reader->failed || header < TCP_HEADER_BYTES) {
		return false;
	}
	plx_read_bytes(reader, header - TCP_HEADER_BYTES);
	uint16_t length = plx_read_u16(reader);
	cut(reader, length);
	return !reader->failed;
}

bool plx_frame_payload_find(const uint8_t *frame, size_t length,
			    struct plx_frame_payload *ret_payload)
{
	struct ip_payload ip;
	if (!read_ip(frame, length, &ip)) {
		return false;
	}
	struct plx_reader *reader = &ip.rest;
	struct plx_frame_payload payload = {.is_tcp = ip.protocol == PROTOCOL_TCP};
	payload.source = (struct plx_endpoint) {.ip = ip.source, .port = plx_read_u16(reader)};
	payload.destination =
		(struct plx_endpoint) {.ip = ip.destination, .port = plx_read_u16(reader)};
	bool is_good = (ip.protocol == PROTOCOL_UDP && read_udp(reader)) ||
		       (ip.protocol == PROTOCOL_TCP && read_tcp(reader));
	if (!is_good) {
		return false;
	}
	payload.message_length = plx_reader_left(reader);
	payload.message = plx_read_bytes(reader, payload.message_length);
	*ret_payload = payload;
	return true;
}
