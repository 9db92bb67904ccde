// SPDX-License-Identifier: BSD-3-Clause
// A request by a real client, libcurl, from a thread of its own while the test turns the server's event loop.

#pragma once

#include <stdbool.h>
#include <stddef.h>

#define HTTP_CALL_TEXT_MAX (1024 * 1024)

struct event_base;

struct http_call {
	const char *url;
	const char *method; // NULL: GET, or POST with a body
	const char *body;
	size_t body_length;
	const char *header;      // one more header line
	const char *ca_file;     // with https
	const char *certificate; // DIRECTORY/NAME of NAME.pem and NAME.key; NULL: none
	long tls_version;        // CURL_SSLVERSION_*; 0: the default
	unsigned count;          // requests on the one connection; 0: one
	// what came back, of the last request
	int curl_code;
	long status;
	long connections; // opened by the last request
	size_t length;
	char text[HTTP_CALL_TEXT_MAX];
	char headers[8192];
};

// Turns `base` until the answer is there, at most 20 s.
void http_call_run(struct http_call *call, struct event_base *base);
// Turns `base` until `is_done` says so, at most 20 s. False when it was not.
bool loop_until(struct event_base *base, bool (*is_done)(void *context), void *context);
