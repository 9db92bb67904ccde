// SPDX-License-Identifier: BSD-3-Clause
// Frames of the dataplane's templates go in; what comes out passes the dataplane's own packet parser and its checksums.

#include "reflect/frame.h"

#include "cunit_runner.h"
#include "reflect_frame.h"

#define IPV4_AT 14
#define UDP4_AT (IPV4_AT + 20)
#define UDP6_AT (IPV4_AT + 40)

static struct reflect_answers *answers;

static int make_answers(void)
{
	const struct reflect_config config = {.is_by_name = true};
	answers = reflect_answers_create(&config);
	return answers == NULL;
}

static struct reflect_rules make_rules(void)
{
	CU_ASSERT_TRUE_FATAL(answers != NULL || make_answers() == 0);
	return (struct reflect_rules) {.answers = answers,
				       .addresses = {frame_server[0], frame_server[1]},
				       .address_count = 2,
				       .port = 53,
				       .verifies_checksums = true};
}

static uint32_t query_frame(bool is_ipv6, const char *text, uint16_t type,
			    uint8_t frame[static FRAME_ROOM])
{
	uint8_t payload[PLX_QUERY_MAX];
	struct plx_name name;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	const struct plx_query query = {.name = name.wire,
					.name_length = name.length,
					.id = 0x1234,
					.type = type,
					.edns = true};
	size_t length = plx_query_write(&query, payload, sizeof(payload));
	memset(frame, 0xee, FRAME_ROOM);
	return frame_build(is_ipv6, payload, length, frame);
}

static void expect_answer(const struct reflect_rules *rules, bool is_ipv6, uint8_t *frame,
			  uint32_t length)
{
	uint32_t answer_length = 0;
	enum reflect_drop drop;
	struct packet_view view;
	struct plx_message message;
	CU_ASSERT_EQUAL_FATAL(
		reflect_frame(rules, frame, length, FRAME_ROOM, &answer_length, &drop),
		REFLECT_FRAME_ANSWER);
	CU_ASSERT_EQUAL_FATAL(frame_receive(frame, answer_length, &view), PACKET_ANSWER);
	CU_ASSERT_TRUE(plx_ip_equal(&view.source.ip, &frame_server[is_ipv6]));
	CU_ASSERT_EQUAL(view.source.port, 53);
	CU_ASSERT_EQUAL(memcmp(frame, (uint8_t[]) {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}, 12), 0);
	CU_ASSERT_EQUAL_FATAL(plx_message_open(view.payload, view.payload_length, &message), 0);
	if (!rules->is_echo) {
		CU_ASSERT_EQUAL(plx_message_check(&message), 0);
	}
	CU_ASSERT_NOT_EQUAL(message.flags & PLX_FLAG_QR, 0);
}

TEST(answers_of_all_lengths_and_alignments_have_good_checksums)
{
	static const char *const names[] = {"a.test",       "ab.test",      "caa3.x.test",
					    "caa3.xy.test", "txt1001.test", "txt1000.test",
					    "nx.a.test",    "nx.ab.test",   "ref4.a.test",
					    "tc.test",      "servfail.test"};
	uint8_t frame[FRAME_ROOM];
	const struct reflect_rules rules = make_rules();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(names); i++) {
		for (unsigned is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
			static const uint16_t types[] = {PLX_TYPE_CAA, PLX_TYPE_TXT, PLX_TYPE_A};
			for (size_t t = 0; t < PLX_ARRAY_SIZE(types); t++) {
				uint32_t length = query_frame(is_ipv6, names[i], types[t], frame);
				expect_answer(&rules, is_ipv6, frame, length);
			}
		}
	}
}

TEST(an_echo_is_the_query_with_qr_and_a_good_checksum)
{
	uint8_t frame[FRAME_ROOM];
	struct reflect_rules rules = make_rules();
	rules.is_echo = true;
	for (unsigned is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
		uint32_t length = query_frame(is_ipv6, "example.test", PLX_TYPE_CAA, frame);
		expect_answer(&rules, is_ipv6, frame, length);
	}
}

TEST(an_unfinished_checksum_is_made_good_unless_verified)
{
	uint8_t frame[FRAME_ROOM];
	uint32_t answer_length;
	enum reflect_drop drop = REFLECT_ACCEPTED;
	struct reflect_rules rules = make_rules();
	uint32_t length = query_frame(false, "example.test", PLX_TYPE_CAA, frame);
	frame[UDP4_AT + 6] ^= 1;
	CU_ASSERT_EQUAL(reflect_frame(&rules, frame, length, FRAME_ROOM, &answer_length, &drop),
			REFLECT_FRAME_DROP);
	CU_ASSERT_EQUAL(drop, REFLECT_DROP_CHECKSUM);
	rules.verifies_checksums = false;
	expect_answer(&rules, false, frame, length);
}

static void expect_drop(const struct reflect_rules *rules, const uint8_t *frame, uint32_t length,
			enum reflect_drop expected)
{
	uint8_t copy[FRAME_ROOM];
	uint32_t answer_length;
	enum reflect_drop drop = REFLECT_ACCEPTED;
	memcpy(copy, frame, FRAME_ROOM);
	CU_ASSERT_EQUAL(reflect_frame(rules, copy, length, FRAME_ROOM, &answer_length, &drop),
			REFLECT_FRAME_DROP);
	CU_ASSERT_EQUAL(drop, expected);
	CU_ASSERT_EQUAL(memcmp(copy, frame, FRAME_ROOM), 0);
}

static void expect_drop_with(const struct reflect_rules *rules, const uint8_t *frame,
			     uint32_t length, size_t offset, uint8_t value,
			     enum reflect_drop expected)
{
	uint8_t changed[FRAME_ROOM];
	memcpy(changed, frame, FRAME_ROOM);
	changed[offset] = value;
	expect_drop(rules, changed, length, expected);
}

TEST(what_is_not_for_us_or_broken_is_dropped_with_its_reason)
{
	uint8_t frame[FRAME_ROOM];
	const struct reflect_rules rules = make_rules();
	uint32_t length = query_frame(false, "example.test", PLX_TYPE_CAA, frame);
	expect_drop(&rules, frame, 13, REFLECT_DROP_BAD_FRAME);
	expect_drop(&rules, frame, UDP4_AT + 7, REFLECT_DROP_BAD_FRAME);
	expect_drop(&rules, frame, length - 1, REFLECT_DROP_BAD_FRAME);
	expect_drop_with(&rules, frame, length, 12, 0x81, REFLECT_DROP_FOREIGN);
	expect_drop_with(&rules, frame, length, IPV4_AT, 0x46, REFLECT_DROP_BAD_FRAME);
	expect_drop_with(&rules, frame, length, IPV4_AT + 6, 0x20, REFLECT_DROP_FRAGMENT);
	expect_drop_with(&rules, frame, length, IPV4_AT + 7, 1, REFLECT_DROP_FRAGMENT);
	expect_drop_with(&rules, frame, length, IPV4_AT + 9, 6, REFLECT_DROP_FOREIGN);
	expect_drop_with(&rules, frame, length, IPV4_AT + 19, 99, REFLECT_DROP_NOT_FOR_US);
	expect_drop_with(&rules, frame, length, IPV4_AT + 8, 1, REFLECT_DROP_CHECKSUM);
	expect_drop_with(&rules, frame, length, UDP4_AT + 3, 54, REFLECT_DROP_NOT_FOR_US);
	expect_drop_with(&rules, frame, length, UDP4_AT + 4, 9, REFLECT_DROP_BAD_FRAME);
	length = query_frame(true, "example.test", PLX_TYPE_CAA, frame);
	expect_drop(&rules, frame, UDP6_AT + 7, REFLECT_DROP_BAD_FRAME);
	expect_drop_with(&rules, frame, length, IPV4_AT + 6, 44, REFLECT_DROP_FOREIGN);
	expect_drop_with(&rules, frame, length, UDP6_AT - 1, 99, REFLECT_DROP_NOT_FOR_US);
	expect_drop_with(&rules, frame, length, UDP6_AT + 7, 0, REFLECT_DROP_CHECKSUM);
}

TEST(without_addresses_all_are_ours)
{
	uint8_t frame[FRAME_ROOM];
	struct reflect_rules rules = make_rules();
	rules.address_count = 0;
	uint32_t length = query_frame(true, "example.test", PLX_TYPE_CAA, frame);
	expect_answer(&rules, true, frame, length);
}

TEST(neighbours_are_left_to_the_link_layer)
{
	uint8_t frame[FRAME_ROOM];
	uint32_t answer_length;
	enum reflect_drop drop;
	const struct reflect_rules rules = make_rules();
	uint32_t length = query_frame(true, "example.test", PLX_TYPE_CAA, frame);
	frame[IPV4_AT + 6] = 58;
	CU_ASSERT_EQUAL(reflect_frame(&rules, frame, length, FRAME_ROOM, &answer_length, &drop),
			REFLECT_FRAME_LINK);
	frame[13] = 0x06; // ARP
	frame[12] = 0x08;
	CU_ASSERT_EQUAL(reflect_frame(&rules, frame, 42, FRAME_ROOM, &answer_length, &drop),
			REFLECT_FRAME_LINK);
	reflect_answers_destroy(answers); // the last test
	answers = NULL;
}

TEST_MAIN(reflect_frame, T(answers_of_all_lengths_and_alignments_have_good_checksums),
	  T(an_echo_is_the_query_with_qr_and_a_good_checksum),
	  T(an_unfinished_checksum_is_made_good_unless_verified),
	  T(what_is_not_for_us_or_broken_is_dropped_with_its_reason),
	  T(without_addresses_all_are_ours), T(neighbours_are_left_to_the_link_layer))
