// SPDX-License-Identifier: BSD-3-Clause
// A loop with a test server, scripted hosts and a fetch service on it, and what came of one fetch.

#pragma once

#include "cunit_runner.h"
#include "scripted_hosts.h"
#include "web_stub.h"

#define SESSION_DEADLINE_S 20

struct fetch_session {
	struct event_base *base;
	struct web_stub *stub;
	struct scripted_hosts hosts;
	struct fetch_service *service;
	unsigned ended;
	bool is_late;
	struct fetch_result result; // pointers are void, except `body` below
	char body[256];
	char last_url[URL_TEXT_MAX];
};

static inline void session_open(struct fetch_session *session, const struct web_stub_config *web,
				const struct scripted_host *rows)
{
	*session = (struct fetch_session) {.base = event_base_new()};
	session->stub = web_stub_start(session->base, web);
	session->hosts = (struct scripted_hosts) {.base = session->base,
						  .rows = rows,
						  .permitted = WEB_STUB_ADDRESS,
						  .port = web_stub_port(session->stub)};
	const struct fetch_config config = scripted_config(&session->hosts);
	session->service = fetch_service_open(session->base, &config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(session->service);
}

static inline void session_close(struct fetch_session *session)
{
	CU_ASSERT_EQUAL(fetch_service_running(session->service), 0);
	CU_ASSERT_EQUAL(session->hosts.pending, 0);
	fetch_service_close(session->service);
	web_stub_stop(session->stub);
	event_base_free(session->base);
}

static inline void session_ended(void *context, const struct fetch_result *result)
{
	struct fetch_session *session = context;
	session->ended++;
	session->result = *result;
	size_t shown = result->body_length < sizeof(session->body) - 1 ? result->body_length
								       : sizeof(session->body) - 1;
	memset(session->body, 0, sizeof(session->body));
	if (shown > 0) {
		memcpy(session->body, result->body, shown);
	}
	snprintf(session->last_url, sizeof(session->last_url), "%s",
		 result->hops[result->hop_count - 1].url->text);
}

static inline void session_alarm(evutil_socket_t fd, short what, void *context)
{
	*(bool *)context = true;
}

// Runs the loop until a fetch ended.
static inline void session_wait(struct fetch_session *session)
{
	struct event *alarm_event = evtimer_new(session->base, session_alarm, &session->is_late);
	const struct timeval limit = {.tv_sec = SESSION_DEADLINE_S};
	evtimer_add(alarm_event, &limit);
	while (session->ended == 0 && !session->is_late) {
		event_base_loop(session->base, EVLOOP_ONCE);
	}
	event_free(alarm_event);
	CU_ASSERT_FALSE_FATAL(session->is_late);
	CU_ASSERT_EQUAL(session->ended, 1);
}

// `text` with each %P replaced by the server's port.
static inline void session_expand(const struct fetch_session *session, const char *text, char *url,
				  size_t capacity)
{
	const char *mark = strstr(text, "%P");
	if (mark == NULL) {
		snprintf(url, capacity, "%s", text);
	} else {
		snprintf(url, capacity, "%.*s%u%s", (int)(mark - text), text,
			 web_stub_port(session->stub), mark + 2);
	}
}

static inline enum fetch_cause session_fetch(struct fetch_session *session, const char *text,
					     struct fetch_request request)
{
	char url[URL_TEXT_MAX];
	struct fetch *fetch = NULL;
	session_expand(session, text, url, sizeof(url));
	request.url = url;
	request.body_limit = request.body_limit == 0 ? 128 : request.body_limit;
	session->ended = 0;
	CU_ASSERT_EQUAL_FATAL(
		fetch_start(session->service, &request, session_ended, session, &fetch), 0);
	CU_ASSERT_EQUAL(session->ended, 0);
	session_wait(session);
	CU_ASSERT_EQUAL(session->result.outcome,
			session->result.cause == FETCH_CAUSE_NONE ? FETCH_COMPLETE : FETCH_FAILED);
	return session->result.cause;
}
