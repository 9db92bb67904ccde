// SPDX-License-Identifier: BSD-3-Clause

#include "http_challenge/curl_loop.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>

struct curl_loop {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
};

static void messages_read(struct curl_loop *loop)
{
	CURLMsg *message;
	int left = 0;
	while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE) {
			continue;
		}
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result; // removing the handle ends the message
		struct curl_transfer *transfer = NULL;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
		curl_multi_remove_handle(loop->multi, easy);
		transfer->callback(transfer->context, code);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct curl_loop *loop = context;
	int running = 0;
	curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	messages_read(loop);
}

static void on_socket(evutil_socket_t fd, short what, void *context)
{
	struct curl_loop *loop = context;
	int running = 0;
	int action = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
		     ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
	curl_multi_socket_action(loop->multi, fd, action, &running);
	messages_read(loop);
}

static int timer_change(CURLM *multi, long timeout_ms, void *context)
{
	struct curl_loop *loop = context;
	if (timeout_ms < 0) {
		evtimer_del(loop->timer);
		return 0;
	}
	const struct timeval due = {.tv_sec = timeout_ms / 1000,
				    .tv_usec = (timeout_ms % 1000) * 1000};
	return evtimer_add(loop->timer, &due);
}

static int socket_change(CURL *easy, curl_socket_t fd, int what, void *context,
			 void *socket_context)
{
	struct curl_loop *loop = context;
	struct event *old = socket_context;
	if (old != NULL) {
		event_free(old);
		curl_multi_assign(loop->multi, fd, NULL);
	}
	if (what == CURL_POLL_REMOVE) {
		return 0;
	}
	short events = (short)(((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
			       ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0) | EV_PERSIST);
	struct event *event = event_new(loop->base, fd, events, on_socket, loop);
	if (event == NULL || event_add(event, NULL) != 0) {
		if (event != NULL) {
			event_free(event);
		}
		return -1;
	}
	curl_multi_assign(loop->multi, fd, event);
	return 0;
}

struct curl_loop *curl_loop_create(struct event_base *base)
{
	struct curl_loop *loop = calloc(1, sizeof(*loop));
	if (loop == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(loop);
		return NULL;
	}
	loop->base = base;
	loop->multi = curl_multi_init();
	loop->timer = evtimer_new(base, on_timer, loop);
	if (loop->multi == NULL || loop->timer == NULL) {
		curl_loop_destroy(loop);
		return NULL;
	}
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, socket_change);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, timer_change);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	return loop;
}

void curl_loop_destroy(struct curl_loop *loop)
{
	if (loop == NULL) {
		return;
	}
	curl_multi_cleanup(loop->multi);
	if (loop->timer != NULL) {
		event_free(loop->timer);
	}
	curl_global_cleanup();
	free(loop);
}

int curl_loop_add(struct curl_loop *loop, struct curl_transfer *transfer)
{
	curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
	CURLMcode code = curl_multi_add_handle(loop->multi, transfer->easy);
	return code == CURLM_OK ? 0 : code == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}

void curl_loop_remove(struct curl_loop *loop, struct curl_transfer *transfer)
{
	curl_multi_remove_handle(loop->multi, transfer->easy);
}
