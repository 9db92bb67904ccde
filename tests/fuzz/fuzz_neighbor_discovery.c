// SPDX-License-Identifier: BSD-3-Clause
// An IPv6 packet that may be neighbour discovery. When the first octet is odd the ICMPv6 checksum is made right, so that
// the fuzzer gets past it. Oracle: what is read survives being written and read again, and obeys RFC 4861 7.1.

#include "link/neighbor_discovery.h"
#include "link/route.h"

#include "fuzz_target.h"

#define PACKET_MAX 2048
#define ICMP_START 40

static void seal(uint8_t *packet, size_t size)
{
	size_t length = (size_t)packet[4] << 8 | packet[5];
	if (length < 4 || ICMP_START + length > size) {
		return;
	}
	packet[ICMP_START + 2] = packet[ICMP_START + 3] = 0;
	uint64_t sum = 58 + length;
	for (size_t i = 8; i < ICMP_START + length; i++) {
		sum += (uint64_t)packet[i] << (i % 2 == 0 ? 8 : 0);
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	packet[ICMP_START + 2] = (uint8_t)(~sum >> 8);
	packet[ICMP_START + 3] = (uint8_t)~sum;
}

static bool is_multicast(const struct plx_ip *ip)
{
	return ip->bytes[0] == 0xff;
}

static void must_survive_writing(const struct nd_message *message)
{
	uint8_t frame[ND_FRAME_BYTES];
	struct nd_message again;
	struct mac_address mac = {{2}};
	struct plx_writer writer = plx_writer_init(frame, sizeof(frame));
	nd_write_frame(&writer, &mac, &mac, message);
	must(!writer.failed);
	struct plx_reader reader = plx_reader_init(frame + ETHERNET_HEADER_BYTES,
						   writer.position - ETHERNET_HEADER_BYTES);
	must(nd_read(&reader, &again) == 0);
	must(again.kind == message->kind && again.has_mac == message->has_mac);
	must(again.is_solicited == message->is_solicited &&
	     again.is_override == message->is_override);
	must(plx_ip_equal(&again.source, &message->source) &&
	     plx_ip_equal(&again.target, &message->target));
	must(!message->has_mac || mac_equal(&again.mac, &message->mac));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t packet[PACKET_MAX];
	if (size < 1 || size - 1 > sizeof(packet)) {
		return 0;
	}
	memcpy(packet, data + 1, size - 1);
	if (data[0] % 2 == 1 && size - 1 >= ICMP_START) {
		seal(packet, size - 1);
	}
	struct plx_reader reader = plx_reader_init(packet, size - 1);
	struct nd_message message;
	if (nd_read(&reader, &message) < 0 || message.kind == ND_NONE ||
	    message.kind == ND_ROUTER) {
		return 0;
	}
	must(packet[7] == 255);
	must(!is_multicast(&message.target) && !is_multicast(&message.source));
	must(!message.has_mac || mac_is_station(&message.mac));
	must(!(message.is_solicited && is_multicast(&message.destination)));
	must_survive_writing(&message);
	if (message.kind == ND_SOLICITATION) {
		uint8_t frame[ND_FRAME_BYTES];
		struct mac_address mac = {{2}};
		struct plx_writer writer = plx_writer_init(frame, sizeof(frame));
		nd_write_answer(&writer, &mac, &message, &mac);
		must(!writer.failed && writer.position == sizeof(frame));
	}
	return 0;
}
