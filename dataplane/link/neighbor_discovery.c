// SPDX-License-Identifier: BSD-3-Clause

#include "link/neighbor_discovery.h"

#include <errno.h>

#define IPV6_HEADER_BYTES 40
#define IPV6_NEXT_HEADER_ICMPV6 58
#define ND_HOP_LIMIT 255 // RFC 4861 7.1: proves that no router forwarded it

#define ICMPV6_ROUTER_SOLICITATION 133
#define ICMPV6_ROUTER_ADVERTISEMENT 134
#define ICMPV6_NEIGHBOR_SOLICITATION 135
#define ICMPV6_NEIGHBOR_ADVERTISEMENT 136
#define ICMPV6_REDIRECT 137

#define ND_OPTION_SOURCE_MAC 1
#define ND_OPTION_TARGET_MAC 2

#define ND_FLAG_SOLICITED 0x40000000u
#define ND_FLAG_OVERRIDE 0x20000000u

// RFC 1071 over the pseudo-header of RFC 8200 8.1 and `bytes`: 0 when the data holds a right checksum.
static uint16_t icmpv6_checksum(const struct plx_ip *source, const struct plx_ip *destination,
				const uint8_t *bytes, size_t length)
{
	uint32_t sum = (uint32_t)length + IPV6_NEXT_HEADER_ICMPV6;
	for (unsigned i = 0; i < 16; i += 2) {
		sum += (uint32_t)source->bytes[i] << 8 | source->bytes[i + 1];
		sum += (uint32_t)destination->bytes[i] << 8 | destination->bytes[i + 1];
	}
	for (size_t i = 0; i < length; i++) {
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void read_ipv6(struct plx_reader *reader, struct plx_ip *ret_ip)
{
	*ret_ip = (struct plx_ip) {.family = 6};
	plx_read_copy(reader, ret_ip->bytes, 16);
}

static bool ip_is_unspecified(const struct plx_ip *ip)
{
	static const uint8_t zero[16];
	return memcmp(ip->bytes, zero, sizeof(zero)) == 0;
}

static bool ip_is_multicast(const struct plx_ip *ip)
{
	return ip->bytes[0] == 0xff;
}

static enum nd_kind kind_of_type(uint8_t type)
{
	switch (type) {
	case ICMPV6_NEIGHBOR_SOLICITATION:
		return ND_SOLICITATION;
	case ICMPV6_NEIGHBOR_ADVERTISEMENT:
		return ND_ADVERTISEMENT;
	case ICMPV6_ROUTER_SOLICITATION:
	case ICMPV6_ROUTER_ADVERTISEMENT:
	case ICMPV6_REDIRECT:
		return ND_ROUTER;
	default:
		return ND_NONE;
	}
}

// Takes the link-layer address option that belongs to the message; all others are skipped (RFC 4861 4.6).
static int read_options(struct plx_reader *reader, struct nd_message *message)
{
	uint8_t wanted =
		message->kind == ND_SOLICITATION ? ND_OPTION_SOURCE_MAC : ND_OPTION_TARGET_MAC;
	for (unsigned i = 0; plx_reader_left(reader) > 0; i++) {
		uint8_t type = plx_read_u8(reader);
		size_t length = (size_t)plx_read_u8(reader) * 8;
		if (length == 0 || i == ND_OPTIONS_MAX) {
			return -EBADMSG;
		}
		const uint8_t *body = plx_read_bytes(reader, length - 2);
		if (body == NULL) {
			return -EBADMSG;
		}
		// Of a repeated option the first counts.
		if (type != wanted || message->has_mac) {
			continue;
		}
		if (length != 8) {
			return -EBADMSG;
		}
		struct plx_reader option = plx_reader_init(body, length - 2);
		plx_read_copy(&option, message->mac.bytes, sizeof(message->mac.bytes));
		if (!mac_is_station(&message->mac)) {
			return -EBADMSG;
		}
		message->has_mac = true;
	}
	return 0;
}

// RFC 4861 7.1.1 and 7.1.2, the part about addresses.
static bool addresses_are_valid(const struct nd_message *message)
{
	if (ip_is_multicast(&message->target) || ip_is_multicast(&message->source)) {
		return false;
	}
	if (message->kind == ND_ADVERTISEMENT) {
		return !ip_is_unspecified(&message->source) &&
		       !(ip_is_multicast(&message->destination) && message->is_solicited);
	}
	if (ip_is_unspecified(&message->source)) {
		struct plx_ip group = nd_solicited_node(&message->target);
		return plx_ip_equal(&message->destination, &group) && !message->has_mac;
	}
	return true;
}

static int read_neighbor_message(struct plx_reader *reader, struct nd_message *message)
{
	uint32_t flags = plx_read_u32(reader);
	read_ipv6(reader, &message->target);
	if (reader->failed) {
		return -EBADMSG;
	}
	if (message->kind == ND_ADVERTISEMENT) {
		message->is_solicited = (flags & ND_FLAG_SOLICITED) != 0;
		message->is_override = (flags & ND_FLAG_OVERRIDE) != 0;
	}
	int error = read_options(reader, message);
	if (error < 0) {
		return error;
	}
	return addresses_are_valid(message) ? 0 : -EBADMSG;
}

int nd_read(struct plx_reader *reader, struct nd_message *ret_message)
{
	struct nd_message message = {.kind = ND_NONE};
	uint32_t version = plx_read_u32(reader) >> 28;
	uint16_t payload_length = plx_read_u16(reader);
	uint8_t next_header = plx_read_u8(reader);
	uint8_t hop_limit = plx_read_u8(reader);
	read_ipv6(reader, &message.source);
	read_ipv6(reader, &message.destination);
	// Behind an extension header (RFC 6980 forbids fragments) it is not looked for: the kernel may have it.
	if (!reader->failed && version == 6 && next_header != IPV6_NEXT_HEADER_ICMPV6) {
		*ret_message = message;
		return 0;
	}
	const uint8_t *bytes = plx_read_bytes(reader, payload_length);
	if (bytes == NULL || version != 6 || payload_length == 0) {
		return -EBADMSG;
	}
	struct plx_reader payload = plx_reader_init(bytes, payload_length);
	message.kind = kind_of_type(plx_read_u8(&payload));
	if (message.kind == ND_NONE || message.kind == ND_ROUTER) {
		*ret_message = message;
		return 0;
	}
	uint8_t code = plx_read_u8(&payload);
	plx_read_u16(&payload); // the checksum, part of the sum below
	if (hop_limit != ND_HOP_LIMIT || code != 0 ||
	    icmpv6_checksum(&message.source, &message.destination, bytes, payload_length) != 0) {
		return -EBADMSG;
	}
	int error = read_neighbor_message(&payload, &message);
	if (error < 0) {
		return error;
	}
	*ret_message = message;
	return 0;
}

static void write_payload(struct plx_writer *writer, const struct nd_message *message,
			  uint16_t checksum)
{
	bool is_solicitation = message->kind == ND_SOLICITATION;
	uint32_t flags = 0;
	if (!is_solicitation) {
		flags |= message->is_solicited ? ND_FLAG_SOLICITED : 0;
		flags |= message->is_override ? ND_FLAG_OVERRIDE : 0;
	}
	plx_write_u8(writer, is_solicitation ? ICMPV6_NEIGHBOR_SOLICITATION
					     : ICMPV6_NEIGHBOR_ADVERTISEMENT);
	plx_write_u8(writer, 0);
	plx_write_u16(writer, checksum);
	plx_write_u32(writer, flags);
	plx_write_bytes(writer, message->target.bytes, 16);
	if (message->has_mac) {
		plx_write_u8(writer, is_solicitation ? ND_OPTION_SOURCE_MAC : ND_OPTION_TARGET_MAC);
		plx_write_u8(writer, 1);
		plx_write_bytes(writer, message->mac.bytes, sizeof(message->mac.bytes));
	}
}

void nd_write_frame(struct plx_writer *writer, const struct mac_address *destination,
		    const struct mac_address *source, const struct nd_message *message)
{
	uint8_t payload[ND_MESSAGE_BYTES + 8];
	struct plx_writer draft = plx_writer_init(payload, sizeof(payload));
	write_payload(&draft, message, 0);
	size_t length = draft.position;
	uint16_t checksum =
		icmpv6_checksum(&message->source, &message->destination, payload, length);
	const struct ethernet_header header = {
		.destination = *destination,
		.source = *source,
		.type = ETHERNET_TYPE_IPV6,
	};
	ethernet_write(writer, &header);
	plx_write_u32(writer, 6u << 28);
	plx_write_u16(writer, (uint16_t)length);
	plx_write_u8(writer, IPV6_NEXT_HEADER_ICMPV6);
	plx_write_u8(writer, ND_HOP_LIMIT);
	plx_write_bytes(writer, message->source.bytes, 16);
	plx_write_bytes(writer, message->destination.bytes, 16);
	write_payload(writer, message, checksum);
}

void nd_write_answer(struct plx_writer *writer, const struct mac_address *mac,
		     const struct nd_message *solicitation, const struct mac_address *frame_source)
{
	static const struct plx_ip all_nodes = {.family = 6, .bytes = {0xff, 0x02, [15] = 1}};
	struct nd_message message = {
		.kind = ND_ADVERTISEMENT,
		.source = solicitation->target,
		.destination = solicitation->source,
		.target = solicitation->target,
		.is_solicited = true,
		.is_override = true,
		.has_mac = true,
		.mac = *mac,
	};
	struct mac_address destination = solicitation->has_mac ? solicitation->mac : *frame_source;
	if (ip_is_unspecified(&solicitation->source)) {
		// A DAD probe for our address (RFC 4861 7.2.4): tell everybody that it is taken.
		message.destination = all_nodes;
		message.is_solicited = false;
		destination = mac_of_multicast(&all_nodes);
	}
	nd_write_frame(writer, &destination, mac, &message);
}

void nd_write_question(struct plx_writer *writer, const struct mac_address *mac,
		       const struct plx_ip *source, const struct plx_ip *target,
		       const struct mac_address *destination)
{
	struct nd_message message = {
		.kind = ND_SOLICITATION,
		.source = *source,
		.destination = *target,
		.target = *target,
		.has_mac = true,
		.mac = *mac,
	};
	struct mac_address frame_destination = *destination;
	if (mac_is_multicast(destination)) {
		message.destination = nd_solicited_node(target);
		frame_destination = mac_of_multicast(&message.destination);
	}
	nd_write_frame(writer, &frame_destination, mac, &message);
}

struct plx_ip nd_solicited_node(const struct plx_ip *ip)
{
	struct plx_ip group = {.family = 6, .bytes = {0xff, 0x02}};
	group.bytes[11] = 0x01;
	group.bytes[12] = 0xff;
	memcpy(group.bytes + 13, ip->bytes + 13, 3);
	return group;
}

struct plx_ip nd_link_local(const struct mac_address *mac)
{
	const uint8_t *b = mac->bytes;
	// RFC 4291 appendix A: the universal bit is inverted, ff:fe goes in the middle.
	return (struct plx_ip) {
		.family = 6,
		.bytes = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, b[0] ^ 0x02, b[1], b[2], 0xff, 0xfe, b[3],
			  b[4], b[5]},
	};
}
