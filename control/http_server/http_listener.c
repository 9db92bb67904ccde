// SPDX-License-Identifier: BSD-3-Clause
// Opens, reloads, drains and closes a listener.

#include "http_server/http_listener.h"

#include "http_server/http_internal.h"

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <openssl/ssl.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#define BACKLOG 512
// How long to leave connections in the queue when descriptors have run out.
#define ACCEPT_RETRY_US 200000

struct http_limits http_limits_default(void)
{
	return (struct http_limits) {
		.connections_max = 1024,
		.header_bytes_max = 16 * 1024,
		.body_bytes_max = 4 * 1024 * 1024,
		.stream_bytes_max = 8 * 1024 * 1024,
		.request_timeout_ms = 15000,
		.idle_timeout_ms = 75000,
		.reply_timeout_ms = 60000,
	};
}

static struct bufferevent *on_accept(struct event_base *base, void *context)
{
	return http_connection_create(context);
}

static void on_accept_retry(evutil_socket_t fd, short what, void *context)
{
	http_listener_set_accepting(context, true);
}

// The connection stays in the queue: without a pause the loop would spin on it.
static void on_accept_error(struct evconnlistener *socket, void *context)
{
	static const struct timeval pause = {.tv_usec = ACCEPT_RETRY_US};
	struct http_listener *listener = context;
	http_listener_set_accepting(listener, false);
	event_add(listener->accept_retry, &pause);
}

static void on_drained(evutil_socket_t fd, short what, void *context)
{
	struct http_listener *listener = context;
	void (*tell)(void *) = listener->on_drained;
	listener->on_drained = NULL;
	if (tell != NULL) {
		tell(listener->drained_context);
	}
}

// libevent's parser takes an address without a port for port 0, and refuses port 0 when it is written.
static bool parse_address(const char *text, struct sockaddr_storage *ret_address, int *ret_length)
{
	char bare[64];
	const char *colon = strrchr(text, ':');
	bool is_v6 = text[0] == '[';
	if (colon == NULL || strlen(text) >= sizeof(bare) || (is_v6 && colon[-1] != ']') ||
	    (!is_v6 && strchr(text, ':') != colon)) {
		return false;
	}
	int length = strcmp(colon, ":0") == 0 ? (int)(colon - text) : (int)strlen(text);
	snprintf(bare, sizeof(bare), "%.*s", length, text);
	*ret_length = sizeof(*ret_address);
	return evutil_parse_sockaddr_port(bare, (struct sockaddr *)(void *)ret_address,
					  ret_length) == 0;
}

static int open_socket(struct http_listener *listener, const char *address,
		       struct http_fault *fault)
{
	struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
	struct sockaddr *bare = (struct sockaddr *)(void *)&storage;
	int length = 0;
	if (!parse_address(address, &storage, &length)) {
		snprintf(fault->text, sizeof(fault->text),
			 "%.100s: not an ADDRESS:PORT or [ADDRESS]:PORT", address);
		return -EINVAL;
	}
	unsigned flags = LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC;
	if (storage.ss_family == AF_INET6) {
		flags |= LEV_OPT_BIND_IPV6ONLY;
	}
	errno = 0;
	struct evconnlistener *socket = evconnlistener_new_bind(listener->config.base, NULL, NULL,
								flags, BACKLOG, bare, length);
	if (socket == NULL) {
		int error = errno != 0 ? -errno : -ENOMEM;
		snprintf(fault->text, sizeof(fault->text), "%.100s: cannot listen: %s", address,
			 strerror(-error));
		return error;
	}
	if (evhttp_bind_listener(listener->evhttp, socket) == NULL) {
		evconnlistener_free(socket);
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		return -ENOMEM;
	}
	evconnlistener_set_error_cb(socket, on_accept_error);
	listener->sockets[listener->socket_count++] = socket;
	return 0;
}

static int prepare_evhttp(struct http_listener *listener, struct http_fault *fault)
{
	const struct http_limits *limits = &listener->config.limits;
	struct event_base *base = listener->config.base;
	listener->evhttp = evhttp_new(base);
	listener->accept_retry = evtimer_new(base, on_accept_retry, listener);
	listener->drained_event = evtimer_new(base, on_drained, listener);
	if (listener->evhttp == NULL || listener->accept_retry == NULL ||
	    listener->drained_event == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		return -ENOMEM;
	}
	evhttp_set_max_headers_size(listener->evhttp, (ev_ssize_t)limits->header_bytes_max);
	// evhttp's own 413 is HTML: bodies that are not far over get a problem document from us instead.
	evhttp_set_max_body_size(listener->evhttp, (ev_ssize_t)limits->body_bytes_max * 2);
	// Takes the rest of a refused body, within request_timeout_ms: a reset would destroy the answer on its way.
	evhttp_set_flags(listener->evhttp, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_allowed_methods(listener->evhttp, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD |
							     EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
							     EVHTTP_REQ_DELETE |
							     EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
	evhttp_set_default_content_type(listener->evhttp, NULL);
	evhttp_set_bevcb(listener->evhttp, on_accept, listener);
	evhttp_set_gencb(listener->evhttp, http_exchange_dispatch, listener);
	return 0;
}

static int start(struct http_listener *listener, struct http_fault *fault)
{
	const struct http_listener_config *config = &listener->config;
	if (config->address_count == 0 || config->address_count > HTTP_ADDRESSES_MAX) {
		snprintf(fault->text, sizeof(fault->text), "give 1 to %d addresses to listen on",
			 HTTP_ADDRESSES_MAX);
		return -EINVAL;
	}
	int error = 0;
	if (config->tls != NULL) {
		error = server_tls_create(config->tls, &listener->tls, fault);
	}
	if (error == 0) {
		error = prepare_evhttp(listener, fault);
	}
	for (size_t i = 0; i < config->address_count && error == 0; i++) {
		error = open_socket(listener, config->addresses[i], fault);
	}
	return error;
}

struct http_listener *http_listener_open(const struct http_listener_config *config, int *ret_error,
					 struct http_fault *fault)
{
	struct http_listener *listener = calloc(1, sizeof(*listener));
	if (listener == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		*ret_error = -ENOMEM;
		return NULL;
	}
	listener->config = *config;
	TAILQ_INIT(&listener->connections);
	LIST_INIT(&listener->exchanges);
	int error = start(listener, fault);
	if (error != 0) {
		http_listener_close(listener);
		*ret_error = error;
		return NULL;
	}
	return listener;
}

void http_listener_close(struct http_listener *listener)
{
	if (listener == NULL) {
		return;
	}
	listener->is_closing = true;
	listener->on_drained = NULL;
	if (listener->evhttp != NULL) {
		evhttp_free(listener->evhttp); // closes the sockets, then each connection
	}
	struct http_connection *connection;
	while ((connection = TAILQ_FIRST(&listener->connections)) != NULL) {
		http_connection_destroy(connection);
	}
	struct http_exchange *exchange;
	while ((exchange = LIST_FIRST(&listener->exchanges)) != NULL) {
		LIST_REMOVE(exchange, entry);
		exchange->listener = NULL;
	}
	if (listener->accept_retry != NULL) {
		event_free(listener->accept_retry);
	}
	if (listener->drained_event != NULL) {
		event_free(listener->drained_event);
	}
	SSL_CTX_free(listener->tls);
	free(listener);
}

uint16_t http_listener_port(const struct http_listener *listener, size_t index)
{
	struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
	socklen_t length = sizeof(storage);
	if (index >= listener->socket_count ||
	    getsockname(evconnlistener_get_fd(listener->sockets[index]),
			(struct sockaddr *)(void *)&storage, &length) != 0) {
		return 0;
	}
	return storage.ss_family == AF_INET6
		       ? ntohs(((const struct sockaddr_in6 *)(const void *)&storage)->sin6_port)
		       : ntohs(((const struct sockaddr_in *)(const void *)&storage)->sin_port);
}

int http_listener_reload(struct http_listener *listener, const struct http_tls_config *tls,
			 struct http_fault *fault)
{
	if (listener->tls == NULL) {
		snprintf(fault->text, sizeof(fault->text), "the listener was opened without TLS");
		return -EINVAL;
	}
	SSL_CTX *context = NULL;
	int error = server_tls_create(tls, &context, fault);
	if (error == 0) {
		SSL_CTX_free(listener->tls); // connections that stand hold their own reference
		listener->tls = context;
	}
	return error;
}

int http_listener_drain(struct http_listener *listener, void (*tell)(void *context), void *context)
{
	if (listener->is_draining) {
		return -EALREADY;
	}
	listener->is_draining = true;
	listener->on_drained = tell;
	listener->drained_context = context;
	if (listener->counters.exchanges == 0) {
		event_active(listener->drained_event, EV_TIMEOUT, 1);
	}
	return 0;
}

struct http_counters http_listener_counters(const struct http_listener *listener)
{
	struct http_counters counters = listener->counters;
	const struct http_connection *connection;
	TAILQ_FOREACH(connection, &listener->connections, entry)
	{
		counters.writing += connection->phase == CONNECTION_WRITING;
	}
	return counters;
}
