// SPDX-License-Identifier: BSD-3-Clause
// From a whole request to its handler, and what a handler may ask about it.

#include "http_server/http_exchange.h"

#include "http_server/http_internal.h"
#include "http_server/http_reply.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/ssl.h>

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

// How soon to ask again while this process finishes.
#define DRAINING_RETRY_S 5

static const char *method_name(struct evhttp_request *request)
{
	switch (evhttp_request_get_command(request)) {
	case EVHTTP_REQ_GET:
		return "GET";
	case EVHTTP_REQ_HEAD:
		return "HEAD";
	case EVHTTP_REQ_POST:
		return "POST";
	case EVHTTP_REQ_PUT:
		return "PUT";
	case EVHTTP_REQ_DELETE:
		return "DELETE";
	case EVHTTP_REQ_OPTIONS:
		return "OPTIONS";
	case EVHTTP_REQ_PATCH:
		return "PATCH";
	case EVHTTP_REQ_TRACE:
		return "TRACE";
	case EVHTTP_REQ_CONNECT:
		return "CONNECT";
	}
	return "";
}

// RFC 9112 section 6.3: a message framed in two ways, or in one that we do not know, is an attempt to be read
// differently by two readers.
static bool is_framing_doubtful(struct evhttp_request *request)
{
	const struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const char *encoding = evhttp_find_header(headers, "Transfer-Encoding");
	return encoding != NULL && (strcasecmp(encoding, "chunked") != 0 ||
				    evhttp_find_header(headers, "Content-Length") != NULL);
}

static void route(struct http_exchange *exchange, struct evhttp_request *request)
{
	struct http_listener *listener = exchange->listener;
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	exchange->found = http_route_find(listener->config.routes, listener->config.route_count,
					  method_name(request), path != NULL ? path : "");
	switch (exchange->found.match) {
	case HTTP_ROUTE_FOUND:
		exchange->found.route->handler(exchange, exchange->found.route->context);
		return;
	case HTTP_ROUTE_NOT_ALLOWED:
		http_reply_header(exchange, "Allow", exchange->found.allow);
		http_reply_problem(exchange, &(struct http_problem) {.status = 405},
				   "this resource takes %s only", exchange->found.allow);
		return;
	case HTTP_ROUTE_NOT_EVALUATED:
	case HTTP_ROUTE_NOT_FOUND:
		break;
	}
	http_reply_problem(exchange, &(struct http_problem) {.status = 404},
			   "there is no such resource");
}

static bool is_admitted(const struct http_exchange *exchange)
{
	const struct http_listener_config *config = &exchange->listener->config;
	return config->admits == NULL || config->admits(exchange, config->admits_context);
}

static void answer(struct http_exchange *exchange, struct evhttp_request *request)
{
	struct http_listener *listener = exchange->listener;
	size_t body_max = listener->config.limits.body_bytes_max;
	if (is_framing_doubtful(request)) {
		http_reply_header(exchange, "Connection", "close");
		http_reply_problem(
			exchange, &(struct http_problem) {.status = 400},
			"the length of the body is told in two ways or in an unknown one");
	} else if (!is_admitted(exchange)) {
		http_reply_problem(exchange, &(struct http_problem) {.status = 403},
				   "the client's certificate names no caller that is configured");
	} else if (listener->is_draining) {
		http_reply_header(exchange, "Connection", "close");
		http_reply_problem(
			exchange,
			&(struct http_problem) {.status = 503, .retry_after_s = DRAINING_RETRY_S},
			"the server is draining");
	} else if (evbuffer_get_length(evhttp_request_get_input_buffer(request)) > body_max) {
		http_reply_problem(exchange, &(struct http_problem) {.status = 413},
				   "the body is larger than %zu octets", body_max);
	} else {
		route(exchange, request);
	}
}

static void on_complete(struct evhttp_request *request, void *context)
{
	struct http_listener *listener = context;
	struct http_connection *connection =
		http_connection_find(listener, evhttp_request_get_connection(request));
	if (connection == NULL || connection->phase != CONNECTION_WRITING) {
		return;
	}
	struct evbuffer *input = bufferevent_get_input(connection->bev);
	http_connection_enter(connection, evbuffer_get_length(input) > 0 ? CONNECTION_READING
									 : CONNECTION_IDLE);
}

void http_exchange_dispatch(struct evhttp_request *request, void *context)
{
	struct http_listener *listener = context;
	struct evhttp_connection *evcon = evhttp_request_get_connection(request);
	struct http_connection *connection = http_connection_find(listener, evcon);
	struct http_exchange *exchange = connection != NULL ? calloc(1, sizeof(*exchange)) : NULL;
	if (exchange == NULL) {
		evhttp_connection_free(evcon);
		return;
	}
	listener->counters.requests++;
	listener->counters.exchanges++;
	exchange->listener = listener;
	exchange->connection = connection;
	LIST_INSERT_HEAD(&listener->exchanges, exchange, entry);
	connection->exchange = exchange;
	connection->request = request;
	http_connection_enter(connection, CONNECTION_HANDLING);
	evhttp_request_set_on_complete_cb(request, on_complete, listener);
	listener->dispatching = connection;
	answer(exchange, request);
	if (listener->dispatching != NULL && connection->exchange != NULL) {
		http_connection_watch_hangup(connection);
	}
	listener->dispatching = NULL;
}

struct evhttp_request *http_exchange_request(const struct http_exchange *exchange)
{
	return exchange->connection != NULL ? exchange->connection->request : NULL;
}

struct evhttp_request *http_exchange_finish(struct http_exchange *exchange)
{
	struct evhttp_request *request = http_exchange_request(exchange);
	struct http_listener *listener = exchange->listener;
	if (exchange->connection != NULL) {
		exchange->connection->exchange = NULL;
		exchange->connection->request = NULL;
		if (exchange->connection->phase == CONNECTION_HANDLING) {
			http_connection_enter(exchange->connection, CONNECTION_WRITING);
		}
	}
	if (listener != NULL) {
		LIST_REMOVE(exchange, entry);
		listener->counters.exchanges--;
		if (listener->is_draining && listener->counters.exchanges == 0) {
			event_active(listener->drained_event, EV_TIMEOUT, 1);
		}
	}
	free(exchange);
	return request;
}

void http_exchange_tell_gone(struct http_exchange *exchange)
{
	exchange->connection = NULL;
	exchange->listener->counters.hung_up++;
	void (*on_hangup)(void *) = exchange->on_hangup;
	exchange->on_hangup = NULL;
	if (on_hangup != NULL) {
		on_hangup(exchange->hangup_context);
	}
}

void http_exchange_set_hangup(struct http_exchange *exchange, void (*on_hangup)(void *context),
			      void *context)
{
	exchange->on_hangup = on_hangup;
	exchange->hangup_context = context;
}

bool http_exchange_is_gone(const struct http_exchange *exchange)
{
	return exchange->connection == NULL;
}

const char *http_exchange_method(const struct http_exchange *exchange)
{
	struct evhttp_request *request = http_exchange_request(exchange);
	return request != NULL ? method_name(request) : "";
}

const char *http_exchange_parameter(const struct http_exchange *exchange)
{
	return exchange->found.parameter;
}

const char *http_exchange_header(const struct http_exchange *exchange, const char *name)
{
	struct evhttp_request *request = http_exchange_request(exchange);
	return request != NULL ? evhttp_find_header(evhttp_request_get_input_headers(request), name)
			       : NULL;
}

const char *http_exchange_query(const struct http_exchange *exchange)
{
	struct evhttp_request *request = http_exchange_request(exchange);
	return request != NULL ? evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request))
			       : NULL;
}

const char *http_exchange_peer_address(const struct http_exchange *exchange)
{
	char *address = NULL;
	ev_uint16_t port = 0;
	if (exchange->connection != NULL) {
		evhttp_connection_get_peer(exchange->connection->evcon, &address, &port);
	}
	return address != NULL ? address : "";
}

const char *http_exchange_body(struct http_exchange *exchange, size_t *ret_length)
{
	struct evhttp_request *request = http_exchange_request(exchange);
	*ret_length = 0;
	if (request == NULL) {
		return NULL;
	}
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	const unsigned char *bytes = evbuffer_pullup(body, -1);
	*ret_length = bytes != NULL ? evbuffer_get_length(body) : 0;
	return (const char *)bytes;
}

int http_exchange_peer_identity(const struct http_exchange *exchange,
				struct peer_identity *ret_identity)
{
	SSL *ssl = exchange->connection != NULL
			   ? bufferevent_openssl_get_ssl(exchange->connection->bev)
			   : NULL;
	if (ssl == NULL || SSL_get_verify_result(ssl) != X509_V_OK) {
		return -ENOENT;
	}
	return peer_identity_read(SSL_get0_peer_certificate(ssl), ret_identity);
}
