// SPDX-License-Identifier: BSD-3-Clause
// Answers of a web server to a fetch, over a real connection on loopback: the input, cut at each 0xff 0xff into the answers
// to one request after the other. Oracle: the fetch ends once, within its limits, and asks for no socket but to the
// server.

#include "http_challenge/fetch.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "fuzz_target.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#define BODY_LIMIT 300
#define DEADLINE_MS 500

static struct event_base *base;
static struct fetch_service *service;
static uint16_t port;
static const uint8_t *input;
static size_t input_left;
static unsigned ended;

// The answer ends where its connection does.
static void on_written(struct bufferevent *stream, void *context)
{
	bufferevent_free(stream);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	bufferevent_free(stream);
}

static void on_request(struct bufferevent *stream, void *context)
{
	struct evbuffer *request = bufferevent_get_input(stream);
	evbuffer_drain(request, evbuffer_get_length(request));
	size_t length = 0;
	while (length < input_left &&
	       !(length + 1 < input_left && input[length] == 0xff && input[length + 1] == 0xff)) {
		length++;
	}
	const uint8_t *answer = input;
	size_t used = length + 2 < input_left ? length + 2 : input_left;
	input += used;
	input_left -= used;
	if (length == 0) {
		bufferevent_free(stream);
		return;
	}
	bufferevent_disable(stream, EV_READ);
	bufferevent_setcb(stream, NULL, on_written, on_event, NULL);
	bufferevent_write(stream, answer, length);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer,
		      int peer_length, void *context)
{
	struct bufferevent *stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	must(stream != NULL);
	bufferevent_setcb(stream, on_request, NULL, on_event, NULL);
	bufferevent_enable(stream, EV_READ | EV_WRITE);
}

static int resolve(void *context, const struct plx_name *host, uint32_t timeout_ms,
		   address_lookup_cb callback, void *callback_context, void **ret_query)
{
	return -ENETUNREACH;
}

static void resolve_cancel(void *context, void *query)
{
	must(false);
}

static enum fetch_permission judge_redirect(void *context, unsigned status,
					    const struct url_parts *from,
					    const struct url_parts *to, const char **ret_reason)
{
	must(status == 301 || status == 302 || status == 307 || status == 308);
	return to->port == port ? FETCH_PERMITTED : FETCH_FORBIDDEN;
}

static bool is_server(const struct plx_ip *ip)
{
	static const uint8_t loopback[4] = {127, 53, 0, 9};
	return ip->family == 4 && memcmp(ip->bytes, loopback, 4) == 0;
}

static enum fetch_permission judge_address(void *context, const struct plx_ip *ip,
					   const char **ret_reason)
{
	return is_server(ip) ? FETCH_PERMITTED : FETCH_FORBIDDEN;
}

static void on_socket(void *context, const struct plx_endpoint *peer, bool is_permitted)
{
	must(is_permitted && is_server(&peer->ip) && peer->port == port);
}

static void on_end(void *context, const struct fetch_result *result)
{
	ended++;
	must(result->hop_count >= 1 && result->hop_count <= FETCH_HOPS_MAX);
	must(result->body_length <= BODY_LIMIT);
	must(strlen(fetch_cause_name(result->cause)) > 0);
	if (result->outcome == FETCH_COMPLETE) {
		must(result->cause == FETCH_CAUSE_NONE && result->status >= 200);
		must(result->status < 300 || result->status > 399);
	} else {
		must(result->outcome == FETCH_FAILED && result->cause != FETCH_CAUSE_NONE);
		must(result->status == 0);
	}
	for (unsigned i = 0; i < result->hop_count; i++) {
		must(result->hops[i].attempt_count <= 1);
		must(result->hops[i].location == NULL ||
		     strlen(result->hops[i].location) <= FETCH_HEADER_BYTES_MAX);
	}
}

static void world_open(void)
{
	static const struct fetch_config config = {
		.resolver = {.start = resolve, .cancel = resolve_cancel},
		.rules = {.judge_redirect = judge_redirect, .judge_address = judge_address},
		.on_socket = on_socket,
	};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f350009)};
	socklen_t length = sizeof(address);
	base = event_base_new();
	service = fetch_service_open(base, &config);
	struct evconnlistener *listener =
		evconnlistener_new_bind(base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, -1,
					(const struct sockaddr *)&address, sizeof(address));
	must(service != NULL && listener != NULL);
	must(getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) ==
	     0);
	port = ntohs(address.sin_port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (base == NULL) {
		world_open();
	}
	char url[64];
	snprintf(url, sizeof(url), "http://127.53.0.9:%u/", port);
	const struct fetch_request request = {
		.url = url,
		.body_limit = BODY_LIMIT,
		.body_excess = size % 2 == 0 ? FETCH_EXCESS_FAILS : FETCH_EXCESS_IS_CUT,
		.deadline_ms = DEADLINE_MS,
	};
	struct fetch *fetch;
	input = data;
	input_left = size;
	ended = 0;
	must(fetch_start(service, &request, on_end, NULL, &fetch) == 0);
	while (ended == 0) {
		must(event_base_loop(base, EVLOOP_ONCE) == 0);
	}
	must(ended == 1 && fetch_service_running(service) == 0);
	return 0;
}
