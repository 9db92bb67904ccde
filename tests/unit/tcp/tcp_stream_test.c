// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/error.h>

#include "cunit_runner.h"
#include "tcp/tcp_stream.h"

#include <stdlib.h>
#include <string.h>

static void feed(struct tcp_stream *stream, const void *bytes, size_t length)
{
	size_t size;
	uint8_t *room = tcp_stream_room(stream, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(room);
	CU_ASSERT_FATAL(size >= length);
	memcpy(room, bytes, length);
	tcp_stream_filled(stream, length);
}

TEST(message_is_whole_only_with_its_last_byte)
{
	struct tcp_stream stream = {0};
	const uint8_t frame[] = "\x00\x0c"
				"abcdefghijkl";
	const uint8_t *message;
	uint32_t length;
	CU_ASSERT_EQUAL(tcp_stream_next(&stream, &message, &length), 0);
	for (size_t i = 0; i < 13; i++) {
		feed(&stream, frame + i, 1);
		CU_ASSERT_EQUAL(tcp_stream_next(&stream, &message, &length), 0);
		CU_ASSERT_TRUE(tcp_stream_is_partial(&stream));
	}
	feed(&stream, frame + 13, 1);
	CU_ASSERT_EQUAL_FATAL(tcp_stream_next(&stream, &message, &length), 1);
	CU_ASSERT_EQUAL(length, 12);
	CU_ASSERT_EQUAL(memcmp(message, "abcdefghijkl", 12), 0);
	CU_ASSERT_FALSE(tcp_stream_is_partial(&stream));
	tcp_stream_fini(&stream);
}

TEST(messages_in_one_read_come_one_by_one)
{
	struct tcp_stream stream = {0};
	const uint8_t frames[] = "\x00\x0c"
				 "aaaaaaaaaaaa"
				 "\x00\x0d"
				 "bbbbbbbbbbbbb"
				 "\x00";
	const uint8_t *message;
	uint32_t length;
	feed(&stream, frames, sizeof(frames) - 1);
	CU_ASSERT_EQUAL(tcp_stream_next(&stream, &message, &length), 1);
	CU_ASSERT_EQUAL(length, 12);
	CU_ASSERT_EQUAL(message[0], 'a');
	CU_ASSERT_EQUAL(tcp_stream_next(&stream, &message, &length), 1);
	CU_ASSERT_EQUAL(length, 13);
	CU_ASSERT_EQUAL(message[0], 'b');
	CU_ASSERT_EQUAL(tcp_stream_next(&stream, &message, &length), 0);
	CU_ASSERT_TRUE(tcp_stream_is_partial(&stream));
	tcp_stream_fini(&stream);
}

TEST(length_below_a_header_is_a_framing_error)
{
	for (uint8_t length = 0; length < PLX_DNS_HEADER_BYTES; length++) {
		struct tcp_stream stream = {0};
		const uint8_t prefix[2] = {0, length};
		const uint8_t *message;
		uint32_t message_length;
		feed(&stream, prefix, sizeof(prefix));
		CU_ASSERT_EQUAL(tcp_stream_next(&stream, &message, &message_length),
				PLX_ERR_TCP_FRAMING);
		tcp_stream_fini(&stream);
	}
}

TEST(longest_message_fits_exactly)
{
	struct tcp_stream stream = {0};
	const uint8_t *message;
	uint32_t length;
	const uint8_t prefix[2] = {0xff, 0xff};
	feed(&stream, prefix, sizeof(prefix));
	size_t size;
	uint8_t *room = tcp_stream_room(&stream, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(room);
	CU_ASSERT_EQUAL(size, PLX_MESSAGE_MAX);
	memset(room, 'x', size);
	tcp_stream_filled(&stream, size - 1);
	CU_ASSERT_EQUAL(tcp_stream_next(&stream, &message, &length), 0);
	tcp_stream_filled(&stream, 1);
	CU_ASSERT_EQUAL(tcp_stream_next(&stream, &message, &length), 1);
	CU_ASSERT_EQUAL(length, PLX_MESSAGE_MAX);
	tcp_stream_fini(&stream);
}

TEST_MAIN(tcp_stream, T(message_is_whole_only_with_its_last_byte),
	  T(messages_in_one_read_come_one_by_one), T(length_below_a_header_is_a_framing_error),
	  T(longest_message_fits_exactly))
