// SPDX-License-Identifier: BSD-3-Clause
// Answers that leave line by line.

#include "http_server/http_stream.h"

#include "http_server/http_internal.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>

#include <errno.h>

void http_stream_begin(struct http_exchange *exchange, const char *content_type)
{
	struct evhttp_request *request = http_exchange_request(exchange);
	if (request != NULL) {
		struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
		evhttp_add_header(headers, "Content-Type", content_type);
		evhttp_add_header(headers, "Cache-Control", "no-store");
		evhttp_send_reply_start(request, 200, "OK");
	}
}

size_t http_stream_pending_bytes(const struct http_exchange *exchange)
{
	return exchange->connection != NULL
		       ? evbuffer_get_length(bufferevent_get_output(exchange->connection->bev))
		       : 0;
}

static void on_written(struct evhttp_connection *evcon, void *context)
{
	struct http_connection *connection = context;
	struct http_exchange *exchange = connection->exchange;
	if (exchange != NULL && exchange->on_drained != NULL) {
		exchange->on_drained(exchange->drained_context);
	}
}

int http_stream_write(struct http_exchange *exchange, const char *bytes, size_t length)
{
	struct http_connection *connection = exchange->connection;
	if (connection == NULL || connection->phase == CONNECTION_BROKEN_OFF) {
		return -EPIPE;
	}
	struct http_listener *listener = exchange->listener;
	if (http_stream_pending_bytes(exchange) + length >
	    listener->config.limits.stream_bytes_max) {
		listener->counters.overflowed++;
		http_connection_enter(connection, CONNECTION_BROKEN_OFF);
		return -ENOBUFS;
	}
	struct evbuffer *chunk = evhttp_request_get_output_buffer(connection->request);
	if (evbuffer_add(chunk, bytes, length) != 0) {
		http_connection_enter(connection, CONNECTION_BROKEN_OFF);
		return -ENOBUFS;
	}
	evhttp_send_reply_chunk_with_cb(connection->request, chunk, on_written, connection);
	return 0;
}

void http_stream_set_drained(struct http_exchange *exchange, void (*on_drained)(void *context),
			     void *context)
{
	exchange->on_drained = on_drained;
	exchange->drained_context = context;
}

void http_stream_end(struct http_exchange *exchange)
{
	struct evhttp_request *request = http_exchange_finish(exchange);
	if (request != NULL) {
		evhttp_send_reply_end(request);
	}
}

void http_stream_abort(struct http_exchange *exchange)
{
	struct http_connection *connection = exchange->connection;
	struct evhttp_request *request = http_exchange_finish(exchange);
	if (request != NULL) {
		connection->request = request; // evhttp's, or ours to free when it closes
		http_connection_enter(connection, CONNECTION_BROKEN_OFF);
	}
}
