// SPDX-License-Identifier: BSD-3-Clause
// libcurl's multi interface on an event loop. One for each purpose: handles and connections of DCV are never shared with
// those that carry a client certificate. Thread of the event base only.

#pragma once

#include <parallax/base/attributes.h>

#include <curl/curl.h>

struct curl_loop;
struct event_base;

// `code` as of CURLMSG_DONE. The transfer is out of the loop already: the handle may be freed or added again.
typedef void (*curl_loop_cb)(void *context, CURLcode code);

// One easy handle in the loop; embedded by its owner. CURLOPT_PRIVATE of the handle is ours.
struct curl_transfer {
	CURL *easy;
	curl_loop_cb callback;
	void *context;
};

// NULL: no memory. Initialises libcurl, and destroy undoes it.
struct curl_loop *curl_loop_create(struct event_base *base);
// No transfer is left in it. NULL is accepted.
void curl_loop_destroy(struct curl_loop *loop);

// The callback comes exactly once, never from within this call. -ENOMEM, -EIO (libcurl refuses): then never.
PLX_MUST_CHECK int curl_loop_add(struct curl_loop *loop, struct curl_transfer *transfer);
// The callback does not come. Not from a callback that libcurl itself calls.
void curl_loop_remove(struct curl_loop *loop, struct curl_transfer *transfer);
