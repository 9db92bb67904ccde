// SPDX-License-Identifier: BSD-3-Clause
// Frames made from templates are read back by the packet parser, which verifies both checksums by itself.

#include "network/header_template.h"

#include "network/packet_input.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

#define PAYLOAD_OFFSET 128

static struct plx_ip ip_of(const char *text)
{
	static const struct {
		const char *text;
		struct plx_ip ip;
	} known[] = {
		{"192.0.2.1", {.family = 4, .bytes = {192, 0, 2, 1}}},
		{"192.0.2.53", {.family = 4, .bytes = {192, 0, 2, 53}}},
		{"2001:db8::1", {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}}},
		{"2001:db8::53", {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 0x53}}},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].text, text) == 0) {
			return known[i].ip;
		}
	}
	return (struct plx_ip) {0};
}

static struct header_fields fields_of(const char *source, const char *destination)
{
	return (struct header_fields) {
		.source_mac = {{2, 0, 0, 0, 0, 1}},
		.destination_mac = {{2, 0, 0, 0, 0, 2}},
		.source = ip_of(source),
		.destination = {.ip = ip_of(destination), .port = 53},
	};
}

// The frame seen from the other end: the query is to port 53 of the server.
static enum packet_class receive(const uint8_t *frame, uint32_t length, const struct plx_ip *server,
				 struct packet_view *view)
{
	enum plx_drop_reason reason;
	const struct packet_rules rules = {
		.first_port = 53, .last_port = 53, .address_count = 1, .addresses = {*server}};
	return packet_classify(&rules, frame, length, PACKET_CHECKSUM_UNKNOWN, view, &reason);
}

static void send_and_check(const struct header_template *header, const struct header_fields *fields,
			   uint8_t *buffer, uint16_t payload_length, uint16_t source_port)
{
	struct packet_view view;
	uint8_t *payload = buffer + PAYLOAD_OFFSET;
	header_template_finish(header, payload, payload_length, source_port);
	CU_ASSERT_EQUAL_FATAL(receive(payload - header->length,
				      (uint32_t)header->length + payload_length,
				      &fields->destination.ip, &view),
			      PACKET_ANSWER);
	CU_ASSERT_EQUAL(view.payload_length, payload_length);
	CU_ASSERT_PTR_EQUAL(view.payload, payload);
	CU_ASSERT_EQUAL(view.source.port, source_port);
	CU_ASSERT_EQUAL(view.destination_port, 53);
	CU_ASSERT_TRUE(plx_ip_equal(&view.source.ip, &fields->source));
}

static void check_many(const char *source, const char *destination)
{
	uint8_t buffer[PAYLOAD_OFFSET + 512];
	struct header_template header;
	const struct header_fields fields = fields_of(source, destination);
	CU_ASSERT_EQUAL_FATAL(header_template_build(&header, &fields), 0);
	memset(buffer, 0xa5, sizeof(buffer));
	header_template_place(&header, buffer + PAYLOAD_OFFSET);
	// Placed once, finished many times: what a buffer that keeps its template lives through.
	for (unsigned i = 0; i < 2000; i++) {
		uint16_t length = (uint16_t)(i % 512);
		buffer[PAYLOAD_OFFSET + i % 512] = (uint8_t)(i * 7);
		send_and_check(&header, &fields, buffer, length, (uint16_t)(16384 + i * 8));
	}
}

TEST(ipv4_frames_have_good_lengths_and_checksums)
{
	check_many("192.0.2.1", "192.0.2.53");
}

TEST(ipv6_frames_have_good_lengths_and_checksums)
{
	check_many("2001:db8::1", "2001:db8::53");
}

TEST(headers_start_with_the_mac_addresses_and_end_at_the_payload)
{
	uint8_t buffer[PAYLOAD_OFFSET];
	struct header_template header;
	const struct header_fields fields = fields_of("192.0.2.1", "192.0.2.53");
	CU_ASSERT_EQUAL_FATAL(header_template_build(&header, &fields), 0);
	CU_ASSERT_EQUAL(header.length, 42);
	header_template_place(&header, buffer + PAYLOAD_OFFSET);
	CU_ASSERT_EQUAL(memcmp(buffer + PAYLOAD_OFFSET - 42, &fields.destination_mac, 6), 0);
	CU_ASSERT_EQUAL(memcmp(buffer + PAYLOAD_OFFSET - 36, &fields.source_mac, 6), 0);
}

// RFC 768: a computed checksum of zero is sent as all ones; zero would mean that there is none.
TEST(a_zero_checksum_is_sent_as_all_ones)
{
	uint8_t buffer[PAYLOAD_OFFSET + 2];
	struct header_template header;
	unsigned all_ones = 0;
	const struct header_fields fields = fields_of("192.0.2.1", "192.0.2.53");
	CU_ASSERT_EQUAL_FATAL(header_template_build(&header, &fields), 0);
	header_template_place(&header, buffer + PAYLOAD_OFFSET);
	// Over all values of one 16-bit word exactly one sum, or two (0 and 0xffff), give zero.
	for (uint32_t word = 0; word <= 0xffff; word++) {
		const uint8_t bytes[2] = {(uint8_t)(word >> 8), (uint8_t)word};
		memcpy(buffer + PAYLOAD_OFFSET, bytes, 2);
		header_template_finish(&header, buffer + PAYLOAD_OFFSET, 2, 20000);
		const uint8_t *field = buffer + PAYLOAD_OFFSET - 2;
		CU_ASSERT_FALSE_FATAL(field[0] == 0 && field[1] == 0);
		all_ones += field[0] == 0xff && field[1] == 0xff;
	}
	CU_ASSERT_TRUE(all_ones >= 1);
}

TEST(mixed_families_are_refused)
{
	struct header_template header = {.length = 99};
	struct header_fields fields = fields_of("192.0.2.1", "2001:db8::53");
	CU_ASSERT_EQUAL(header_template_build(&header, &fields), -EINVAL);
	fields.source.family = 0;
	fields.destination.ip.family = 0;
	CU_ASSERT_EQUAL(header_template_build(&header, &fields), -EINVAL);
	CU_ASSERT_EQUAL(header.length, 99);
}

TEST_MAIN(header_template, T(ipv4_frames_have_good_lengths_and_checksums),
	  T(ipv6_frames_have_good_lengths_and_checksums),
	  T(headers_start_with_the_mac_addresses_and_end_at_the_payload),
	  T(a_zero_checksum_is_sent_as_all_ones), T(mixed_families_are_refused))
