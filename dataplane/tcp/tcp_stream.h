// SPDX-License-Identifier: BSD-3-Clause
// Cuts a TCP byte stream into DNS messages (RFC 1035 4.2.2: two length octets before each). Pure; fuzzed alone.
// Holds at most one whole message: TCP_STREAM_BYTES, allocated when the first bytes are due.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/message_reader.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCP_STREAM_BYTES (2 + PLX_MESSAGE_MAX)

// Zeroed memory is an empty stream.
struct tcp_stream {
	uint8_t *bytes;
	uint32_t start; // first octet not yet handed out
	uint32_t end;
};

void tcp_stream_fini(struct tcp_stream *stream);

// Where the next octets go, at least one; NULL when memory is short. Invalidates the last message.
uint8_t *tcp_stream_room(struct tcp_stream *stream, size_t *ret_size);
void tcp_stream_filled(struct tcp_stream *stream, size_t count);

// 1 and the next whole message (valid until tcp_stream_room), 0 when more octets are needed, PLX_ERR_TCP_FRAMING
// when the length cannot hold a DNS header: the stream is of no more use then.
PLX_MUST_CHECK int tcp_stream_next(struct tcp_stream *stream, const uint8_t **ret_message,
				   uint32_t *ret_length);

// A message has begun and is not whole.
PLX_PURE bool tcp_stream_is_partial(const struct tcp_stream *stream);
