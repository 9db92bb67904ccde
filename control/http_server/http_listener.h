// SPDX-License-Identifier: BSD-3-Clause
// A small HTTP/1.1 server on the owner's libevent loop (the process ignores SIGPIPE): evhttp reads and writes the messages, this folder holds what
// evhttp leaves open. Nothing blocks and nothing grows without a limit:
//
//   connections        connections_max; past it the listening sockets rest, so the kernel's queue holds the others
//   a request          handshake, header and body must be whole within request_timeout_ms, however busily a client
//                      trickles (slow loris); header_bytes_max; body_bytes_max, else 413
//   between requests   idle_timeout_ms
//   a reply            must be taken within reply_timeout_ms from its last octet on
//   a stream           at most stream_bytes_max unread, then the connection is closed
//
//	accepted --first octet--> reading --whole--> handler ... answers --> writing --> idle --first octet--> reading
//
// A client that hangs up while its request is worked on is noticed at once (EPOLLRDHUP; a half-closed connection counts
// as hung up). Faults below HTTP's own grammar, and bodies over twice the limit, are answered by evhttp's short HTML page;
// all else by problem documents (http_reply.h).

#pragma once

#include "http_server/http_route.h"
#include "http_server/server_tls.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_ADDRESSES_MAX 8

struct event_base;
struct http_listener;

struct http_limits {
	unsigned connections_max;
	size_t header_bytes_max;
	size_t body_bytes_max;
	size_t stream_bytes_max;
	unsigned request_timeout_ms;
	unsigned idle_timeout_ms;
	unsigned reply_timeout_ms;
};

// 1,024 connections, 16 KiB, 4 MiB, 8 MiB, 15 s, 75 s, 60 s.
struct http_limits http_limits_default(void);

struct http_listener_config {
	struct event_base *base;
	const char *const
		*addresses;   // "192.0.2.1:8443", "[2001:db8::1]:8443"; port 0 takes a free one
	size_t address_count; // 1 to HTTP_ADDRESSES_MAX
	const struct http_tls_config *tls; // NULL: without TLS
	struct http_limits limits;
	const struct http_route *routes; // outlive the listener
	size_t route_count;
	// Who may ask at all; others are answered 403, whatever they ask for. NULL: everybody whom TLS lets in.
	bool (*admits)(const struct http_exchange *exchange, void *context);
	void *admits_context;
};

// NULL, ret_error (-EINVAL, -EADDRINUSE, -EACCES, -EADDRNOTAVAIL, -ENOMEM ...) and the fault.
struct http_listener *http_listener_open(const struct http_listener_config *config, int *ret_error,
					 struct http_fault *fault);
// Closes all connections, telling the exchanges in progress that their client is gone. They may be answered later, into
// the void. NULL is accepted. Not from within a handler.
void http_listener_close(struct http_listener *listener);

uint16_t http_listener_port(const struct http_listener *listener, size_t index);

// New connections use the new files; those that stand keep theirs and are not dropped. On failure nothing changes.
// -EINVAL also when the listener was opened without TLS.
PLX_MUST_CHECK int http_listener_reload(struct http_listener *listener,
					const struct http_tls_config *tls,
					struct http_fault *fault);

// From now on new requests are answered 503 with Retry-After and their connections closed; requests in progress finish.
// `on_drained` runs once, from the loop, when none is left. -EALREADY when it drains already.
PLX_MUST_CHECK int http_listener_drain(struct http_listener *listener,
				       void (*on_drained)(void *context), void *context);

struct http_counters {
	unsigned connections; // now
	unsigned exchanges;   // now
	unsigned writing;     // now: answered, and the client has not taken all of it
	uint64_t accepted;
	uint64_t requests;
	uint64_t timed_out;  // connections closed for being slow or idle
	uint64_t hung_up;    // clients that went before their answer was complete
	uint64_t overflowed; // streams closed for not being read
};
struct http_counters http_listener_counters(const struct http_listener *listener);
