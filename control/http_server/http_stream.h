// SPDX-License-Identifier: BSD-3-Clause
// An answer in lines that leave as they are made (NDJSON, chunked), those of one turn of the loop together. A client that does not read is not waited for
// without end: past limits.stream_bytes_max its connection is closed, and the exchange told as if it had hung up.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>

struct http_exchange;

// Sends the header: 200 with this content type. Once.
void http_stream_begin(struct http_exchange *exchange, const char *content_type);

// Queues bytes. 0, -EPIPE (the client is gone), -ENOBUFS (it did not read enough: it is closed from the loop, what was
// given is not sent).
PLX_MUST_CHECK int http_stream_write(struct http_exchange *exchange, const char *bytes,
				     size_t length);

// What the client has not taken yet: a producer that can wait does so while this is high, until `on_drained` runs (from
// the loop, each time that all was taken).
size_t http_stream_pending_bytes(const struct http_exchange *exchange);
void http_stream_set_drained(struct http_exchange *exchange, void (*on_drained)(void *context),
			     void *context);

// Ends stream and exchange.
void http_stream_end(struct http_exchange *exchange);
// Ends the exchange and breaks the connection off, so that the client does not take the stream for complete.
void http_stream_abort(struct http_exchange *exchange);
