// SPDX-License-Identifier: BSD-3-Clause
// Headers are read by casts after one length check each (style: allowed for Ethernet, IP and UDP). What network/
// packet_input.h does with care and copies, this does for the one shape that a query has; everything else is dropped.

#include "reflect/frame.h"

#include "link/ethernet.h"
#include "network/checksum.h"
#include "network/header_template.h"
#include "reflect/wire_integer.h"

#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <string.h>

#define IPV4_FRAGMENT_BITS 0x3fff // more fragments, or an offset
#define IPV4_PLAIN 0x45           // version 4, no options
#define DNS_QR_OCTET 2
#define DNS_QR_BIT 0x80

// What both IP versions have.
struct datagram {
	uint8_t *udp;
	uint32_t udp_length; // header and payload, as far as the frame goes
	const uint8_t *source;
	const uint8_t *destination;
	size_t address_length;
	uint64_t addresses_sum;
	uint64_t ports_sum;
};

// As it lies in memory, for sums.
static uint64_t load_word(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof(value));
	return value;
}

static enum reflect_drop read_ipv4(uint8_t *ip, uint32_t length, struct datagram *ret_datagram)
{
	if (length < sizeof(struct iphdr) + sizeof(struct udphdr)) {
		return REFLECT_DROP_BAD_FRAME;
	}
	uint32_t total_length = load_u16(ip + offsetof(struct iphdr, tot_len));
	if (ip[offsetof(struct iphdr, protocol)] != IPPROTO_UDP) {
		return REFLECT_DROP_FOREIGN;
	}
	if (ip[0] != IPV4_PLAIN || total_length > length ||
	    total_length < sizeof(struct iphdr) + sizeof(struct udphdr)) {
		return REFLECT_DROP_BAD_FRAME;
	}
	if ((load_u16(ip + offsetof(struct iphdr, frag_off)) & IPV4_FRAGMENT_BITS) != 0) {
		return REFLECT_DROP_FRAGMENT;
	}
	*ret_datagram = (struct datagram) {
		.udp = ip + sizeof(struct iphdr),
		.udp_length = total_length - (uint32_t)sizeof(struct iphdr),
		.source = ip + offsetof(struct iphdr, saddr),
		.destination = ip + offsetof(struct iphdr, daddr),
		.address_length = 4,
	};
	return REFLECT_ACCEPTED;
}

static enum reflect_drop read_ipv6(uint8_t *ip, uint32_t length, struct datagram *ret_datagram)
{
	if (length < sizeof(struct ip6_hdr) + sizeof(struct udphdr)) {
		return REFLECT_DROP_BAD_FRAME;
	}
	uint32_t payload_length = load_u16(ip + offsetof(struct ip6_hdr, ip6_plen));
	if (ip[offsetof(struct ip6_hdr, ip6_nxt)] != IPPROTO_UDP) {
		return REFLECT_DROP_FOREIGN;
	}
	if (ip[0] >> 4 != 6 || payload_length > length - sizeof(struct ip6_hdr) ||
	    payload_length < sizeof(struct udphdr)) {
		return REFLECT_DROP_BAD_FRAME;
	}
	*ret_datagram = (struct datagram) {
		.udp = ip + sizeof(struct ip6_hdr),
		.udp_length = payload_length,
		.source = ip + offsetof(struct ip6_hdr, ip6_src),
		.destination = ip + offsetof(struct ip6_hdr, ip6_dst),
		.address_length = 16,
	};
	return REFLECT_ACCEPTED;
}

static bool is_for_us(const struct reflect_rules *rules, const struct datagram *datagram)
{
	const size_t length = datagram->address_length;
	for (unsigned i = 0; i < rules->address_count; i++) {
		const struct plx_ip *own = &rules->addresses[i];
		if (plx_ip_length(own) == length &&
		    memcmp(own->bytes, datagram->destination, length) == 0) {
			return true;
		}
	}
	return rules->address_count == 0;
}

// The UDP length can be shorter than what the IP header says, never longer.
static enum reflect_drop check_udp(const struct reflect_rules *rules, const uint8_t *ip,
				   struct datagram *datagram)
{
	const uint8_t *udp = datagram->udp;
	uint32_t length = load_u16(udp + offsetof(struct udphdr, len));
	if (load_u16(udp + offsetof(struct udphdr, dest)) != rules->port ||
	    !is_for_us(rules, datagram)) {
		return REFLECT_DROP_NOT_FOR_US;
	}
	if (length < sizeof(struct udphdr) || length > datagram->udp_length ||
	    load_u16(udp + offsetof(struct udphdr, source)) == 0) {
		return REFLECT_DROP_BAD_FRAME;
	}
	datagram->udp_length = length;
	datagram->ports_sum = load_word(udp);
	datagram->addresses_sum =
		datagram->address_length == 4
			? load_word(datagram->source) + load_word(datagram->destination)
			: checksum_add(0, datagram->source, sizeof(struct in6_addr) * 2);
	if (!rules->verifies_checksums) {
		return REFLECT_ACCEPTED;
	}
	bool is_ipv4 = datagram->address_length == 4;
	bool has_none = load_u16(udp + offsetof(struct udphdr, check)) == 0 && is_ipv4;
	uint64_t sum = checksum_add_u16(checksum_add_u16(datagram->addresses_sum, IPPROTO_UDP),
					(uint16_t)length);
	bool is_good =
		(has_none || checksum_fold(checksum_add(sum, udp, length)) == 0xffff) &&
		(!is_ipv4 || checksum_fold(checksum_add(0, ip, sizeof(struct iphdr))) == 0xffff);
	return is_good ? REFLECT_ACCEPTED : REFLECT_DROP_CHECKSUM;
}

// Of the same length each.
static void swap(uint8_t *a, uint8_t *b, size_t length)
{
	uint8_t kept[16];
	memcpy(kept, a, length);
	memcpy(a, b, length);
	memcpy(b, kept, length);
}

static void turn_round(uint8_t *frame, uint8_t *ip, bool is_ipv4, uint8_t *udp)
{
	swap(frame, frame + sizeof(struct mac_address), sizeof(struct mac_address));
	if (is_ipv4) {
		swap(ip + offsetof(struct iphdr, saddr), ip + offsetof(struct iphdr, daddr), 4);
	} else {
		swap(ip + offsetof(struct ip6_hdr, ip6_src), ip + offsetof(struct ip6_hdr, ip6_dst),
		     16);
	}
	swap(udp, udp + offsetof(struct udphdr, dest), 2);
}

static uint16_t complement(uint64_t sum)
{
	return ~checksum_fold(sum) & 0xffff;
}

// A fresh header around the addresses (RFC 6864 4.1: ID 0 with DF), so that the query's TTL and DSCP do not stay. Its
// sum is made of what is known, not read back: a load that spans several fresh stores waits for them.
static void write_ipv4(uint8_t *ip, uint16_t udp_length, uint64_t addresses_sum)
{
	static const uint8_t start[12] = {
		[0] = IPV4_PLAIN, [6] = 0x40, [8] = HEADER_HOP_LIMIT, [9] = IPPROTO_UDP};
	const uint16_t total_length = (uint16_t)(sizeof(struct iphdr) + udp_length);
	uint64_t sum = checksum_add_u16(addresses_sum, IPV4_PLAIN << 8);
	sum = checksum_add_u16(checksum_add_u16(sum, 0x4000), total_length);
	uint16_t check = complement(checksum_add_u16(sum, HEADER_HOP_LIMIT << 8 | IPPROTO_UDP));
	memcpy(ip, start, sizeof(start));
	store_u16(ip + offsetof(struct iphdr, tot_len), total_length);
	memcpy(ip + offsetof(struct iphdr, check), &check, sizeof(check));
}

static void write_ipv6(uint8_t *ip, uint16_t udp_length)
{
	static const uint8_t start[8] = {[0] = 0x60, [6] = IPPROTO_UDP, [7] = HEADER_HOP_LIMIT};
	memcpy(ip, start, sizeof(start));
	store_u16(ip + offsetof(struct ip6_hdr, ip6_plen), udp_length);
}

static void finish_answer(uint8_t *ip, const struct datagram *datagram,
			  const struct reflect_reply *reply)
{
	uint8_t *udp = datagram->udp;
	uint16_t udp_length = (uint16_t)(sizeof(struct udphdr) + reply->length);
	if (datagram->address_length == 4) {
		write_ipv4(ip, udp_length, datagram->addresses_sum);
	} else {
		write_ipv6(ip, udp_length);
	}
	store_u16(udp + offsetof(struct udphdr, len), udp_length);
	// The length counts twice: in the pseudo-header and in the UDP header. Ports and addresses: order does not matter.
	uint64_t sum = datagram->addresses_sum + datagram->ports_sum + reply->sum;
	sum = checksum_add_u16(checksum_add_u16(sum, udp_length), udp_length);
	uint16_t check = complement(checksum_add_u16(sum, IPPROTO_UDP));
	check = check == 0 ? 0xffff : check; // 0 would mean "no checksum" (RFC 768)
	memcpy(udp + offsetof(struct udphdr, check), &check, sizeof(check));
}

// Swapped fields leave the checksum as it is; the bit is added to it (RFC 1624).
static enum reflect_drop echo(struct datagram *datagram)
{
	uint8_t *udp = datagram->udp;
	uint8_t *octet = udp + sizeof(struct udphdr) + DNS_QR_OCTET;
	if (datagram->udp_length <= sizeof(struct udphdr) + DNS_QR_OCTET) {
		return REFLECT_DROP_SHORT;
	}
	if ((*octet & DNS_QR_BIT) != 0) {
		return REFLECT_DROP_RESPONSE;
	}
	*octet |= DNS_QR_BIT;
	uint16_t check;
	memcpy(&check, udp + offsetof(struct udphdr, check), sizeof(check));
	if (check != 0) {
		uint64_t sum = (uint64_t)(~check & 0xffff) + DNS_QR_BIT; // first octet in memory
		check = complement(sum);
		check = check == 0 ? 0xffff : check;
		memcpy(udp + offsetof(struct udphdr, check), &check, sizeof(check));
	}
	return REFLECT_ACCEPTED;
}

static enum reflect_class drop(enum reflect_drop reason, enum reflect_drop *ret_drop)
{
	*ret_drop = reason;
	return REFLECT_FRAME_DROP;
}

static enum reflect_class foreign(uint16_t type, const uint8_t *ip, enum reflect_drop *ret_drop)
{
	if (type == ETHERNET_TYPE_IPV6 && ip[offsetof(struct ip6_hdr, ip6_nxt)] == IPPROTO_ICMPV6) {
		return REFLECT_FRAME_LINK;
	}
	return drop(REFLECT_DROP_FOREIGN, ret_drop);
}

enum reflect_class reflect_frame(const struct reflect_rules *rules, uint8_t *frame, uint32_t length,
				 uint32_t capacity, uint32_t *ret_length,
				 enum reflect_drop *ret_drop)
{
	if (length < ETHERNET_HEADER_BYTES) {
		return drop(REFLECT_DROP_BAD_FRAME, ret_drop);
	}
	struct datagram datagram;
	uint16_t type = load_u16(frame + 12);
	uint8_t *ip = frame + ETHERNET_HEADER_BYTES;
	enum reflect_drop reason = REFLECT_DROP_FOREIGN;
	if (PLX_LIKELY(type == ETHERNET_TYPE_IPV4)) {
		reason = read_ipv4(ip, length - ETHERNET_HEADER_BYTES, &datagram);
	} else if (type == ETHERNET_TYPE_IPV6) {
		reason = read_ipv6(ip, length - ETHERNET_HEADER_BYTES, &datagram);
	} else if (type == ETHERNET_TYPE_ARP) {
		return REFLECT_FRAME_LINK;
	}
	if (reason == REFLECT_ACCEPTED) {
		reason = check_udp(rules, ip, &datagram);
	}
	if (PLX_UNLIKELY(reason == REFLECT_DROP_FOREIGN)) {
		return foreign(type, ip, ret_drop);
	}
	if (PLX_UNLIKELY(reason != REFLECT_ACCEPTED)) {
		return drop(reason, ret_drop);
	}
	uint8_t *payload = datagram.udp + sizeof(struct udphdr);
	uint32_t headers_length = (uint32_t)(payload - frame);
	struct reflect_reply reply;
	if (rules->is_echo) {
		reason = echo(&datagram);
	} else {
		const struct reflect_client client = {datagram.source, datagram.address_length};
		reason = reflect_answer(rules->answers, &client, payload,
					datagram.udp_length - sizeof(struct udphdr),
					capacity - headers_length, &reply);
	}
	if (PLX_UNLIKELY(reason != REFLECT_ACCEPTED)) {
		return drop(reason, ret_drop);
	}
	turn_round(frame, ip, datagram.address_length == 4, datagram.udp);
	*ret_length = length;
	if (!rules->is_echo) {
		finish_answer(ip, &datagram, &reply);
		*ret_length = headers_length + (uint32_t)reply.length;
	}
	return REFLECT_FRAME_ANSWER;
}
