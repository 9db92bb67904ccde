// SPDX-License-Identifier: BSD-3-Clause
// A web server on the test's own loop that does as it is told, faults included. 127.53.0.9 and, on the same port, ::1.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WEB_STUB_ADDRESS "127.53.0.9"

struct event_base;
struct ssl_ctx_st;
struct web_stub;

enum web_fault {
	WEB_WHOLE = 0,     // sends the text and closes
	WEB_REPEAT,        // sends the text once, then `more` for ever
	WEB_TRICKLE,       // one octet of the text every 30 ms
	WEB_HALVES,        // the text in two segments
	WEB_RESET,         // the text, then RST
	WEB_HANG,          // the text, and then nothing
	WEB_SILENT_ACCEPT, // closes without a word
};

// The answer to one path. Ends with a row whose path is NULL; a path that is not there is a 404.
struct web_page {
	const char *path;
	const char *text;
	enum web_fault fault;
	const char *more;
};

struct web_stub_config {
	const struct web_page *pages;
	bool has_ipv4;
	bool has_ipv6;
	struct ssl_ctx_st *tls; // NULL: plain
	uint16_t port;          // 0: any that is free
};

struct web_stub *web_stub_start(struct event_base *base, const struct web_stub_config *config);
void web_stub_stop(struct web_stub *stub);
uint16_t web_stub_port(const struct web_stub *stub);
unsigned web_stub_connections(const struct web_stub *stub);
unsigned web_stub_answered(const struct web_stub *stub); // requests
// Of the last request, as received.
const char *web_stub_request(const struct web_stub *stub);
