// SPDX-License-Identifier: BSD-3-Clause

#include "link/neighbor_discovery.h"

#include "cunit_runner.h"
#include "link_text.h"

#include <errno.h>

#define US "2001:db8::1"
#define PEER "2001:db8::2"
#define OUR_MAC "02:00:00:00:00:01"
#define PEER_MAC "02:00:00:00:00:02"

#define IPV6_START ETHERNET_HEADER_BYTES
#define ICMP_START (ETHERNET_HEADER_BYTES + 40)

struct frame {
	uint8_t bytes[256];
	size_t length;
};

static struct frame frame_of(const struct nd_message *message)
{
	struct frame frame;
	struct mac_address destination = mac_of(OUR_MAC);
	struct mac_address source = mac_of(PEER_MAC);
	struct plx_writer writer = plx_writer_init(frame.bytes, sizeof(frame.bytes));
	nd_write_frame(&writer, &destination, &source, message);
	frame.length = writer.position;
	return frame;
}

static struct nd_message solicitation(void)
{
	return (struct nd_message) {
		.kind = ND_SOLICITATION,
		.source = ip_of(PEER),
		.destination = ip_of(US),
		.target = ip_of(US),
		.has_mac = true,
		.mac = mac_of(PEER_MAC),
	};
}

static struct nd_message advertisement(void)
{
	return (struct nd_message) {
		.kind = ND_ADVERTISEMENT,
		.source = ip_of(PEER),
		.destination = ip_of(US),
		.target = ip_of(PEER),
		.is_solicited = true,
		.is_override = true,
		.has_mac = true,
		.mac = mac_of(PEER_MAC),
	};
}

static int frame_read(const struct frame *frame, struct nd_message *ret_message)
{
	struct plx_reader reader = plx_reader_init(frame->bytes, frame->length);
	struct ethernet_header header;
	ethernet_read(&reader, &header);
	CU_ASSERT_EQUAL(header.type, ETHERNET_TYPE_IPV6);
	return nd_read(&reader, ret_message);
}

// The checksum of what is there now, computed apart from the code under test.
static void frame_seal(struct frame *frame)
{
	uint8_t *icmp = frame->bytes + ICMP_START;
	size_t length = frame->length - ICMP_START;
	frame->bytes[IPV6_START + 4] = (uint8_t)(length >> 8);
	frame->bytes[IPV6_START + 5] = (uint8_t)length;
	icmp[2] = icmp[3] = 0;
	uint64_t sum = 58 + length;
	for (size_t i = IPV6_START + 8; i < frame->length; i++) {
		sum += (uint64_t)frame->bytes[i] << (i % 2 == 0 ? 8 : 0);
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	icmp[2] = (uint8_t)(~sum >> 8);
	icmp[3] = (uint8_t)~sum;
}

// Reads a frame of `message` in which one byte is another, with a right checksum all the same.
static int read_changed(struct nd_message message, size_t position, uint8_t value)
{
	struct frame frame = frame_of(&message);
	frame.bytes[position] = value;
	frame_seal(&frame);
	return frame_read(&frame, &message);
}

TEST(a_solicitation_is_read_as_it_was_written)
{
	struct nd_message written = solicitation();
	struct nd_message message;
	struct frame frame = frame_of(&written);
	CU_ASSERT_EQUAL(frame.length, ND_FRAME_BYTES);
	CU_ASSERT_EQUAL_FATAL(frame_read(&frame, &message), 0);
	CU_ASSERT_EQUAL(message.kind, ND_SOLICITATION);
	CU_ASSERT_TRUE(ip_is(&message.source, PEER));
	CU_ASSERT_TRUE(ip_is(&message.target, US));
	CU_ASSERT_TRUE(message.has_mac);
	CU_ASSERT_TRUE(mac_is(&message.mac, PEER_MAC));
}

TEST(the_checksum_is_that_of_rfc_4443)
{
	struct nd_message written = solicitation();
	struct frame frame = frame_of(&written);
	struct frame sealed = frame;
	frame_seal(&sealed);
	CU_ASSERT_EQUAL(memcmp(frame.bytes, sealed.bytes, frame.length), 0);
	struct nd_message message;
	frame.bytes[ICMP_START + 2] ^= 0x10;
	CU_ASSERT_EQUAL(frame_read(&frame, &message), -EBADMSG);
}

TEST(an_advertisement_keeps_its_flags)
{
	struct nd_message written = advertisement();
	struct nd_message message;
	struct frame frame = frame_of(&written);
	CU_ASSERT_EQUAL_FATAL(frame_read(&frame, &message), 0);
	CU_ASSERT_EQUAL(message.kind, ND_ADVERTISEMENT);
	CU_ASSERT_TRUE(message.is_solicited);
	CU_ASSERT_TRUE(message.is_override);
	CU_ASSERT_EQUAL(frame.bytes[ICMP_START + 4], 0x60);
	written.is_solicited = written.is_override = written.has_mac = false;
	frame = frame_of(&written);
	CU_ASSERT_EQUAL_FATAL(frame_read(&frame, &message), 0);
	CU_ASSERT_FALSE(message.is_solicited || message.is_override || message.has_mac);
}

TEST(a_forwarded_message_is_refused)
{
	CU_ASSERT_EQUAL(read_changed(solicitation(), IPV6_START + 7, 254), -EBADMSG);
	CU_ASSERT_EQUAL(read_changed(advertisement(), IPV6_START + 7, 64), -EBADMSG);
	CU_ASSERT_EQUAL(read_changed(advertisement(), IPV6_START + 7, 255), 0);
}

TEST(a_code_other_than_zero_is_refused)
{
	CU_ASSERT_EQUAL(read_changed(solicitation(), ICMP_START + 1, 1), -EBADMSG);
}

TEST(a_multicast_target_is_refused)
{
	CU_ASSERT_EQUAL(read_changed(solicitation(), ICMP_START + 8, 0xff), -EBADMSG);
}

TEST(a_solicited_advertisement_to_all_is_refused)
{
	struct nd_message message = advertisement();
	message.destination = ip_of("ff02::1");
	struct frame frame = frame_of(&message);
	CU_ASSERT_EQUAL(frame_read(&frame, &message), -EBADMSG);
	message = advertisement();
	message.destination = ip_of("ff02::1");
	message.is_solicited = false;
	frame = frame_of(&message);
	CU_ASSERT_EQUAL(frame_read(&frame, &message), 0);
}

TEST(a_dad_probe_goes_to_its_group_and_names_no_mac)
{
	struct nd_message probe = {
		.kind = ND_SOLICITATION,
		.source = {.family = 6},
		.destination = nd_solicited_node(&(struct plx_ip) {.family = 6}),
		.target = ip_of(US),
	};
	struct nd_message message;
	probe.destination = nd_solicited_node(&probe.target);
	CU_ASSERT_TRUE(ip_is(&probe.destination, "ff02::1:ff00:1"));
	struct frame frame = frame_of(&probe);
	CU_ASSERT_EQUAL(frame_read(&frame, &message), 0);
	probe.has_mac = true;
	probe.mac = mac_of(PEER_MAC);
	frame = frame_of(&probe);
	CU_ASSERT_EQUAL(frame_read(&frame, &message), -EBADMSG);
	probe.has_mac = false;
	probe.destination = ip_of(US);
	frame = frame_of(&probe);
	CU_ASSERT_EQUAL(frame_read(&frame, &message), -EBADMSG);
}

TEST(options_are_bounded_and_must_have_a_length)
{
	CU_ASSERT_EQUAL(read_changed(solicitation(), ICMP_START + 25, 0), -EBADMSG);
	CU_ASSERT_EQUAL(read_changed(solicitation(), ICMP_START + 25, 2), -EBADMSG);
	// An option of another kind is skipped: then there is no MAC.
	struct nd_message message = solicitation();
	struct frame frame = frame_of(&message);
	frame.bytes[ICMP_START + 24] = 14; // a nonce (RFC 3971)
	frame_seal(&frame);
	CU_ASSERT_EQUAL_FATAL(frame_read(&frame, &message), 0);
	CU_ASSERT_FALSE(message.has_mac);
	// As many as there may be, and one more.
	for (unsigned i = 1; i < ND_OPTIONS_MAX; i++) {
		memcpy(frame.bytes + frame.length, frame.bytes + ICMP_START + 24, 8);
		frame.length += 8;
	}
	frame_seal(&frame);
	CU_ASSERT_EQUAL(frame_read(&frame, &message), 0);
	memcpy(frame.bytes + frame.length, frame.bytes + ICMP_START + 24, 8);
	frame.length += 8;
	frame_seal(&frame);
	CU_ASSERT_EQUAL(frame_read(&frame, &message), -EBADMSG);
}

TEST(a_group_as_a_mac_is_refused)
{
	CU_ASSERT_EQUAL(read_changed(solicitation(), ICMP_START + 26, 0xff), -EBADMSG);
}

TEST(a_cut_message_is_refused)
{
	struct nd_message message = solicitation();
	struct frame frame = frame_of(&message);
	for (size_t length = IPV6_START; length < ND_FRAME_BYTES; length++) {
		struct frame cut = frame;
		cut.length = length;
		CU_ASSERT_EQUAL(frame_read(&cut, &message), -EBADMSG);
	}
	for (size_t length = ICMP_START + 1; length < ICMP_START + ND_MESSAGE_BYTES; length++) {
		struct frame cut = frame;
		cut.length = length;
		frame_seal(&cut);
		CU_ASSERT_EQUAL(frame_read(&cut, &message), -EBADMSG);
	}
}

TEST(ethernet_padding_is_no_part_of_it)
{
	struct nd_message message = advertisement();
	message.has_mac = false;
	struct frame frame = frame_of(&message);
	memset(frame.bytes + frame.length, 0, 10);
	frame.length += 10;
	CU_ASSERT_EQUAL(frame_read(&frame, &message), 0);
}

TEST(other_traffic_is_told_apart)
{
	struct nd_message message = solicitation();
	struct frame frame = frame_of(&message);
	frame.bytes[IPV6_START + 6] = 17;
	CU_ASSERT_EQUAL(frame_read(&frame, &message), 0);
	CU_ASSERT_EQUAL(message.kind, ND_NONE);
	frame.bytes[IPV6_START + 6] = 58;
	frame.bytes[ICMP_START] = 128; // echo request
	CU_ASSERT_EQUAL(frame_read(&frame, &message), 0);
	CU_ASSERT_EQUAL(message.kind, ND_NONE);
	for (uint8_t type = 133; type <= 137; type += type == 134 ? 3 : 1) {
		frame.bytes[ICMP_START] = type;
		CU_ASSERT_EQUAL(frame_read(&frame, &message), 0);
		CU_ASSERT_EQUAL(message.kind, ND_ROUTER);
	}
	frame.bytes[IPV6_START] = 0x40; // not IPv6 at all
	CU_ASSERT_EQUAL(frame_read(&frame, &message), -EBADMSG);
}

TEST(the_link_local_address_is_eui_64)
{
	struct mac_address mac = mac_of("00:11:22:33:44:55");
	struct plx_ip ip = nd_link_local(&mac);
	CU_ASSERT_TRUE(ip_is(&ip, "fe80::211:22ff:fe33:4455"));
}

TEST_MAIN(neighbor_discovery, T(a_solicitation_is_read_as_it_was_written),
	  T(the_checksum_is_that_of_rfc_4443), T(an_advertisement_keeps_its_flags),
	  T(a_forwarded_message_is_refused), T(a_code_other_than_zero_is_refused),
	  T(a_multicast_target_is_refused), T(a_solicited_advertisement_to_all_is_refused),
	  T(a_dad_probe_goes_to_its_group_and_names_no_mac),
	  T(options_are_bounded_and_must_have_a_length), T(a_group_as_a_mac_is_refused),
	  T(a_cut_message_is_refused), T(ethernet_padding_is_no_part_of_it),
	  T(other_traffic_is_told_apart), T(the_link_local_address_is_eui_64))
