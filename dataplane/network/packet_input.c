// SPDX-License-Identifier: BSD-3-Clause
// Ethernet (an 802.1p priority tag is skipped), IPv4 with options, IPv6 without extension headers, UDP. A fragment is
// dropped wherever it claims to go (RFC 9715; "fragmentation considered poisonous"). Datagrams to our port range never
// reach the kernel: it would answer "port unreachable" and show an attacker which ports are open (SAD DNS). Nor do
// redirects and router advertisements. The kernel looks below tags and extension headers, so these are looked below as
// well; an answer never has them.

#include "network/packet_input.h"

#include <parallax/base/byte_reader.h>

#include "link/ethernet.h"
#include "network/checksum.h"

#include <string.h>

#define IPV4_HEADER_BYTES 20u // without options
#define IPV6_HEADER_BYTES 40u
#define UDP_HEADER_BYTES 8u
#define PROTOCOL_ICMP 1
#define PROTOCOL_UDP 17
#define PROTOCOL_IPV6_HOP_BY_HOP 0
#define PROTOCOL_IPV6_ROUTING 43
#define PROTOCOL_IPV6_FRAGMENT 44
#define PROTOCOL_IPV6_AUTHENTICATION 51
#define PROTOCOL_ICMPV6 58
#define PROTOCOL_IPV6_DESTINATION 60
#define PROTOCOL_IPV6_MOBILITY 135
#define IPV6_EXTENSIONS_MAX 8 // RFC 8200 4.1 knows seven
#define ICMP_REDIRECT 5
#define ND_ROUTER_SOLICIT 133
#define ND_REDIRECT 137
#define IPV4_FRAGMENT_BITS 0x3fff // more fragments, or an offset

struct ip_packet {
	struct plx_ip
		*source; // in the caller's view: a copy of what was just written in parts stalls
	const uint8_t *addresses; // both, in the frame
	uint8_t protocol;         // behind all extension headers
	bool has_extensions;
	struct plx_reader body;
};

static enum packet_class drop(enum plx_drop_reason reason, enum plx_drop_reason *ret_reason)
{
	*ret_reason = reason;
	return PACKET_DROP;
}

// From the frame, and octets in numbers that are known: what was just written to a struct in parts stalls, and a
// comparison of any number of octets is a loop.
static bool is_own_address(const struct packet_rules *rules, const struct ip_packet *packet)
{
	bool is_ipv4 = packet->source->family == 4;
	const uint8_t *destination = packet->addresses + (is_ipv4 ? 4 : 16);
	for (unsigned i = 0; i < rules->address_count; i++) {
		const struct plx_ip *own = &rules->addresses[i];
		bool is_same = is_ipv4 ? memcmp(own->bytes, destination, 4) == 0
				       : memcmp(own->bytes, destination, 16) == 0;
		if (is_same && own->family == packet->source->family) {
			return true;
		}
	}
	return false;
}

// The rest of a reader is zero. (Its copy as a whole would be read right after it was written in parts, and stall.)
static void body_set(struct ip_packet *packet, const uint8_t *bytes, size_t length)
{
	packet->body.bytes = bytes;
	packet->body.length = length;
}

// ACCEPTED, or why not. On return the reader of `packet` covers exactly what the IP header says.
static enum plx_drop_reason read_ipv4(struct plx_reader *reader, struct ip_packet *packet)
{
	const uint8_t *start = plx_read_bytes(reader, IPV4_HEADER_BYTES);
	if (start == NULL) {
		return PLX_DROP_BAD_FRAME;
	}
	// Of constant length, like the others: the compiler then drops the bounds checks.
	struct plx_reader header = plx_reader_init(start, IPV4_HEADER_BYTES);
	uint8_t version_length = plx_read_u8(&header);
	plx_read_u8(&header); // DSCP, ECN
	uint16_t total_length = plx_read_u16(&header);
	plx_read_u16(&header); // identification
	uint16_t fragment = plx_read_u16(&header);
	plx_read_u8(&header); // TTL
	packet->protocol = plx_read_u8(&header);
	plx_read_u16(&header); // header checksum, verified below
	packet->addresses = start + header.position;
	*packet->source = (struct plx_ip) {.family = 4};
	plx_read_copy(&header, packet->source->bytes, 4);
	(void)plx_read_bytes(&header, 4); // destination

	unsigned header_length = (version_length & 0xf) * 4u;
	if (version_length >> 4 != 4 || header_length < IPV4_HEADER_BYTES ||
	    total_length < header_length ||
	    total_length - IPV4_HEADER_BYTES > plx_reader_left(reader)) {
		return PLX_DROP_BAD_FRAME;
	}
	uint64_t sum = checksum_add(0, start, IPV4_HEADER_BYTES);
	if (header_length > IPV4_HEADER_BYTES) {
		sum = checksum_add(sum, start + IPV4_HEADER_BYTES,
				   header_length - IPV4_HEADER_BYTES);
	}
	if (checksum_fold(sum) != 0xffff) {
		return PLX_DROP_CHECKSUM;
	}
	if ((fragment & IPV4_FRAGMENT_BITS) != 0) {
		return PLX_DROP_FRAGMENT;
	}
	body_set(packet, start + header_length, total_length - header_length);
	return PLX_DROP_ACCEPTED;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == PROTOCOL_IPV6_HOP_BY_HOP || protocol == PROTOCOL_IPV6_ROUTING ||
	       protocol == PROTOCOL_IPV6_AUTHENTICATION || protocol == PROTOCOL_IPV6_DESTINATION ||
	       protocol == PROTOCOL_IPV6_MOBILITY;
}

// Moves the body past the extension headers.
static enum plx_drop_reason skip_extensions(struct ip_packet *packet)
{
	struct plx_reader *reader = &packet->body;
	for (unsigned i = 0; is_extension(packet->protocol); i++) {
		uint8_t type = packet->protocol;
		packet->has_extensions = true;
		packet->protocol = plx_read_u8(reader);
		size_t length = plx_read_u8(reader);
		// RFC 4302 2.2 counts in units of 4 octets, all others in units of 8 (RFC 8200 4.2).
		length = type == PROTOCOL_IPV6_AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
		plx_read_bytes(reader, length - 2);
		if (reader->failed || i == IPV6_EXTENSIONS_MAX) {
			return PLX_DROP_BAD_FRAME;
		}
	}
	return packet->protocol == PROTOCOL_IPV6_FRAGMENT ? PLX_DROP_FRAGMENT : PLX_DROP_ACCEPTED;
}

static enum plx_drop_reason read_ipv6(struct plx_reader *reader, struct ip_packet *packet)
{
	const uint8_t *start = plx_read_bytes(reader, IPV6_HEADER_BYTES);
	if (start == NULL) {
		return PLX_DROP_BAD_FRAME;
	}
	struct plx_reader header = plx_reader_init(start, IPV6_HEADER_BYTES);
	uint32_t version = plx_read_u32(&header) >> 28;
	uint16_t payload_length = plx_read_u16(&header);
	packet->protocol = plx_read_u8(&header);
	plx_read_u8(&header); // hop limit
	packet->addresses = start + header.position;
	packet->source->family = 6;
	plx_read_copy(&header, packet->source->bytes, 16);
	(void)plx_read_bytes(&header, 16); // destination
	if (version != 6 || payload_length > plx_reader_left(reader)) {
		return PLX_DROP_BAD_FRAME;
	}
	body_set(packet, reader->bytes + reader->position, payload_length);
	return skip_extensions(packet);
}

// The first octet of an ICMP message; -1: not one.
static int icmp_type(const struct ip_packet *packet)
{
	uint8_t protocol = packet->source->family == 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
	const struct plx_reader *body = &packet->body;
	return packet->protocol == protocol && plx_reader_left(body) > 0
		       ? body->bytes[body->position]
		       : -1;
}

// Whatever is neither UDP nor dropped for its IP header.
static enum packet_class classify_other(const struct ip_packet *packet,
					enum plx_drop_reason *ret_reason)
{
	int type = icmp_type(packet);
	if (packet->source->family == 4) {
		return type == ICMP_REDIRECT ? drop(PLX_DROP_NOT_OURS, ret_reason) : PACKET_FOREIGN;
	}
	if (type < ND_ROUTER_SOLICIT || type > ND_REDIRECT) {
		return PACKET_FOREIGN;
	}
	// No host sends these with extension headers: they get past guards (RFC 7113).
	return packet->has_extensions ? drop(PLX_DROP_BAD_FRAME, ret_reason) : PACKET_NEIGHBOR;
}

static bool is_udp_checksum_good(const struct packet_rules *rules, const struct ip_packet *packet,
				 enum packet_checksum offload, uint16_t field, uint16_t udp_length)
{
	if (offload == PACKET_CHECKSUM_BAD) {
		return false;
	}
	if (field == 0) {
		return packet->source->family ==
		       4; // none given (RFC 768); IPv6 wants one (RFC 8200 8.1)
	}
	if (offload == PACKET_CHECKSUM_GOOD || rules->trusts_checksums) {
		return true;
	}
	uint64_t sum = checksum_add_u16(checksum_add_u16(0, PROTOCOL_UDP), udp_length);
	sum = packet->source->family == 4 ? checksum_add(sum, packet->addresses, 2 * 4)
					  : checksum_add(sum, packet->addresses, 2 * 16);
	return checksum_fold(checksum_add(sum, packet->body.bytes, udp_length)) == 0xffff;
}

static enum packet_class classify_udp(const struct packet_rules *rules, struct ip_packet *packet,
				      enum packet_checksum offload, struct packet_view *ret_view,
				      enum plx_drop_reason *ret_reason)
{
	struct plx_reader *reader = &packet->body;
	const uint8_t *start = plx_read_bytes(reader, UDP_HEADER_BYTES);
	if (start == NULL) {
		return drop(PLX_DROP_BAD_FRAME, ret_reason);
	}
	struct plx_reader header = plx_reader_init(start, UDP_HEADER_BYTES);
	uint16_t source_port = plx_read_u16(&header);
	uint16_t destination_port = plx_read_u16(&header);
	uint16_t udp_length = plx_read_u16(&header);
	uint16_t checksum_field = plx_read_u16(&header);
	if (destination_port < rules->first_port || destination_port > rules->last_port) {
		return PACKET_FOREIGN;
	}
	if (packet->has_extensions || !is_own_address(rules, packet)) {
		return drop(PLX_DROP_NOT_OURS, ret_reason);
	}
	if (udp_length < UDP_HEADER_BYTES || udp_length > reader->length) {
		return drop(PLX_DROP_BAD_FRAME, ret_reason);
	}
	if (!is_udp_checksum_good(rules, packet, offload, checksum_field, udp_length)) {
		return drop(PLX_DROP_CHECKSUM, ret_reason);
	}
	ret_view->payload = reader->bytes + UDP_HEADER_BYTES;
	ret_view->payload_length = udp_length - UDP_HEADER_BYTES;
	ret_view->source.port = source_port;
	ret_view->destination_port = destination_port;
	return PACKET_ANSWER;
}

static bool is_tag(uint16_t type)
{
	return type == ETHERNET_TYPE_VLAN || type == ETHERNET_TYPE_PROVIDER_VLAN;
}

enum packet_class packet_classify(const struct packet_rules *rules, const uint8_t *frame,
				  uint32_t length, enum packet_checksum offload,
				  struct packet_view *ret_view, enum plx_drop_reason *ret_reason)
{
	struct plx_reader reader = plx_reader_init(frame, length);
	plx_read_bytes(&reader, 12); // MAC addresses: the port filters, our IP addresses decide
	uint16_t type = plx_read_u16(&reader);
	if (is_tag(type)) {
		bool is_provider = type == ETHERNET_TYPE_PROVIDER_VLAN;
		uint16_t tag = plx_read_u16(&reader);
		type = plx_read_u16(&reader);
		if ((tag & ETHERNET_VLAN_ID_BITS) != 0) {
			return PACKET_FOREIGN; // another VLAN than ours
		}
		if (is_provider || is_tag(type)) {
			return drop(PLX_DROP_BAD_FRAME, ret_reason);
		}
	}
	if (reader.failed) {
		return drop(PLX_DROP_BAD_FRAME, ret_reason);
	}
	struct ip_packet packet = {.source = &ret_view->source.ip};
	enum plx_drop_reason reason;
	if (type == ETHERNET_TYPE_IPV4) {
		reason = read_ipv4(&reader, &packet);
	} else if (type == ETHERNET_TYPE_IPV6) {
		reason = read_ipv6(&reader, &packet);
	} else {
		return type == ETHERNET_TYPE_ARP ? PACKET_NEIGHBOR : PACKET_FOREIGN;
	}
	if (reason != PLX_DROP_ACCEPTED) {
		return drop(reason, ret_reason);
	}
	if (packet.protocol == PROTOCOL_UDP) {
		return classify_udp(rules, &packet, offload, ret_view, ret_reason);
	}
	return classify_other(&packet, ret_reason);
}
