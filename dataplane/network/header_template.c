// SPDX-License-Identifier: BSD-3-Clause
// IPv4 headers carry ID 0 with DF set (RFC 6864 4.1: atomic datagrams need no ID; queries are below any path's MTU).

#include "network/header_template.h"

#include <parallax/base/byte_writer.h>

#include "network/checksum.h"

#include <errno.h>

#define PROTOCOL_UDP 17
#define IPV4_DONT_FRAGMENT 0x4000
#define UDP_HEADER_BYTES 8

static void write_ipv4(struct plx_writer *writer, const struct header_fields *fields)
{
	plx_write_u8(writer, 0x45);
	plx_write_u8(writer, 0);
	plx_write_u16(writer, 0); // total length: finish
	plx_write_u16(writer, 0);
	plx_write_u16(writer, IPV4_DONT_FRAGMENT);
	plx_write_u8(writer, HEADER_HOP_LIMIT);
	plx_write_u8(writer, PROTOCOL_UDP);
	plx_write_u16(writer, 0); // checksum: finish
	plx_write_bytes(writer, fields->source.bytes, 4);
	plx_write_bytes(writer, fields->destination.ip.bytes, 4);
}

static void write_ipv6(struct plx_writer *writer, const struct header_fields *fields)
{
	plx_write_u32(writer, 6u << 28);
	plx_write_u16(writer, 0); // payload length: finish
	plx_write_u8(writer, PROTOCOL_UDP);
	plx_write_u8(writer, HEADER_HOP_LIMIT);
	plx_write_bytes(writer, fields->source.bytes, 16);
	plx_write_bytes(writer, fields->destination.ip.bytes, 16);
}

int header_template_build(struct header_template *header, const struct header_fields *fields)
{
	uint8_t family = fields->source.family;
	if (family != fields->destination.ip.family || (family != 4 && family != 6)) {
		return -EINVAL;
	}
	struct header_template built = {.family = family};
	struct plx_writer writer = plx_writer_init(built.bytes, sizeof(built.bytes));
	plx_write_bytes(&writer, &fields->destination_mac, sizeof(fields->destination_mac));
	plx_write_bytes(&writer, &fields->source_mac, sizeof(fields->source_mac));
	plx_write_u16(&writer, family == 4 ? ETHERNET_TYPE_IPV4 : ETHERNET_TYPE_IPV6);
	size_t ip_at = writer.position;
	if (family == 4) {
		write_ipv4(&writer, fields);
		built.ip_sum = checksum_add(0, built.bytes + ip_at, writer.position - ip_at);
	} else {
		write_ipv6(&writer, fields);
	}
	plx_write_u16(&writer, 0); // source port: finish
	plx_write_u16(&writer, fields->destination.port);
	plx_write_u32(&writer, 0); // length, checksum: finish
	built.length = (uint8_t)writer.position;

	size_t address_bytes = plx_ip_length(&fields->source);
	uint64_t sum = checksum_add_u16(0, PROTOCOL_UDP);
	sum = checksum_add(sum, fields->source.bytes, address_bytes);
	sum = checksum_add(sum, fields->destination.ip.bytes, address_bytes);
	built.udp_sum = checksum_add_u16(sum, fields->destination.port);
	*header = built;
	return 0;
}

void header_template_place(const struct header_template *header, uint8_t *payload)
{
	memcpy(payload - header->length, header->bytes, header->length);
}

static void store_be16(uint8_t *at, uint16_t value)
{
	value = __builtin_bswap16(value);
	memcpy(at, &value, sizeof(value));
}

void header_template_finish(const struct header_template *header, uint8_t *payload,
			    uint16_t payload_length, uint16_t source_port)
{
	uint8_t *udp = payload - UDP_HEADER_BYTES;
	uint16_t udp_length = (uint16_t)(UDP_HEADER_BYTES + payload_length);
	if (header->family == 4) {
		uint8_t *ip = udp - 20;
		uint16_t total_length = (uint16_t)(20 + udp_length);
		uint16_t sum =
			~checksum_fold(checksum_add_u16(header->ip_sum, total_length)) & 0xffff;
		store_be16(ip + 2, total_length);
		memcpy(ip + 10, &sum, sizeof(sum));
	} else {
		store_be16(udp - 40 + 4, udp_length);
	}
	store_be16(udp, source_port);
	store_be16(udp + 4, udp_length);

	// The length counts twice: in the pseudo-header and in the UDP header.
	uint64_t sum = checksum_add_u16(header->udp_sum, source_port);
	sum = checksum_add_u16(checksum_add_u16(sum, udp_length), udp_length);
	uint16_t folded = ~checksum_fold(checksum_add(sum, payload, payload_length)) & 0xffff;
	if (folded == 0) {
		folded = 0xffff; // 0 would mean "no checksum" (RFC 768)
	}
	memcpy(udp + 6, &folded, sizeof(folded));
}
