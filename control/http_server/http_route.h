// SPDX-License-Identifier: BSD-3-Clause
// Which handler answers a request: a table of methods and paths. A path may end in one parameter ("/v1/orders/{id}").
// Pure.

#pragma once

#include <stddef.h>

// Longer parameters name nothing of ours; they are not found.
#define HTTP_PARAMETER_MAX 128
#define HTTP_ALLOW_MAX 64

struct http_exchange;

// Answers now or later, exactly once (http_reply.h, http_stream.h), also when the client has gone by then.
typedef void (*http_handler)(struct http_exchange *exchange, void *context);

struct http_route {
	const char *method; // "GET", "POST", ...
	const char *path;
	http_handler handler;
	void *context;
};

enum http_route_match {
	HTTP_ROUTE_NOT_EVALUATED = 0,
	HTTP_ROUTE_NOT_FOUND,   // 404
	HTTP_ROUTE_NOT_ALLOWED, // 405, with what is allowed (RFC 9110 section 15.5.6)
	HTTP_ROUTE_FOUND,
};

struct http_route_result {
	enum http_route_match match;
	const struct http_route *route;         // when FOUND
	char parameter[HTTP_PARAMETER_MAX + 1]; // when FOUND; "" without one
	char allow[HTTP_ALLOW_MAX];             // when NOT_ALLOWED: the value of Allow
};

// `path` is without its query. HEAD is answered by the route of GET. A parameter is 1 to HTTP_PARAMETER_MAX unreserved
// characters (RFC 3986 section 2.3): nothing is percent-decoded, so nothing can be smuggled in encoded.
struct http_route_result http_route_find(const struct http_route *routes, size_t count,
					 const char *method, const char *path);

const char *http_route_match_name(enum http_route_match match);
