// SPDX-License-Identifier: BSD-3-Clause
// One request and its answer, as a handler sees it. An exchange lives until it is answered, also when its client, or the
// listener, has gone by then. All of it on the loop's thread.

#pragma once

#include "http_server/peer_identity.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

struct http_exchange;

// Valid until the exchange is answered or its client is gone: whoever answers later copies what it needs.
const char *http_exchange_method(const struct http_exchange *exchange);
const char *http_exchange_parameter(const struct http_exchange *exchange); // "" without one
const char *http_exchange_header(const struct http_exchange *exchange, const char *name); // NULL
const char *http_exchange_query(const struct http_exchange *exchange); // as sent, NULL without one
const char *http_exchange_peer_address(const struct http_exchange *exchange);
// Not NUL-terminated. NULL and 0 when there is none.
const char *http_exchange_body(struct http_exchange *exchange, size_t *ret_length);

// The names of the client's certificate; errors as peer_identity_read, -ENOENT without TLS.
PLX_MUST_CHECK int http_exchange_peer_identity(const struct http_exchange *exchange,
					       struct peer_identity *ret_identity);

// `on_hangup` runs once, from the loop, when the client goes before the answer is complete; the exchange must still be
// ended (http_reply_*, http_stream_end), from within it or later. NULL takes it back.
void http_exchange_set_hangup(struct http_exchange *exchange, void (*on_hangup)(void *context),
			      void *context);
bool http_exchange_is_gone(const struct http_exchange *exchange);
