// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include <parallax/base/byte_writer.h>
#include <parallax/capture/frame_payload.h>
#include <parallax/dns/message_writer.h>

#include "capture/packet_tap.h"

#include <string.h>

#define FRAME_MAX 1500

static struct plx_name name_of(const char *text)
{
	struct plx_name name = {0};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return name;
}

static size_t query_write(const char *text, uint8_t *wire, size_t capacity)
{
	struct plx_name name = name_of(text);
	const struct plx_query query = {.name = name.wire,
					.name_length = name.length,
					.id = 0x1234,
					.type = 257,
					.edns = true};
	return plx_query_write(&query, wire, capacity);
}

// A UDP query to 192.0.2.53:53, padded as short frames are.
static size_t frame_write(const char *name, uint8_t *frame)
{
	uint8_t wire[PLX_QUERY_MAX];
	size_t length = query_write(name, wire, sizeof(wire));
	struct plx_writer writer = plx_writer_init(frame, FRAME_MAX);
	plx_write_room(&writer, 12);
	plx_write_u16(&writer, 0x0800);
	plx_write_u16(&writer, 0x4500);
	plx_write_u16(&writer, (uint16_t)(20 + 8 + length));
	plx_write_u32(&writer, 0);
	plx_write_u32(&writer, 0x40110000); // UDP, no checksum
	plx_write_bytes(&writer, "\xc0\x00\x02\x01\xc0\x00\x02\x35", 8);
	plx_write_u16(&writer, 20000);
	plx_write_u16(&writer, 53);
	plx_write_u16(&writer, (uint16_t)(8 + length));
	plx_write_u16(&writer, 0);
	plx_write_bytes(&writer, wire, length);
	plx_write_u32(&writer, 0); // padding
	return writer.position;
}

static struct packet_tap *tap_open(const struct packet_filter *filter)
{
	int error = 0;
	struct packet_tap *tap = packet_tap_create(filter, 0, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(tap);
	return tap;
}

static struct captured_frame last;
static uint8_t last_bytes[PACKET_TAP_FRAME_MAX];

static void keep_last(void *context, const struct captured_frame *frame)
{
	last = *frame;
	memcpy(last_bytes, frame->bytes, frame->length);
}

static bool is_captured(const struct packet_filter *filter, const uint8_t *frame, size_t length)
{
	struct packet_tap *tap = tap_open(filter);
	packet_tap_frame(tap, frame, length, 5, PACKET_SENT);
	unsigned count = packet_tap_drain(tap, 10, keep_last, NULL);
	packet_tap_destroy(tap);
	return count == 1;
}

TEST(frames_come_out_as_they_went_in)
{
	uint8_t frame[FRAME_MAX] = {0};
	size_t length = frame_write("www.example.test", frame);
	struct packet_tap *tap = tap_open(&(struct packet_filter) {0});
	packet_tap_frame(tap, frame, length, 77, PACKET_RECEIVED);
	CU_ASSERT_EQUAL(packet_tap_drain(tap, 10, keep_last, NULL), 1);
	CU_ASSERT_EQUAL(last.time_ns, 77);
	CU_ASSERT_EQUAL(last.direction, PACKET_RECEIVED);
	CU_ASSERT_EQUAL_FATAL(last.length, length);
	CU_ASSERT_EQUAL(memcmp(last_bytes, frame, length), 0);
	CU_ASSERT_EQUAL(packet_tap_drain(tap, 10, keep_last, NULL), 0);
	packet_tap_destroy(tap);
	packet_tap_frame(NULL, frame, length, 77, PACKET_SENT); // no capture: nothing happens
}

TEST(a_full_ring_drops_and_counts_and_goes_on_after_a_drain)
{
	uint8_t frame[FRAME_MAX] = {0};
	size_t length = frame_write("www.example.test", frame);
	struct packet_tap *tap = tap_open(&(struct packet_filter) {0});
	const unsigned offered = 100000;
	for (unsigned i = 0; i < offered; i++) {
		packet_tap_frame(tap, frame, length, i, PACKET_SENT);
	}
	struct packet_tap_counters counters = packet_tap_read_counters(tap);
	CU_ASSERT_TRUE(counters.captured > 0 && counters.dropped > 0);
	CU_ASSERT_EQUAL(counters.captured + counters.dropped, offered);
	CU_ASSERT_EQUAL(packet_tap_drain(tap, UINT32_MAX, keep_last, NULL), counters.captured);
	CU_ASSERT_EQUAL(last.time_ns, counters.captured - 1); // the oldest were kept, in order
	packet_tap_frame(tap, frame, length, 7, PACKET_SENT);
	CU_ASSERT_EQUAL(packet_tap_drain(tap, 10, keep_last, NULL), 1);
	packet_tap_destroy(tap);
}

TEST(names_match_at_and_below_the_suffix_in_any_case)
{
	uint8_t frame[FRAME_MAX] = {0};
	size_t length = frame_write("wWw.eXample.tEst", frame);
	const char *const matching[] = {"www.example.test", "example.TEST", "test", "."};
	const char *const others[] = {"ample.test", "w.www.example.test", "other"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(matching); i++) {
		const struct packet_filter filter = {.suffix = name_of(matching[i])};
		CU_ASSERT_TRUE(is_captured(&filter, frame, length));
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(others); i++) {
		const struct packet_filter filter = {.suffix = name_of(others[i])};
		CU_ASSERT_FALSE(is_captured(&filter, frame, length));
	}
}

TEST(servers_match_by_address_and_port)
{
	uint8_t frame[FRAME_MAX] = {0};
	size_t length = frame_write("www.example.test", frame);
	struct packet_filter filter = {0};
	CU_ASSERT_EQUAL_FATAL(plx_ip_parse("192.0.2.53", &filter.server), 0);
	CU_ASSERT_TRUE(is_captured(&filter, frame, length));
	filter.server_port = 53;
	CU_ASSERT_TRUE(is_captured(&filter, frame, length));
	filter.server_port = 5353;
	CU_ASSERT_FALSE(is_captured(&filter, frame, length));
	CU_ASSERT_EQUAL_FATAL(plx_ip_parse("192.0.2.54", &filter.server), 0);
	filter.server_port = 0;
	CU_ASSERT_FALSE(is_captured(&filter, frame, length));
}

TEST(frames_cut_anywhere_are_harmless)
{
	uint8_t frame[FRAME_MAX] = {0};
	size_t length = frame_write("www.example.test", frame);
	const struct packet_filter filter = {.suffix = name_of("example.test")};
	for (size_t cut = 0; cut + 4 < length; cut++) { // padding may be missing
		uint8_t *exact = malloc(cut > 0 ? cut : 1);
		memcpy(exact, frame, cut);
		CU_ASSERT_FALSE(is_captured(&filter, exact, cut));
		free(exact);
	}
}

static void tcp_round_trip(const char *server_text, size_t extra)
{
	static uint8_t message[65535];
	memset(message, 0, sizeof(message));
	size_t length = query_write("www.example.test", message, sizeof(message)) + extra;
	struct plx_endpoint server;
	CU_ASSERT_EQUAL_FATAL(plx_endpoint_parse(server_text, 53, &server), 0);
	const struct packet_filter filter = {.suffix = name_of("example.test"),
					     .server = server.ip};
	struct packet_tap *tap = tap_open(&filter);
	packet_tap_tcp_message(tap, &server, message, length, 9, PACKET_RECEIVED);
	CU_ASSERT_EQUAL_FATAL(packet_tap_drain(tap, 1, keep_last, NULL), 1);
	struct plx_frame_payload payload;
	CU_ASSERT_TRUE_FATAL(plx_frame_payload_find(last_bytes, last.length, &payload));
	CU_ASSERT_TRUE(payload.is_tcp);
	CU_ASSERT_TRUE(plx_endpoint_equal(&payload.source, &server));
	CU_ASSERT_EQUAL(payload.destination.port, 0x1234 | 0x8000);
	CU_ASSERT_EQUAL_FATAL(payload.message_length, length);
	CU_ASSERT_EQUAL(memcmp(payload.message, message, length), 0);
	packet_tap_destroy(tap);
}

TEST(tcp_messages_come_out_as_one_segment)
{
	tcp_round_trip("192.0.2.53", 0);
	tcp_round_trip("[2001:db8::53]:5353", 17);
	// The largest message that there is: its IP length cannot be written and reads as 0.
	uint8_t wire[PLX_QUERY_MAX];
	size_t query = query_write("www.example.test", wire, sizeof(wire));
	tcp_round_trip("192.0.2.53", 65535 - query);
	tcp_round_trip("2001:db8::53", 65535 - query);
}

TEST_MAIN(packet_tap, T(frames_come_out_as_they_went_in),
	  T(a_full_ring_drops_and_counts_and_goes_on_after_a_drain),
	  T(names_match_at_and_below_the_suffix_in_any_case), T(servers_match_by_address_and_port),
	  T(frames_cut_anywhere_are_harmless), T(tcp_messages_come_out_as_one_segment))
