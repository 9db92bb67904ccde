// SPDX-License-Identifier: BSD-3-Clause
// Answers that leave line by line.

#include "http_server/http_stream.h"

#include "http_server/http_internal.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include <errno.h>

#define ENDING_LOOK_US 2000
// Copied into one piece; more than that is in large pieces already.
#define WHOLE_BYTES_MAX 65536

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
	const struct http_connection *connection = exchange->connection;
	if (connection == NULL) {
		return 0;
	}
	size_t gathered =
		connection->gathered != NULL ? evbuffer_get_length(connection->gathered) : 0;
	return gathered + evbuffer_get_length(bufferevent_get_output(connection->bev));
}

static void on_written(struct evhttp_connection *evcon, void *context)
{
	struct http_connection *connection = context;
	struct http_exchange *exchange = connection->exchange;
	if (exchange != NULL && exchange->on_drained != NULL) {
		exchange->on_drained(exchange->drained_context);
	}
}

// The connection may be gone after it, when writing fails.
static void send_gathered(struct http_connection *connection)
{
	struct evbuffer *chunk = connection->gathered;
	size_t length = chunk != NULL ? evbuffer_get_length(chunk) : 0;
	if (length == 0 || connection->phase != CONNECTION_HANDLING) {
		return;
	}
	if (length <= WHOLE_BYTES_MAX) {
		evbuffer_pullup(chunk, -1); // a record of TLS for each piece otherwise
	}
	// evhttp adds a chunk in three parts, each of which would leave by itself. Then it enables writing.
	bufferevent_disable(connection->bev, EV_WRITE);
	evhttp_send_reply_chunk_with_cb(connection->request, chunk, on_written, connection);
}

static void on_flush(evutil_socket_t fd, short what, void *context)
{
	send_gathered(context);
}

static bool can_gather(struct http_connection *connection)
{
	if (connection->gathered == NULL) {
		connection->gathered = evbuffer_new();
	}
	if (connection->flush == NULL) {
		connection->flush =
			evtimer_new(bufferevent_get_base(connection->bev), on_flush, connection);
	}
	return connection->gathered != NULL && connection->flush != NULL;
}

int http_stream_write(struct http_exchange *exchange, const char *bytes, size_t length)
{
	struct http_connection *connection = exchange->connection;
	if (connection == NULL || connection->phase == CONNECTION_BROKEN_OFF) {
		return -EPIPE;
	}
	// The header is all that it gets; evhttp would not take the rest, and leave it to the next answer.
	if (evhttp_request_get_command(connection->request) == EVHTTP_REQ_HEAD) {
		return 0;
	}
	struct http_listener *listener = exchange->listener;
	if (http_stream_pending_bytes(exchange) + length >
	    listener->config.limits.stream_bytes_max) {
		listener->counters.overflowed++;
		http_connection_enter(connection, CONNECTION_BROKEN_OFF);
		return -ENOBUFS;
	}
	if (!can_gather(connection) || evbuffer_add(connection->gathered, bytes, length) != 0) {
		http_connection_enter(connection, CONNECTION_BROKEN_OFF);
		return -ENOBUFS;
	}
	event_active(connection->flush, EV_TIMEOUT, 0);
	return 0;
}

void http_stream_set_drained(struct http_exchange *exchange, void (*on_drained)(void *context),
			     void *context)
{
	exchange->on_drained = on_drained;
	exchange->drained_context = context;
}

static void look_again(struct http_connection *connection, long microseconds)
{
	const struct timeval wait = {.tv_usec = microseconds};
	evtimer_add(connection->ending, &wait);
}

static void on_ending(evutil_socket_t fd, short what, void *context)
{
	struct http_connection *connection = context;
	bool is_drained = evbuffer_get_length(bufferevent_get_output(connection->bev)) == 0;
	if (!is_drained || !connection->was_drained) {
		connection->was_drained = is_drained;
		look_again(connection, is_drained ? 0 : ENDING_LOOK_US);
		return;
	}
	struct evhttp_request *request = connection->request;
	connection->request = NULL;
	event_free(connection->ending);
	connection->ending = NULL;
	evhttp_send_reply_end(request);
}

// With TLS, libevent tells evhttp later than it happens that bytes were written. evhttp takes whatever it is told next
// for the end of the reply's last bytes, and stops writing: what had been queued since would stay. So the end is queued
// only in a turn of the loop that began without anything to write, which no such call can outlast.
void http_stream_end(struct http_exchange *exchange)
{
	exchange->on_hangup = NULL; // nobody is told any more, not even by the last write
	if (exchange->connection != NULL) {
		send_gathered(exchange->connection);
	}
	struct http_connection *connection = exchange->connection;
	struct evhttp_request *request = http_exchange_finish(exchange);
	if (request == NULL) {
		return;
	}
	connection->request = request; // evhttp's, or ours to free when it closes
	connection->was_drained = false;
	connection->ending =
		evtimer_new(bufferevent_get_base(connection->bev), on_ending, connection);
	if (connection->ending == NULL) {
		http_connection_enter(connection, CONNECTION_BROKEN_OFF);
		return;
	}
	look_again(connection, 0);
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
