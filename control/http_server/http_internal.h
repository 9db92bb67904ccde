// SPDX-License-Identifier: BSD-3-Clause
// What the files of this folder share: listener, connection and exchange, and who tells whom.

#pragma once

#include "http_server/http_exchange.h"
#include "http_server/http_listener.h"

#include <stdbool.h>

#include <sys/queue.h>

struct bufferevent;
struct evbuffer;
struct event;
struct evhttp;
struct evhttp_connection;
struct evhttp_request;
struct evconnlistener;
struct evbuffer_cb_entry;

enum connection_phase {
	CONNECTION_ACCEPTED =
		0, // evhttp has not been asked yet which connection of its own this is
	CONNECTION_READING,
	CONNECTION_HANDLING,
	CONNECTION_WRITING,
	CONNECTION_IDLE,
	CONNECTION_BROKEN_OFF, // closes in the next turn of the loop
};

struct http_connection {
	TAILQ_ENTRY(http_connection) entry;
	struct http_listener *listener;
	struct bufferevent *bev;         // a reference of ours while ACCEPTED, then evhttp's
	struct evhttp_connection *evcon; // NULL while ACCEPTED
	struct evhttp_request *request;  // while HANDLING
	struct http_exchange *exchange;  // while HANDLING
	struct event *timer;             // the phase's deadline
	struct evbuffer *gathered;       // of a stream: what was written in this turn of the loop
	struct event *flush;             // sends it at the turn's end
	struct event *ending;            // of a stream, until all of it was taken
	bool was_drained;                // when `ending` looked last
	struct event *hangup;            // EV_CLOSED, while a handler takes its time
	struct evbuffer_cb_entry *on_input;
	enum connection_phase phase;
};

struct http_exchange {
	struct http_listener *listener;     // NULL when closed
	struct http_connection *connection; // NULL when the client is gone
	LIST_ENTRY(http_exchange) entry;
	struct http_route_result found;
	void (*on_hangup)(void *context);
	void *hangup_context;
	void (*on_drained)(void *context);
	void *drained_context;
};

struct http_listener {
	struct http_listener_config config;
	struct evhttp *evhttp;
	SSL_CTX *tls; // NULL without TLS
	struct evconnlistener *sockets[HTTP_ADDRESSES_MAX];
	size_t socket_count;
	struct event *accept_retry;
	TAILQ_HEAD(, http_connection) connections; // the last used first
	LIST_HEAD(, http_exchange) exchanges;
	struct http_connection *dispatching; // NULL when it went during its own handler
	struct http_counters counters;
	bool is_closing;
	bool is_draining;
	struct event *drained_event;
	void (*on_drained)(void *context);
	void *drained_context;
};

// http_connection.c
struct bufferevent *http_connection_create(struct http_listener *listener);
struct http_connection *http_connection_find(struct http_listener *listener,
					     struct evhttp_connection *evcon);
void http_connection_enter(struct http_connection *connection, enum connection_phase phase);
void http_connection_watch_hangup(struct http_connection *connection);
// For what evhttp never knew or knows no more.
void http_connection_destroy(struct http_connection *connection);
// Lets the listening sockets take connections or rest.
void http_listener_set_accepting(struct http_listener *listener, bool is_accepting);

// http_exchange.c
void http_exchange_dispatch(struct evhttp_request *request, void *listener);
// Detaches the exchange from its connection, frees it and tells a draining listener. Returns the request to be answered,
// or NULL when the client is gone.
struct evhttp_request *http_exchange_finish(struct http_exchange *exchange);
struct evhttp_request *http_exchange_request(const struct http_exchange *exchange);
// The client went: the connection is not to be touched any more.
void http_exchange_tell_gone(struct http_exchange *exchange);
