// SPDX-License-Identifier: BSD-3-Clause
// A resolver that answers from a script, later on the loop, and the rules of the tests: one address is permitted, and
// ::1 if so asked; redirects go to 80, 443 and the test server's port.

#pragma once

#include "http_challenge/fetch.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPT_ANSWERS_MAX 4
#define SOCKETS_MAX 256

// "" ends a list of answers; each answer is a blank-separated list of addresses; "!" is a failed look-up, "-" has none.
struct scripted_host {
	const char *name;
	const char *answers[SCRIPT_ANSWERS_MAX]; // one for each question, the last for ever
};

struct scripted_hosts {
	struct event_base *base;
	const struct scripted_host *rows; // ends with name NULL
	unsigned asked[32];               // per row
	unsigned pending;
	bool allows_ipv6_loopback;
	bool is_silent; // never answers
	const char *permitted;
	uint16_t port;
	struct plx_endpoint sockets[SOCKETS_MAX]; // asked for by libcurl
	unsigned socket_count;
	unsigned refused_sockets;
};

struct scripted_query {
	struct scripted_hosts *hosts;
	struct event *event;
	struct address_list list;
	address_lookup_cb callback;
	void *context;
};

static inline void scripted_query_free(struct scripted_query *query)
{
	query->hosts->pending--;
	event_free(query->event);
	free(query);
}

static inline void scripted_query_answer(evutil_socket_t fd, short what, void *context)
{
	struct scripted_query *query = context;
	query->callback(query->context, &query->list);
	scripted_query_free(query);
}

static inline void scripted_list_fill(const char *answer, struct address_list *list)
{
	char text[256];
	char *rest = NULL;
	list->outcome = answer[0] == '!'   ? ADDRESS_FAILED
			: answer[0] == '-' ? ADDRESS_NONE
					   : ADDRESS_FOUND;
	snprintf(text, sizeof(text), "%s", answer);
	for (char *word = strtok_r(text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		list->count += plx_ip_parse(word, &list->addresses[list->count]) == 0;
	}
}

static inline int scripted_start(void *context, const struct plx_name *host, uint32_t timeout_ms,
				 address_lookup_cb callback, void *callback_context,
				 void **ret_query)
{
	struct scripted_hosts *hosts = context;
	struct scripted_query *query = calloc(1, sizeof(*query));
	char name[PLX_NAME_TEXT_MAX];
	plx_name_format(host, name);
	const char *answer = "!";
	for (unsigned i = 0; hosts->rows[i].name != NULL; i++) {
		if (strcmp(hosts->rows[i].name, name) == 0) {
			answer = hosts->rows[i].answers[hosts->asked[i]];
			hosts->asked[i] += hosts->asked[i] + 1 < SCRIPT_ANSWERS_MAX &&
					   hosts->rows[i].answers[hosts->asked[i] + 1] != NULL;
		}
	}
	query->hosts = hosts;
	query->callback = callback;
	query->context = callback_context;
	scripted_list_fill(answer, &query->list);
	query->event = evtimer_new(hosts->base, scripted_query_answer, query);
	if (!hosts->is_silent) {
		event_active(query->event, EV_TIMEOUT, 0);
	}
	hosts->pending++;
	*ret_query = query;
	return 0;
}

static inline void scripted_cancel(void *context, void *query)
{
	scripted_query_free(query);
}

static inline enum fetch_permission scripted_address(void *context, const struct plx_ip *ip,
						     const char **ret_reason)
{
	const struct scripted_hosts *hosts = context;
	char text[PLX_IP_TEXT_MAX];
	plx_ip_format(ip, text);
	if (strcmp(text, hosts->permitted) == 0 ||
	    (hosts->allows_ipv6_loopback && strcmp(text, "::1") == 0)) {
		return FETCH_PERMITTED;
	}
	*ret_reason = "special-purpose address";
	return FETCH_FORBIDDEN;
}

static inline enum fetch_permission scripted_redirect(void *context, unsigned status,
						      const struct url_parts *from,
						      const struct url_parts *to,
						      const char **ret_reason)
{
	const struct scripted_hosts *hosts = context;
	if (to->port == 80 || to->port == 443 || to->port == hosts->port) {
		return FETCH_PERMITTED;
	}
	*ret_reason = "port not authorized";
	return FETCH_FORBIDDEN;
}

static inline void scripted_socket(void *context, const struct plx_endpoint *peer,
				   bool is_permitted)
{
	struct scripted_hosts *hosts = context;
	hosts->refused_sockets += !is_permitted;
	if (hosts->socket_count < SOCKETS_MAX) {
		hosts->sockets[hosts->socket_count++] = *peer;
	}
}

static inline struct fetch_config scripted_config(struct scripted_hosts *hosts)
{
	return (struct fetch_config) {
		.resolver = {.context = hosts, .start = scripted_start, .cancel = scripted_cancel},
		.rules = {.context = hosts,
			  .judge_redirect = scripted_redirect,
			  .judge_address = scripted_address},
		.on_socket = scripted_socket,
		.on_socket_context = hosts,
	};
}
