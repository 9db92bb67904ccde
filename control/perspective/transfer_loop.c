// SPDX-License-Identifier: BSD-3-Clause
// Joins libcurl's sockets and timer to libevent's.

#include "perspective/transfer_loop.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>

struct transfer_loop {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	void (*on_done)(CURL *transfer, CURLcode code, void *context);
	void *context;
};

static void collect_done(struct transfer_loop *loop)
{
	CURLMsg *message;
	int left = 0;
	while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
		if (message->msg == CURLMSG_DONE) {
			CURL *transfer = message->easy_handle;
			CURLcode code = message->data.result;
			curl_multi_remove_handle(loop->multi, transfer);
			loop->on_done(transfer, code, loop->context);
		}
	}
}

static void on_socket_event(evutil_socket_t fd, short what, void *context)
{
	struct transfer_loop *loop = context;
	int running = 0;
	int action =
		(what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	curl_multi_socket_action(loop->multi, fd, action, &running);
	collect_done(loop);
}

static void on_timer_event(evutil_socket_t fd, short what, void *context)
{
	struct transfer_loop *loop = context;
	int running = 0;
	curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect_done(loop);
}

static int on_socket_change(CURL *transfer, curl_socket_t fd, int what, void *context,
			    void *socket_context)
{
	struct transfer_loop *loop = context;
	struct event *event = socket_context;
	if (event != NULL) {
		event_free(event);
		curl_multi_assign(loop->multi, fd, NULL);
	}
	if (what == CURL_POLL_REMOVE) {
		return 0;
	}
	short kinds = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			      (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
	event = event_new(loop->base, fd, kinds, on_socket_event, loop);
	if (event == NULL || event_add(event, NULL) != 0) {
		return -1;
	}
	curl_multi_assign(loop->multi, fd, event);
	return 0;
}

static int on_timer_change(CURLM *multi, long timeout_ms, void *context)
{
	struct transfer_loop *loop = context;
	if (timeout_ms < 0) {
		event_del(loop->timer);
		return 0;
	}
	struct timeval timeout = {.tv_sec = timeout_ms / 1000,
				  .tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000};
	return event_add(loop->timer, &timeout);
}

struct transfer_loop *
transfer_loop_create(struct event_base *base, long connections_max,
		     void (*on_done)(CURL *transfer, CURLcode code, void *context), void *context)
{
	struct transfer_loop *loop = calloc(1, sizeof(*loop));
	if (loop == NULL) {
		return NULL;
	}
	loop->base = base;
	loop->on_done = on_done;
	loop->context = context;
	loop->timer = evtimer_new(base, on_timer_event, loop);
	loop->multi = curl_multi_init();
	if (loop->timer == NULL || loop->multi == NULL) {
		transfer_loop_destroy(loop);
		return NULL;
	}
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket_change);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer_change);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, connections_max);
	curl_multi_setopt(loop->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max);
	return loop;
}

void transfer_loop_destroy(struct transfer_loop *loop)
{
	if (loop == NULL) {
		return;
	}
	if (loop->multi != NULL) {
		curl_multi_cleanup(loop->multi);
	}
	if (loop->timer != NULL) {
		event_free(loop->timer);
	}
	free(loop);
}

int transfer_loop_add(struct transfer_loop *loop, CURL *transfer)
{
	return curl_multi_add_handle(loop->multi, transfer) == CURLM_OK ? 0 : -ENOMEM;
}

void transfer_loop_remove(struct transfer_loop *loop, CURL *transfer)
{
	curl_multi_remove_handle(loop->multi, transfer);
}
