// SPDX-License-Identifier: BSD-3-Clause
// Whole answers. Each ends the exchange: the pointer is not to be used afterwards. When the client is gone they only
// free it.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>

struct http_exchange;
struct json_t;

// To be called before the answer; a later value of the same name is added, not put in place. Names and values are ours,
// never a peer's.
void http_reply_header(struct http_exchange *exchange, const char *name, const char *value);

// Takes `document` over, on failure as well; NULL answers 500.
void http_reply_json(struct http_exchange *exchange, int status, struct json_t *document);
void http_reply_text(struct http_exchange *exchange, int status, const char *content_type,
		     const char *text, size_t length);

struct http_problem {
	int status;
	const char
		*pointer; // JSON pointer to the fault in the request (RFC 6901), NULL without one
	unsigned retry_after_s; // 0: no Retry-After (RFC 9110 section 10.2.3)
};

// application/problem+json (RFC 9457 section 3) with "pointer" as our extension member; the text becomes "detail".
void http_reply_problem(struct http_exchange *exchange, const struct http_problem *problem,
			const char *format, ...) PLX_PRINTF(3, 4);
