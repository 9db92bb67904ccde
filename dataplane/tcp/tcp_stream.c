// SPDX-License-Identifier: BSD-3-Clause

#include "tcp/tcp_stream.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>

#include <stdlib.h>
#include <string.h>

void tcp_stream_fini(struct tcp_stream *stream)
{
	free(stream->bytes);
	*stream = (struct tcp_stream) {0};
}

uint8_t *tcp_stream_room(struct tcp_stream *stream, size_t *ret_size)
{
	if (stream->bytes == NULL) {
		stream->bytes = malloc(TCP_STREAM_BYTES);
		if (stream->bytes == NULL) {
			return NULL;
		}
	}
	if (stream->start > 0) {
		// What is left is less than one message, since the caller took all whole ones.
		memmove(stream->bytes, stream->bytes + stream->start, stream->end - stream->start);
		stream->end -= stream->start;
		stream->start = 0;
	}
	*ret_size = TCP_STREAM_BYTES - stream->end;
	return *ret_size > 0 ? stream->bytes + stream->end : NULL;
}

void tcp_stream_filled(struct tcp_stream *stream, size_t count)
{
	stream->end += (uint32_t)count;
}

int tcp_stream_next(struct tcp_stream *stream, const uint8_t **ret_message, uint32_t *ret_length)
{
	if (!tcp_stream_is_partial(stream)) {
		return 0;
	}
	struct plx_reader reader =
		plx_reader_init(stream->bytes + stream->start, stream->end - stream->start);
	uint16_t length = plx_read_u16(&reader);
	if (!reader.failed && length < PLX_DNS_HEADER_BYTES) {
		return PLX_ERR_TCP_FRAMING;
	}
	const uint8_t *message = plx_read_bytes(&reader, length);
	if (reader.failed) {
		return 0;
	}
	stream->start += (uint32_t)reader.position;
	*ret_message = message;
	*ret_length = length;
	return 1;
}

bool tcp_stream_is_partial(const struct tcp_stream *stream)
{
	return stream->end > stream->start;
}
