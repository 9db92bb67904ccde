// SPDX-License-Identifier: BSD-3-Clause
// A TCP stream cut into DNS messages (dataplane/tcp/tcp_stream.h). Input: a seed octet that decides how large each read
// is, then the stream. Oracle: whatever the reads, the messages are those that cutting the whole stream at once gives,
// in order, and nothing past the first impossible length; what is left is less than one message.

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>

#include "tcp/tcp_match.h"
#include "tcp/tcp_stream.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true) {
		abort();
	}
}

// What the whole stream says next: 1 and the message, 0 at its end, PLX_ERR_TCP_FRAMING.
static int expect_next(struct plx_reader *reader, const uint8_t **ret_message, uint16_t *ret_length)
{
	*ret_length = plx_read_u16(reader);
	if (!reader->failed && *ret_length < PLX_DNS_HEADER_BYTES) {
		return PLX_ERR_TCP_FRAMING;
	}
	*ret_message = plx_read_bytes(reader, *ret_length);
	return reader->failed ? 0 : 1;
}

// A question as long as fits is compared with each message: reads must stay within both.
static void match_message(const uint8_t *message, uint32_t length)
{
	static const uint8_t query[PLX_DNS_HEADER_BYTES + 255 + 4] = {0};
	(void)tcp_match_answer(query, sizeof(query) - PLX_DNS_HEADER_BYTES, message, length);
	(void)tcp_match_answer(query, 5, message, length);
}

// Takes all whole messages; false when the stream is of no more use.
static bool take_messages(struct tcp_stream *stream, struct plx_reader *expected)
{
	for (;;) {
		const uint8_t *message = NULL;
		uint32_t length = 0;
		struct plx_reader before = *expected;
		int taken = tcp_stream_next(stream, &message, &length);
		if (taken == 0) {
			*expected = before;
			return true;
		}
		const uint8_t *whole = NULL;
		uint16_t whole_length;
		must(expect_next(expected, &whole, &whole_length) == taken);
		if (taken < 0) {
			return false;
		}
		must(length == whole_length && memcmp(message, whole, length) == 0);
		match_message(message, length);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0) {
		return 0;
	}
	unsigned seed = data[0];
	data++;
	size--;
	struct tcp_stream stream = {0};
	struct plx_reader expected = plx_reader_init(data, size);
	size_t fed = 0;
	bool is_usable = true;
	while (fed < size && is_usable) {
		size_t room_size;
		uint8_t *room = tcp_stream_room(&stream, &room_size);
		must(room != NULL && room_size > 0);
		seed = seed * 1103515245u + 12345u;
		size_t count = 1 + (seed >> 16) % 300;
		count = count > room_size ? room_size : count;
		count = count > size - fed ? size - fed : count;
		memcpy(room, data + fed, count);
		tcp_stream_filled(&stream, count);
		fed += count;
		is_usable = take_messages(&stream, &expected);
	}
	if (is_usable) {
		const uint8_t *message;
		uint16_t length;
		must(expect_next(&expected, &message, &length) == 0);
	}
	tcp_stream_fini(&stream);
	return 0;
}
