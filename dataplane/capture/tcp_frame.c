// SPDX-License-Identifier: BSD-3-Clause

#include "capture/tcp_frame.h"

#include <parallax/base/byte_writer.h>

#define IPV4_HEADER_BYTES 20
#define TCP_HEADER_BYTES 20
#define TCP_PUSH_ACK 0x18
#define HOP_LIMIT 64

static const uint8_t our_mac[6] = {0x02, 'p', 'l', 'x', 0, 1};
static const uint8_t their_mac[6] = {0x02, 'p', 'l', 'x', 0, 2};

static uint16_t header_checksum(const uint8_t *header)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < IPV4_HEADER_BYTES; i += 2) {
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return (uint16_t)~sum;
}

static void write_ipv4(struct plx_writer *writer, const struct plx_ip *source,
		       const struct plx_ip *destination, size_t payload)
{
	size_t start = writer->position;
	size_t total = IPV4_HEADER_BYTES + payload;
	plx_write_u16(writer, 0x4500);
	// 0 stands for more than 64 KiB, as captures of offloaded segments have it.
	plx_write_u16(writer, total > UINT16_MAX ? 0 : (uint16_t)total);
	plx_write_u32(writer, 0x00004000); // do not fragment
	plx_write_u8(writer, HOP_LIMIT);
	plx_write_u8(writer, 6);
	plx_write_u16(writer, 0);
	plx_write_bytes(writer, source->bytes, 4);
	plx_write_bytes(writer, destination->bytes, 4);
	uint16_t checksum = header_checksum(writer->bytes + start);
	writer->bytes[start + 10] = (uint8_t)(checksum >> 8);
	writer->bytes[start + 11] = (uint8_t)checksum;
}

static void write_ipv6(struct plx_writer *writer, const struct plx_ip *source,
		       const struct plx_ip *destination, size_t payload)
{
	plx_write_u32(writer, 0x60000000);
	plx_write_u16(writer, payload > UINT16_MAX ? 0 : (uint16_t)payload);
	plx_write_u8(writer, 6);
	plx_write_u8(writer, HOP_LIMIT);
	plx_write_bytes(writer, source->bytes, 16);
	plx_write_bytes(writer, destination->bytes, 16);
}

static void write_tcp(struct plx_writer *writer, uint16_t source_port, uint16_t destination_port)
{
	plx_write_u16(writer, source_port);
	plx_write_u16(writer, destination_port);
	plx_write_u32(writer, 1);
	plx_write_u32(writer, 1);
	plx_write_u16(writer, (TCP_HEADER_BYTES / 4) << 12 | TCP_PUSH_ACK);
	plx_write_u16(writer, UINT16_MAX); // window
	plx_write_u32(writer, 0);          // no checksum: these octets were never on a wire
}

size_t tcp_frame_headers(const struct plx_endpoint *server, bool is_sent, uint16_t id,
			 size_t length, uint8_t ret_headers[static TCP_FRAME_HEADERS_MAX])
{
	struct plx_writer writer = plx_writer_init(ret_headers, TCP_FRAME_HEADERS_MAX);
	const struct plx_ip our_ip = {.family = server->ip.family};
	uint16_t our_port = id | 0x8000;
	size_t payload = TCP_HEADER_BYTES + 2 + length;
	const struct plx_ip *source = is_sent ? &our_ip : &server->ip;
	const struct plx_ip *destination = is_sent ? &server->ip : &our_ip;
	plx_write_bytes(&writer, is_sent ? their_mac : our_mac, sizeof(our_mac));
	plx_write_bytes(&writer, is_sent ? our_mac : their_mac, sizeof(our_mac));
	plx_write_u16(&writer, server->ip.family == 4 ? 0x0800 : 0x86dd);
	if (server->ip.family == 4) {
		write_ipv4(&writer, source, destination, payload);
	} else {
		write_ipv6(&writer, source, destination, payload);
	}
	write_tcp(&writer, is_sent ? our_port : server->port, is_sent ? server->port : our_port);
	plx_write_u16(&writer, (uint16_t)length);
	return writer.position;
}
