// SPDX-License-Identifier: BSD-3-Clause

#include "link/arp.h"

#include <errno.h>

#define ARP_HARDWARE_ETHERNET 1

static void read_ipv4(struct plx_reader *reader, struct plx_ip *ret_ip)
{
	*ret_ip = (struct plx_ip) {.family = 4};
	plx_read_copy(reader, ret_ip->bytes, 4);
}

int arp_read(struct plx_reader *reader, struct arp_packet *ret_packet)
{
	struct arp_packet packet;
	uint16_t hardware = plx_read_u16(reader);
	uint16_t protocol = plx_read_u16(reader);
	uint8_t hardware_length = plx_read_u8(reader);
	uint8_t protocol_length = plx_read_u8(reader);
	uint16_t operation = plx_read_u16(reader);
	plx_read_copy(reader, packet.sender_mac.bytes, sizeof(packet.sender_mac.bytes));
	read_ipv4(reader, &packet.sender);
	plx_read_copy(reader, packet.target_mac.bytes, sizeof(packet.target_mac.bytes));
	read_ipv4(reader, &packet.target);
	if (reader->failed || hardware != ARP_HARDWARE_ETHERNET || protocol != ETHERNET_TYPE_IPV4 ||
	    hardware_length != 6 || protocol_length != 4) {
		return -EBADMSG;
	}
	if (operation != ARP_REQUEST && operation != ARP_REPLY) {
		return -EBADMSG;
	}
	// A group as somebody's own address would turn our unicast into a broadcast.
	if (!mac_is_station(&packet.sender_mac)) {
		return -EBADMSG;
	}
	packet.operation = (enum arp_operation)operation;
	*ret_packet = packet;
	return 0;
}

void arp_write_frame(struct plx_writer *writer, const struct mac_address *destination,
		     const struct mac_address *source, const struct arp_packet *packet)
{
	static const uint8_t padding[ARP_FRAME_BYTES - ETHERNET_HEADER_BYTES - ARP_PACKET_BYTES];
	const struct ethernet_header header = {
		.destination = *destination,
		.source = *source,
		.type = ETHERNET_TYPE_ARP,
	};
	ethernet_write(writer, &header);
	plx_write_u16(writer, ARP_HARDWARE_ETHERNET);
	plx_write_u16(writer, ETHERNET_TYPE_IPV4);
	plx_write_u8(writer, 6);
	plx_write_u8(writer, 4);
	plx_write_u16(writer, (uint16_t)packet->operation);
	plx_write_bytes(writer, packet->sender_mac.bytes, sizeof(packet->sender_mac.bytes));
	plx_write_bytes(writer, packet->sender.bytes, 4);
	plx_write_bytes(writer, packet->target_mac.bytes, sizeof(packet->target_mac.bytes));
	plx_write_bytes(writer, packet->target.bytes, 4);
	plx_write_bytes(writer, padding, sizeof(padding));
}

void arp_write_answer(struct plx_writer *writer, const struct mac_address *mac,
		      const struct arp_packet *request)
{
	const struct arp_packet packet = {
		.operation = ARP_REPLY,
		.sender_mac = *mac,
		.sender = request->target,
		.target_mac = request->sender_mac,
		.target = request->sender,
	};
	arp_write_frame(writer, &request->sender_mac, mac, &packet);
}

void arp_write_question(struct plx_writer *writer, const struct mac_address *mac,
			const struct plx_ip *source, const struct plx_ip *target,
			const struct mac_address *destination)
{
	const struct arp_packet packet = {
		.operation = ARP_REQUEST,
		.sender_mac = *mac,
		.sender = *source,
		.target = *target,
	};
	arp_write_frame(writer, destination, mac, &packet);
}
