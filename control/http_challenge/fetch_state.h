// SPDX-License-Identifier: BSD-3-Clause
// What is inside a fetch: for fetch.c (life and redirects), fetch_connect.c (addresses) and fetch_transfer.c (libcurl).

#pragma once

#include "http_challenge/address_choice.h"
#include "http_challenge/curl_loop.h"
#include "http_challenge/fetch.h"

#include <stdbool.h>
#include <stdint.h>

#include <sys/queue.h>

struct event;

LIST_HEAD(fetch_list, fetch);

struct fetch_service {
	struct event_base *base;
	struct fetch_config config;
	struct curl_loop *loop;
	struct fetch_list running;
	unsigned running_count;
};

// One request to one address, as far as its answer was received.
struct fetch_answer {
	struct curl_transfer transfer;
	bool is_in_loop;
	struct curl_slist *pinned; // CURLOPT_CONNECT_TO
	bool was_connected;        // known once the socket is closed
	struct plx_endpoint peer;  // the only one that may be connected to
	enum fetch_cause cause;    // why we broke it off; NONE: we did not
	bool is_enough;            // broken off because no more is needed
	unsigned status;           // of the last status line
	bool is_in_header;         // after a status line
	unsigned informational_count;
	unsigned header_lines;
	size_t header_bytes;
	unsigned location_count;
};

struct fetch {
	LIST_ENTRY(fetch) entry;
	struct fetch_service *service;
	struct event *step; // begins the first hop, from a turn of its own
	struct event *deadline;
	int64_t start_ms;
	int64_t deadline_ms;
	uint32_t connect_ms;
	uint8_t address_family; // 0: both
	size_t body_limit;
	enum fetch_body_excess body_excess;
	char *user_agent;
	struct curl_slist *headers;
	void *query;                  // of the resolver; NULL: none runs
	struct address_choice choice; // of the last hop
	struct fetch_answer answer;
	fetch_cb callback;
	void *context;
	struct fetch_result result;
};

int64_t fetch_now_ms(void);

static inline struct fetch_hop *fetch_hop(struct fetch *fetch)
{
	return &fetch->result.hops[fetch->result.hop_count - 1];
}

// fetch.c
void fetch_fail(struct fetch *fetch,
		enum fetch_cause cause); // ends it: the callback is called, `fetch` is gone
void fetch_answered(
	struct fetch *fetch); // the last attempt brought an answer: a redirect, or the end

// fetch_connect.c
void fetch_connect_begin(
	struct fetch *fetch); // finds the addresses of the last hop and connects to one
void fetch_connect_next(struct fetch *fetch,
			enum fetch_cause cause); // the last attempt failed to connect

// fetch_transfer.c
PLX_MUST_CHECK int fetch_transfer_start(struct fetch *fetch, const struct plx_ip *ip);
void fetch_transfer_end(struct fetch *fetch);   // safe when none runs
bool fetch_status_is_redirect(unsigned status); // any 3xx
