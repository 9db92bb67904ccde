// SPDX-License-Identifier: BSD-3-Clause
// Fetches one URL for domain control validation (BR 3.2.2.4.18, .19, 3.2.2.5; RFC 8555 8.3), hostile servers assumed:
//
//   hop:  URL parts ──► rules: redirect? ──► addresses ──► rules: each address? ──► connect ──► answer ─┐
//    ▲                                                     IPv6, then once IPv4 if that fails to connect │
//    └──────────────────────────── 301, 302, 307, 308, at most FETCH_REDIRECTS_MAX ◄─────────────────────┘
//
// Nothing is connected to that the rules did not permit: the address is pinned for the hop, and the socket is refused
// once more if libcurl asks for any other. A host is resolved once per hop. No cookies, no proxy, no credentials, no
// decompression, no HTTP/2, no connection is used twice. TLS (1.2 or later) without a check of the chain, as all
// CAs do for redirects to https. Thread of the event base only; the process ignores SIGPIPE.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "http_challenge/host_resolver.h"
#include "http_challenge/url_parts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct fetch;
struct fetch_service;

#define FETCH_REDIRECTS_MAX 10 // other CAs: 10; the BR set none
#define FETCH_HOPS_MAX (FETCH_REDIRECTS_MAX + 1)
#define FETCH_DEADLINE_MS_DEFAULT 10000u // for all of it, DNS included
#define FETCH_DEADLINE_MS_MAX 60000u
#define FETCH_CONNECT_MS_DEFAULT 3000u // per address, TLS included
#define FETCH_BODY_MAX 65536           // the largest body_limit
#define FETCH_HEADER_BYTES_MAX 16384   // of one hop, informational answers and trailers included
#define FETCH_HEADER_LINES_MAX 64
#define FETCH_INFORMATIONAL_MAX 8 // 1xx answers before the real one
#define FETCH_REQUEST_HEADERS_MAX 16
#define FETCH_REQUEST_HEADER_BYTES_MAX 1024 // each
#define FETCH_OPEN_MAX 4096                 // at a time in one service: 4096 x 256 KiB
#define FETCH_LOW_SPEED_BYTES 16L           // a second, ...
#define FETCH_LOW_SPEED_S 5L                // ... over so many

enum fetch_permission {
	FETCH_PERMISSION_NOT_EVALUATED = 0, // refused
	FETCH_PERMITTED,
	FETCH_FORBIDDEN,
};

// What the policy says, before anything is done. ret_reason, of static storage, is set when it refuses.
struct fetch_rules {
	void *context;
	enum fetch_permission (*judge_redirect)(void *context, unsigned status,
						const struct url_parts *from,
						const struct url_parts *to,
						const char **ret_reason);
	enum fetch_permission (*judge_address)(void *context, const struct plx_ip *ip,
					       const char **ret_reason);
};

struct fetch_config {
	struct host_resolver resolver;
	struct fetch_rules rules;
	// Told of each socket that libcurl asks for, and whether it gets it. May be NULL.
	void (*on_socket)(void *context, const struct plx_endpoint *peer, bool is_permitted);
	void *on_socket_context;
};

enum fetch_body_excess {
	FETCH_EXCESS_FAILS = 0, // a longer body cannot be right (http-01)
	FETCH_EXCESS_IS_CUT,    // only its beginning counts (website change)
};

struct fetch_request {
	const char *url;
	const char *user_agent;     // NULL: none is sent
	const char *const *headers; // "Name: value"; no CR, LF or other control character
	unsigned header_count;
	size_t body_limit; // 1 .. FETCH_BODY_MAX
	enum fetch_body_excess body_excess;
	uint32_t deadline_ms;   // 0: the default
	uint32_t connect_ms;    // 0: the default
	uint8_t address_family; // 4 or 6: connects by no other, on any hop; 0: both
};

enum fetch_outcome {
	FETCH_NOT_EVALUATED = 0,
	FETCH_COMPLETE, // the last hop gave an answer with any status but a redirect; the body is whole, or cut as asked
	FETCH_FAILED, // see the cause
};

enum fetch_cause {
	FETCH_CAUSE_NONE = 0,
	FETCH_CAUSE_RESOLVE_FAILED,  // see addresses of the last hop
	FETCH_CAUSE_NO_ADDRESS,      // the host has none
	FETCH_CAUSE_ADDRESS_REFUSED, // all of them, by the rules
	FETCH_CAUSE_CONNECT_FAILED,  // refused, unreachable
	FETCH_CAUSE_CONNECT_TIMEOUT,
	FETCH_CAUSE_TLS_FAILED,
	FETCH_CAUSE_REDIRECT_STATUS,   // 300, 303, 304 ...
	FETCH_CAUSE_REDIRECT_LOCATION, // none, two, or no URL that may be followed (url_fault)
	FETCH_CAUSE_REDIRECT_REFUSED,  // by the rules (reason)
	FETCH_CAUSE_REDIRECT_LOOP,
	FETCH_CAUSE_REDIRECT_LIMIT,
	FETCH_CAUSE_HEADER_LIMIT, // octets or lines
	FETCH_CAUSE_INFORMATIONAL_LIMIT,
	FETCH_CAUSE_BODY_LIMIT,
	FETCH_CAUSE_BAD_RESPONSE, // not HTTP/1.x, or broken off
	FETCH_CAUSE_TOO_SLOW,
	FETCH_CAUSE_DEADLINE,
	FETCH_CAUSE_INTERNAL, // no memory; nothing that the server did
	FETCH_CAUSE_COUNT
};

struct fetch_attempt {
	struct plx_ip ip;
	enum fetch_cause cause; // NONE: it answered
};

#define FETCH_ATTEMPTS_MAX 2 // one IPv6, one IPv4

struct fetch_hop {
	struct url_parts *url;
	struct address_list *addresses; // NULL: the host is an address, or the look-up did not end
	const char *refusal; // why the rules refused an address, the first of them; NULL: none
	uint8_t refused_count;
	uint8_t attempt_count;
	struct fetch_attempt attempts[FETCH_ATTEMPTS_MAX];
	unsigned status;         // 0: no answer
	char *location;          // as received; NULL: none
	const char *tls_version; // "TLSv1.3"; NULL: none
};

struct fetch_result {
	enum fetch_outcome outcome;
	enum fetch_cause cause;
	const char *reason;       // of the rules, for REDIRECT_REFUSED and ADDRESS_REFUSED
	enum url_fault url_fault; // for REDIRECT_LOCATION
	unsigned hop_count;
	struct fetch_hop hops[FETCH_HOPS_MAX];
	unsigned status; // of the last hop; 0 unless COMPLETE
	uint8_t *body;   // NUL follows; NULL when empty
	size_t body_length;
	bool is_body_cut;
	uint8_t body_sha256[32]; // of `body`
	uint32_t duration_ms;
};

// NULL: no memory. config is copied; what it points to outlives the service.
struct fetch_service *fetch_service_open(struct event_base *base,
					 const struct fetch_config *config);
// Fetches that still run are cancelled. Not from a callback. NULL is accepted.
void fetch_service_close(struct fetch_service *service);
unsigned fetch_service_running(const struct fetch_service *service);

// `result` is valid during the call only, in which fetches may be started and cancelled.
typedef void (*fetch_cb)(void *context, const struct fetch_result *result);

// The callback comes exactly once, never from within this call. -EINVAL: the URL, a header or a limit; -EAGAIN: too many
// run; -ENOMEM: then never. The request may be forgotten afterwards.
PLX_MUST_CHECK int fetch_start(struct fetch_service *service, const struct fetch_request *request,
			       fetch_cb callback, void *context, struct fetch **ret_fetch);
// The callback does not come. NULL is accepted.
void fetch_cancel(struct fetch *fetch);

const char *fetch_outcome_name(enum fetch_outcome outcome);
const char *fetch_cause_name(enum fetch_cause cause); // "connect-timeout"
const char *fetch_cause_text(enum fetch_cause cause); // a sentence
