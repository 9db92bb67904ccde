// SPDX-License-Identifier: BSD-3-Clause
// Crafted frames: each test starts from a good answer and breaks one thing.

#include "network/packet_input.h"

#include "network/checksum.h"
#include "network/header_template.h"

#include "cunit_runner.h"

#include <string.h>

#define PAYLOAD_BYTES 40
#define FRAME_MAX 256
#define IPV4_AT 14
#define IPV6_AT 14

struct frame {
	uint8_t bytes[FRAME_MAX];
	uint32_t length;
	struct packet_rules rules;
	struct packet_view view;
	enum plx_drop_reason reason;
};

static const struct plx_ip server4 = {.family = 4, .bytes = {192, 0, 2, 53}};
static const struct plx_ip own4 = {.family = 4, .bytes = {192, 0, 2, 1}};
static const struct plx_ip server6 = {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 0x53}};
static const struct plx_ip own6 = {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}};

// A good answer: the headers a server would send, from its port 53 to our port 20000.
static struct frame answer(const struct plx_ip *server, const struct plx_ip *own)
{
	struct header_template header;
	uint8_t buffer[128 + PAYLOAD_BYTES];
	const struct header_fields fields = {.source = *server,
					     .destination = {.ip = *own, .port = 20000}};
	struct frame frame = {
		.rules = {.first_port = 16384,
			  .last_port = 32767,
			  .address_count = 2,
			  .addresses = {own4, own6}},
	};
	CU_ASSERT_EQUAL_FATAL(header_template_build(&header, &fields), 0);
	for (unsigned i = 0; i < PAYLOAD_BYTES; i++) {
		buffer[128 + i] = (uint8_t)(i * 3);
	}
	header_template_place(&header, buffer + 128);
	header_template_finish(&header, buffer + 128, PAYLOAD_BYTES, 53);
	frame.length = header.length + PAYLOAD_BYTES;
	memcpy(frame.bytes, buffer + 128 - header.length, frame.length);
	return frame;
}

static enum packet_class classify(struct frame *frame)
{
	// In memory of exactly its size, so that the address sanitizer sees any read past the end.
	uint8_t *copy = malloc(frame->length > 0 ? frame->length : 1);
	memcpy(copy, frame->bytes, frame->length);
	enum packet_class class =
		packet_classify(&frame->rules, copy, frame->length, PACKET_CHECKSUM_UNKNOWN,
				&frame->view, &frame->reason);
	frame->view.payload = NULL;
	free(copy);
	return class;
}

static void fix_ipv4_checksum(struct frame *frame)
{
	uint8_t *ip = frame->bytes + IPV4_AT;
	memset(ip + 10, 0, 2);
	uint16_t sum = (uint16_t)~checksum_fold(checksum_add(0, ip, (ip[0] & 0xfu) * 4));
	memcpy(ip + 10, &sum, 2);
}

static void expect_drop(struct frame *frame, enum plx_drop_reason reason)
{
	CU_ASSERT_EQUAL(classify(frame), PACKET_DROP);
	CU_ASSERT_EQUAL(frame->reason, reason);
}

TEST(good_answers_of_both_families_are_taken)
{
	struct frame frames[2] = {answer(&server4, &own4), answer(&server6, &own6)};
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(classify(&frames[i]), PACKET_ANSWER);
		CU_ASSERT_EQUAL(frames[i].view.payload_length, PAYLOAD_BYTES);
		CU_ASSERT_EQUAL(frames[i].view.source.port, 53);
		CU_ASSERT_EQUAL(frames[i].view.destination_port, 20000);
		CU_ASSERT_TRUE(
			plx_ip_equal(&frames[i].view.source.ip, i == 0 ? &server4 : &server6));
	}
}

TEST(every_truncation_is_a_bad_frame)
{
	struct frame whole[2] = {answer(&server4, &own4), answer(&server6, &own6)};
	for (unsigned i = 0; i < 2; i++) {
		for (uint32_t length = 0; length < whole[i].length; length++) {
			struct frame cut = whole[i];
			cut.length = length;
			expect_drop(&cut, PLX_DROP_BAD_FRAME);
		}
	}
}

TEST(padding_after_the_datagram_is_no_payload)
{
	struct frame frame = answer(&server4, &own4);
	frame.length += 20;
	CU_ASSERT_EQUAL(classify(&frame), PACKET_ANSWER);
	CU_ASSERT_EQUAL(frame.view.payload_length, PAYLOAD_BYTES);
}

TEST(one_flipped_bit_anywhere_in_the_datagram_fails_the_checksum)
{
	struct frame whole[2] = {answer(&server4, &own4), answer(&server6, &own6)};
	for (unsigned i = 0; i < 2; i++) {
		uint32_t payload_at = whole[i].length - PAYLOAD_BYTES;
		for (uint32_t bit = payload_at * 8; bit < whole[i].length * 8; bit++) {
			struct frame frame = whole[i];
			frame.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			expect_drop(&frame, PLX_DROP_CHECKSUM);
		}
	}
}

TEST(a_damaged_ipv4_header_fails_its_checksum)
{
	struct frame frame = answer(&server4, &own4);
	frame.bytes[IPV4_AT + 8] ^= 1; // TTL
	expect_drop(&frame, PLX_DROP_CHECKSUM);
}

TEST(trusted_peers_may_leave_udp_checksums_unfinished)
{
	struct frame frame = answer(&server4, &own4);
	frame.bytes[frame.length - PAYLOAD_BYTES - 1] ^= 0xff;
	expect_drop(&frame, PLX_DROP_CHECKSUM);
	frame.rules.trusts_checksums = true;
	CU_ASSERT_EQUAL(classify(&frame), PACKET_ANSWER);
}

TEST(no_udp_checksum_is_accepted_from_ipv4_only)
{
	struct frame frame = answer(&server4, &own4);
	memset(frame.bytes + frame.length - PAYLOAD_BYTES - 2, 0, 2);
	CU_ASSERT_EQUAL(classify(&frame), PACKET_ANSWER);
	frame = answer(&server6, &own6);
	memset(frame.bytes + frame.length - PAYLOAD_BYTES - 2, 0, 2);
	expect_drop(&frame, PLX_DROP_CHECKSUM);
	frame.rules.trusts_checksums = true;
	expect_drop(&frame, PLX_DROP_CHECKSUM);
}

TEST(what_the_offload_says_is_believed)
{
	struct frame frame = answer(&server4, &own4);
	CU_ASSERT_EQUAL(packet_classify(&frame.rules, frame.bytes, frame.length,
					PACKET_CHECKSUM_BAD, &frame.view, &frame.reason),
			PACKET_DROP);
	CU_ASSERT_EQUAL(frame.reason, PLX_DROP_CHECKSUM);
	frame.bytes[frame.length - 1] ^= 1;
	CU_ASSERT_EQUAL(packet_classify(&frame.rules, frame.bytes, frame.length,
					PACKET_CHECKSUM_GOOD, &frame.view, &frame.reason),
			PACKET_ANSWER);
}

TEST(every_kind_of_fragment_is_dropped)
{
	static const uint16_t fields[] = {0x2000, 0x0001, 0x1fff, 0x2001};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(fields); i++) {
		struct frame frame = answer(&server4, &own4);
		frame.bytes[IPV4_AT + 6] = (uint8_t)(fields[i] >> 8);
		frame.bytes[IPV4_AT + 7] = (uint8_t)fields[i];
		fix_ipv4_checksum(&frame);
		expect_drop(&frame, PLX_DROP_FRAGMENT);
	}
	struct frame frame = answer(&server6, &own6);
	frame.bytes[IPV6_AT + 6] = 44;
	expect_drop(&frame, PLX_DROP_FRAGMENT);
}

TEST(other_ports_are_the_kernels)
{
	struct frame frame = answer(&server4, &own4);
	frame.rules.first_port = 20001;
	CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);
	frame.rules.first_port = 16384;
	frame.rules.last_port = 19999;
	CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);
}

// The kernel would answer "port unreachable" and so tell which ports are open.
TEST(nothing_to_our_ports_ever_goes_to_the_kernel)
{
	struct frame frame = answer(&server4, &own4);
	frame.rules.address_count = 0;
	expect_drop(&frame, PLX_DROP_NOT_OURS);
	frame = answer(&server4, &own4);
	uint8_t *udp_length = frame.bytes + frame.length - PAYLOAD_BYTES - 4;
	for (unsigned length = 0; length < 8; length++) {
		udp_length[0] = 0;
		udp_length[1] = (uint8_t)length;
		expect_drop(&frame, PLX_DROP_BAD_FRAME);
	}
	udp_length[1] = 8 + PAYLOAD_BYTES + 1;
	expect_drop(&frame, PLX_DROP_BAD_FRAME);
}

TEST(ipv4_options_are_skipped_and_bad_header_lengths_dropped)
{
	struct frame frame = answer(&server4, &own4);
	memmove(frame.bytes + IPV4_AT + 24, frame.bytes + IPV4_AT + 20, 8 + PAYLOAD_BYTES);
	memset(frame.bytes + IPV4_AT + 20, 1, 4); // no-operation options
	frame.length += 4;
	frame.bytes[IPV4_AT] = 0x46;
	frame.bytes[IPV4_AT + 3] = (uint8_t)(frame.bytes[IPV4_AT + 3] + 4);
	fix_ipv4_checksum(&frame);
	CU_ASSERT_EQUAL(classify(&frame), PACKET_ANSWER);
	CU_ASSERT_EQUAL(frame.view.payload_length, PAYLOAD_BYTES);

	frame = answer(&server4, &own4);
	frame.bytes[IPV4_AT] = 0x44; // 16 octets
	expect_drop(&frame, PLX_DROP_BAD_FRAME);
	frame.bytes[IPV4_AT] = 0x65; // version 6 under the type of IPv4
	expect_drop(&frame, PLX_DROP_BAD_FRAME);
	frame = answer(&server4, &own4);
	frame.bytes[IPV4_AT + 2] = 0;
	frame.bytes[IPV4_AT + 3] = 19; // total length below the header's
	expect_drop(&frame, PLX_DROP_BAD_FRAME);
}

static void insert_tag(struct frame *frame, uint16_t type, uint16_t tag)
{
	memmove(frame->bytes + 16, frame->bytes + 12, frame->length - 12);
	const uint8_t bytes[4] = {(uint8_t)(type >> 8), (uint8_t)type, (uint8_t)(tag >> 8),
				  (uint8_t)tag};
	memcpy(frame->bytes + 12, bytes, sizeof(bytes));
	frame->length += 4;
}

static void insert_vlan_tag(struct frame *frame, uint16_t tag)
{
	insert_tag(frame, 0x8100, tag);
}

TEST(a_priority_tag_is_skipped_and_other_vlans_are_the_kernels)
{
	struct frame frame = answer(&server4, &own4);
	insert_vlan_tag(&frame, 0xe000);
	CU_ASSERT_EQUAL(classify(&frame), PACKET_ANSWER);
	frame = answer(&server4, &own4);
	insert_vlan_tag(&frame, 0xe001);
	CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);
}

// The kernel looks below any number of priority tags of either kind, so it must not get what those hide.
TEST(no_tags_hide_anything_from_us)
{
	static const uint16_t types[] = {0x8100, 0x88a8};
	for (unsigned i = 0; i < 4; i++) {
		struct frame frame = answer(&server4, &own4);
		insert_tag(&frame, types[i % 2], 0);
		insert_tag(&frame, types[i / 2], 0);
		expect_drop(&frame, PLX_DROP_BAD_FRAME);
	}
	struct frame frame = answer(&server6, &own6);
	insert_tag(&frame, 0x88a8, 0xe000);
	expect_drop(&frame, PLX_DROP_BAD_FRAME);
	frame = answer(&server6, &own6);
	insert_tag(&frame, 0x88a8, 5); // a provider's VLAN: whoever made a device for it
	CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);
}

// Puts an extension header of 8 octets before what the IPv6 header announced.
static void insert_extension(struct frame *frame, uint8_t type)
{
	uint8_t *ip = frame->bytes + IPV6_AT;
	memmove(ip + 48, ip + 40, frame->length - IPV6_AT - 40);
	const uint8_t header[8] = {ip[6], 0, 1, 4}; // PadN over the rest
	memcpy(ip + 40, header, sizeof(header));
	ip[6] = type;
	ip[5] = (uint8_t)(ip[5] + 8);
	frame->length += 8;
}

TEST(no_extension_header_hides_anything_from_us)
{
	static const uint8_t types[] = {0, 43, 60, 135};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(types); i++) {
		struct frame frame = answer(&server6, &own6);
		insert_extension(&frame, types[i]);
		expect_drop(&frame, PLX_DROP_NOT_OURS);
		insert_extension(&frame, 60);
		expect_drop(&frame, PLX_DROP_NOT_OURS);

		frame = answer(&server6, &own6);
		frame.bytes[IPV6_AT + 6] = 44; // a fragment
		insert_extension(&frame, types[i]);
		expect_drop(&frame, PLX_DROP_FRAGMENT);

		for (unsigned type = 128; type < 140; type++) {
			frame = answer(&server6, &own6);
			frame.bytes[IPV6_AT + 6] = 58;
			frame.bytes[IPV6_AT + 40] = (uint8_t)type;
			insert_extension(&frame, types[i]);
			if (type >= 133 && type <= 137) {
				expect_drop(&frame, PLX_DROP_BAD_FRAME);
			} else {
				CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);
			}
		}
		frame = answer(&server6, &own6);
		frame.bytes[IPV6_AT + 6] = 6; // TCP
		insert_extension(&frame, types[i]);
		CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);
	}
}

TEST(endless_and_broken_extension_headers_are_dropped)
{
	struct frame frame = answer(&server6, &own6);
	for (unsigned i = 0; i < 9; i++) {
		insert_extension(&frame, 60);
	}
	expect_drop(&frame, PLX_DROP_BAD_FRAME);
	frame = answer(&server6, &own6);
	insert_extension(&frame, 60);
	frame.bytes[IPV6_AT + 41] = 200; // longer than the packet
	expect_drop(&frame, PLX_DROP_BAD_FRAME);
}

// The routes of this port are configured, and anybody on the LAN can send a redirect.
TEST(icmp_redirects_do_not_reach_the_kernel)
{
	for (unsigned type = 0; type < 256; type++) {
		struct frame frame = answer(&server4, &own4);
		frame.bytes[IPV4_AT + 9] = 1;
		frame.bytes[IPV4_AT + 20] = (uint8_t)type;
		fix_ipv4_checksum(&frame);
		if (type == 5) {
			expect_drop(&frame, PLX_DROP_NOT_OURS);
		} else {
			CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);
		}
	}
}

TEST(arp_and_neighbor_discovery_are_told_from_other_traffic)
{
	struct frame frame = answer(&server4, &own4);
	frame.bytes[12] = 0x08;
	frame.bytes[13] = 0x06;
	CU_ASSERT_EQUAL(classify(&frame), PACKET_NEIGHBOR);
	frame.bytes[13] = 0x42; // wake on LAN
	CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);

	frame = answer(&server6, &own6);
	frame.bytes[IPV6_AT + 6] = 58;
	for (unsigned type = 0; type < 256; type++) {
		frame.bytes[IPV6_AT + 40] = (uint8_t)type;
		bool is_discovery = type >= 133 && type <= 137;
		CU_ASSERT_EQUAL(classify(&frame), is_discovery ? PACKET_NEIGHBOR : PACKET_FOREIGN);
	}
	frame = answer(&server4, &own4);
	frame.bytes[IPV4_AT + 9] = 6; // TCP
	fix_ipv4_checksum(&frame);
	CU_ASSERT_EQUAL(classify(&frame), PACKET_FOREIGN);
}

TEST_MAIN(packet_input, T(good_answers_of_both_families_are_taken),
	  T(every_truncation_is_a_bad_frame), T(padding_after_the_datagram_is_no_payload),
	  T(one_flipped_bit_anywhere_in_the_datagram_fails_the_checksum),
	  T(a_damaged_ipv4_header_fails_its_checksum),
	  T(trusted_peers_may_leave_udp_checksums_unfinished),
	  T(no_udp_checksum_is_accepted_from_ipv4_only), T(what_the_offload_says_is_believed),
	  T(every_kind_of_fragment_is_dropped), T(other_ports_are_the_kernels),
	  T(nothing_to_our_ports_ever_goes_to_the_kernel),
	  T(ipv4_options_are_skipped_and_bad_header_lengths_dropped),
	  T(a_priority_tag_is_skipped_and_other_vlans_are_the_kernels),
	  T(no_tags_hide_anything_from_us), T(no_extension_header_hides_anything_from_us),
	  T(endless_and_broken_extension_headers_are_dropped),
	  T(icmp_redirects_do_not_reach_the_kernel),
	  T(arp_and_neighbor_discovery_are_told_from_other_traffic))
