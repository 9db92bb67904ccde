// SPDX-License-Identifier: BSD-3-Clause

#include "web_stub.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define REQUEST_MAX 8192
#define REPEAT_BYTES 16384u

struct web_session {
	LIST_ENTRY(web_session) entry;
	struct web_stub *stub;
	struct bufferevent *stream;
	struct event *timer;
	const struct web_page *page;
	size_t sent;
	bool is_answered;
};

LIST_HEAD(web_sessions, web_session);

struct web_stub {
	struct event_base *base;
	struct web_stub_config config;
	struct evconnlistener *v4;
	struct evconnlistener *v6;
	uint16_t port;
	unsigned connections;
	unsigned answered;
	char request[REQUEST_MAX];
	struct web_sessions sessions;
};

static const struct web_page not_found = {
	.path = "", .text = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};

static void session_end(struct web_session *session)
{
	LIST_REMOVE(session, entry);
	event_free(session->timer);
	bufferevent_free(session->stream);
	free(session);
}

static void session_reset(struct web_session *session)
{
	const struct linger now = {.l_onoff = 1};
	setsockopt(bufferevent_getfd(session->stream), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	session_end(session);
}

static void timer_arm(struct web_session *session)
{
	const struct timeval pause = {.tv_usec = 30000};
	evtimer_add(session->timer, &pause);
}

static void on_pause(evutil_socket_t fd, short what, void *context)
{
	struct web_session *session = context;
	const char *text = session->page->text;
	size_t length = strlen(text);
	if (session->page->fault == WEB_RESET) {
		session_reset(session);
		return;
	}
	size_t count = session->page->fault == WEB_HALVES ? length - session->sent : 1;
	if (session->sent + count > length) {
		return;
	}
	bufferevent_write(session->stream, text + session->sent, count);
	session->sent += count;
	timer_arm(session);
}

static void answer_begin(struct web_session *session)
{
	const struct web_page *page = session->page;
	size_t length = strlen(page->text);
	session->is_answered = true;
	session->stub->answered++;
	session->sent = page->fault == WEB_TRICKLE  ? 1
			: page->fault == WEB_HALVES ? length - 5
						    : length;
	if (page->fault == WEB_SILENT_ACCEPT) {
		session_end(session);
		return;
	}
	bufferevent_write(session->stream, page->text, session->sent);
	if (page->fault == WEB_TRICKLE || page->fault == WEB_HALVES || page->fault == WEB_RESET) {
		timer_arm(session);
	}
}

static void on_written(struct bufferevent *stream, void *context)
{
	struct web_session *session = context;
	if (!session->is_answered) {
		return;
	}
	if (session->page->fault == WEB_WHOLE) {
		session_end(session);
	} else if (session->page->fault == WEB_REPEAT) {
		size_t length = strlen(session->page->more);
		for (size_t sent = 0; sent < REPEAT_BYTES; sent += length) {
			bufferevent_write(stream, session->page->more, length);
		}
	}
}

static void on_read(struct bufferevent *stream, void *context)
{
	struct web_session *session = context;
	struct web_stub *stub = session->stub;
	char text[REQUEST_MAX];
	ssize_t length = evbuffer_copyout(bufferevent_get_input(stream), text, sizeof(text) - 1);
	if (length < 0 || session->is_answered) {
		return;
	}
	text[length] = '\0';
	if (strstr(text, "\r\n\r\n") == NULL) {
		return;
	}
	memcpy(stub->request, text, (size_t)length + 1);
	char *path = strchr(text, ' ') + 1;
	path[strcspn(path, " ")] = '\0';
	session->page = &not_found;
	for (const struct web_page *page = stub->config.pages; page->path != NULL; page++) {
		if (strcmp(page->path, path) == 0) {
			session->page = page;
		}
	}
	answer_begin(session);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0) {
		session_end(context);
	}
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer,
		      int peer_length, void *context)
{
	struct web_stub *stub = context;
	struct web_session *session = calloc(1, sizeof(*session));
	stub->connections++;
	session->stub = stub;
	if (stub->config.tls != NULL) {
		session->stream = bufferevent_openssl_socket_new(
			stub->base, fd, SSL_new(stub->config.tls), BUFFEREVENT_SSL_ACCEPTING,
			BEV_OPT_CLOSE_ON_FREE);
	} else {
		session->stream = bufferevent_socket_new(stub->base, fd, BEV_OPT_CLOSE_ON_FREE);
	}
	session->timer = evtimer_new(stub->base, on_pause, session);
	LIST_INSERT_HEAD(&stub->sessions, session, entry);
	bufferevent_setcb(session->stream, on_read, on_written, on_event, session);
	bufferevent_enable(session->stream, EV_READ | EV_WRITE);
}

static struct evconnlistener *listen_at(struct web_stub *stub, const struct sockaddr *address,
					socklen_t length)
{
	return evconnlistener_new_bind(stub->base, on_accept, stub,
				       LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1, address,
				       (int)length);
}

struct web_stub *web_stub_start(struct event_base *base, const struct web_stub_config *config)
{
	struct web_stub *stub = calloc(1, sizeof(*stub));
	stub->base = base;
	stub->config = *config;
	LIST_INIT(&stub->sessions);
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(config->port)};
	inet_pton(AF_INET, WEB_STUB_ADDRESS, &v4.sin_addr);
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	socklen_t length = sizeof(v4);
	// Also when it is not served, so that the port is nobody else's.
	stub->v4 = listen_at(stub, (const struct sockaddr *)&v4, sizeof(v4));
	if (stub->v4 == NULL) {
		abort();
	}
	getsockname(evconnlistener_get_fd(stub->v4), (struct sockaddr *)&v4, &length);
	stub->port = ntohs(v4.sin_port);
	if (!config->has_ipv4) {
		evconnlistener_free(stub->v4);
		stub->v4 = NULL;
	}
	v6.sin6_port = v4.sin_port;
	if (config->has_ipv6) {
		stub->v6 = listen_at(stub, (const struct sockaddr *)&v6, sizeof(v6));
	}
	return stub;
}

void web_stub_stop(struct web_stub *stub)
{
	while (!LIST_EMPTY(&stub->sessions)) {
		session_end(LIST_FIRST(&stub->sessions));
	}
	if (stub->v4 != NULL) {
		evconnlistener_free(stub->v4);
	}
	if (stub->v6 != NULL) {
		evconnlistener_free(stub->v6);
	}
	free(stub);
}

uint16_t web_stub_port(const struct web_stub *stub)
{
	return stub->port;
}

unsigned web_stub_connections(const struct web_stub *stub)
{
	return stub->connections;
}

unsigned web_stub_answered(const struct web_stub *stub)
{
	return stub->answered;
}

const char *web_stub_request(const struct web_stub *stub)
{
	return stub->request;
}
