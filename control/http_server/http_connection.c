// SPDX-License-Identifier: BSD-3-Clause
// A connection from accept to close: its deadline in each phase, and the news of its end.
//
// evhttp tells of a connection's end by a callback that can only be set on its own object, which it shows no earlier
// than with a whole first request: too late for a client that never sends one. The object is the argument of the
// callbacks that evhttp puts on our bufferevent, so it is taken from there, one turn of the loop after the accept;
// until then a reference of ours keeps the bufferevent from going away unseen.

#include "http_server/http_internal.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdlib.h>

void http_listener_set_accepting(struct http_listener *listener, bool is_accepting)
{
	for (size_t i = 0; i < listener->socket_count; i++) {
		if (is_accepting) {
			evconnlistener_enable(listener->sockets[i]);
		} else {
			evconnlistener_disable(listener->sockets[i]);
		}
	}
}

void http_connection_destroy(struct http_connection *connection)
{
	struct http_listener *listener = connection->listener;
	if (connection->phase == CONNECTION_ACCEPTED && connection->evcon == NULL) {
		bufferevent_decref(connection->bev);
	}
	if (connection->hangup != NULL) {
		event_free(connection->hangup);
	}
	if (connection->timer != NULL) {
		event_free(connection->timer);
	}
	if (connection->ending != NULL) {
		event_free(connection->ending);
	}
	if (connection->flush != NULL) {
		event_free(connection->flush);
	}
	if (connection->gathered != NULL) {
		evbuffer_free(connection->gathered);
	}
	TAILQ_REMOVE(&listener->connections, connection, entry);
	if (listener->dispatching == connection) {
		listener->dispatching = NULL;
	}
	listener->counters.connections--;
	if (!listener->is_closing) {
		http_listener_set_accepting(listener, true);
	}
	free(connection);
}

// Without it a client cannot tell an answer that ends with the connection from one that was cut off.
static void send_close_notify(struct bufferevent *bev)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);
	if (ssl != NULL && !SSL_in_init(ssl)) {
		SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
		SSL_shutdown(ssl);
		ERR_clear_error();
	}
}

static void on_closed(struct evhttp_connection *evcon, void *context)
{
	struct http_connection *connection = context;
	struct http_exchange *exchange = connection->exchange;
	struct evhttp_request *request = connection->request;
	if (connection->on_input != NULL) {
		evbuffer_remove_cb_entry(bufferevent_get_input(connection->bev),
					 connection->on_input);
	}
	send_close_notify(connection->bev);
	// evhttp leaves a request that its user has not answered to the user when the network failed, and frees it itself
	// when the connection is closed by us.
	if (request != NULL && evhttp_request_get_connection(request) == NULL) {
		evhttp_request_free(request);
	}
	http_connection_destroy(connection);
	if (exchange != NULL) {
		http_exchange_tell_gone(exchange);
	}
}

// A first octet after a pause starts the time that the whole request may take.
static void on_input(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *context)
{
	struct http_connection *connection = context;
	if (info->n_added > 0 && connection->phase == CONNECTION_IDLE) {
		http_connection_enter(connection, CONNECTION_READING);
	}
}

static void adopt(struct http_connection *connection, struct evhttp_connection *evcon)
{
	connection->evcon = evcon;
	evhttp_connection_set_closecb(evcon, on_closed, connection);
	connection->on_input =
		evbuffer_add_cb(bufferevent_get_input(connection->bev), on_input, connection);
	http_connection_enter(connection, CONNECTION_READING);
	bufferevent_decref(connection->bev);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct http_connection *connection = context;
	if (connection->phase == CONNECTION_ACCEPTED) {
		bufferevent_data_cb on_read = NULL;
		void *evcon = NULL;
		bufferevent_getcb(connection->bev, &on_read, NULL, NULL, &evcon);
		if (on_read == NULL) {
			http_connection_destroy(connection); // evhttp has dropped it already
		} else {
			adopt(connection, evcon);
		}
		return;
	}
	if (connection->phase != CONNECTION_BROKEN_OFF) {
		connection->listener->counters.timed_out++;
	}
	evhttp_connection_free(connection->evcon);
}

static void on_hangup(evutil_socket_t fd, short what, void *context)
{
	struct http_connection *connection = context;
	evhttp_connection_free(connection->evcon);
}

void http_connection_watch_hangup(struct http_connection *connection)
{
	connection->hangup =
		event_new(connection->listener->config.base, bufferevent_getfd(connection->bev),
			  EV_CLOSED, on_hangup, connection);
	if (connection->hangup != NULL) {
		event_add(connection->hangup, NULL);
	}
}

static unsigned phase_timeout_ms(const struct http_connection *connection)
{
	const struct http_limits *limits = &connection->listener->config.limits;
	switch (connection->phase) {
	case CONNECTION_READING:
		return limits->request_timeout_ms;
	case CONNECTION_WRITING:
		return limits->reply_timeout_ms;
	case CONNECTION_IDLE:
		return limits->idle_timeout_ms;
	case CONNECTION_ACCEPTED:
	case CONNECTION_HANDLING:
	case CONNECTION_BROKEN_OFF:
		return 0;
	}
	return 0;
}

void http_connection_enter(struct http_connection *connection, enum connection_phase phase)
{
	connection->phase = phase;
	if (phase != CONNECTION_HANDLING && connection->hangup != NULL) {
		event_free(connection->hangup);
		connection->hangup = NULL;
	}
	if (phase == CONNECTION_HANDLING) {
		event_del(connection->timer); // how long a handler may take is known to the handler
		return;
	}
	unsigned timeout_ms = phase_timeout_ms(connection);
	struct timeval timeout = {.tv_sec = timeout_ms / 1000,
				  .tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000};
	event_add(connection->timer, &timeout);
}

static struct bufferevent *create_bufferevent(struct http_listener *listener)
{
	if (listener->tls == NULL) {
		return bufferevent_socket_new(listener->config.base, -1, BEV_OPT_CLOSE_ON_FREE);
	}
	SSL *ssl = SSL_new(listener->tls);
	if (ssl == NULL) {
		return NULL;
	}
	struct bufferevent *bev = bufferevent_openssl_socket_new(
		listener->config.base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL) {
		SSL_free(ssl);
	} else {
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	}
	return bev;
}

// NULL makes evhttp take a plain bufferevent of its own. It has no entry in our list, so that its first request is not
// answered but cut off (http_exchange_dispatch): a lack of memory cannot switch TLS off.
struct bufferevent *http_connection_create(struct http_listener *listener)
{
	struct http_connection *connection = calloc(1, sizeof(*connection));
	if (connection == NULL) {
		return NULL;
	}
	connection->listener = listener;
	connection->timer = evtimer_new(listener->config.base, on_deadline, connection);
	connection->bev = connection->timer != NULL ? create_bufferevent(listener) : NULL;
	if (connection->bev == NULL) {
		if (connection->timer != NULL) {
			event_free(connection->timer);
		}
		free(connection);
		return NULL;
	}
	bufferevent_incref(connection->bev);
	TAILQ_INSERT_HEAD(&listener->connections, connection, entry);
	listener->counters.accepted++;
	listener->counters.connections++;
	if (listener->counters.connections >= listener->config.limits.connections_max) {
		http_listener_set_accepting(listener, false);
	}
	event_active(connection->timer, EV_TIMEOUT, 1);
	return connection->bev;
}

struct http_connection *http_connection_find(struct http_listener *listener,
					     struct evhttp_connection *evcon)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evcon);
	struct http_connection *connection;
	TAILQ_FOREACH(connection, &listener->connections, entry)
	{
		if (connection->bev == bev) {
			break;
		}
	}
	if (connection == NULL) {
		return NULL;
	}
	TAILQ_REMOVE(&listener->connections, connection, entry);
	TAILQ_INSERT_HEAD(&listener->connections, connection, entry);
	if (connection->evcon == NULL) {
		adopt(connection, evcon);
	}
	return connection;
}
