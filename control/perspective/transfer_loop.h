// SPDX-License-Identifier: BSD-3-Clause
// One libcurl multi handle on a libevent loop. Each remote, and each generation of certificates, has its own: a connection
// that was made with one key is never found by a request that should use another (CVE-2026-8932), and nothing here is
// ever shared with the fetches of DCV. The process calls curl_global_init before its first thread.

#pragma once

#include <parallax/base/attributes.h>

#include <curl/curl.h>

struct event_base;
struct transfer_loop;

// `on_done` runs from the loop, outside libcurl, once for each transfer that ended by itself; it is removed by then.
struct transfer_loop *
transfer_loop_create(struct event_base *base, long connections_max,
		     void (*on_done)(CURL *transfer, CURLcode code, void *context), void *context);
// Without transfers, and not from within on_done.
void transfer_loop_destroy(struct transfer_loop *loop);
PLX_MUST_CHECK int transfer_loop_add(struct transfer_loop *loop, CURL *transfer);
// Breaks it off. Not from within a callback of libcurl.
void transfer_loop_remove(struct transfer_loop *loop, CURL *transfer);
