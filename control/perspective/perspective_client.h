// SPDX-License-Identifier: BSD-3-Clause
// The primary's end of the channel, one per remote. Checks that are asked within a few milliseconds travel in one request;
// answers come back one by one, signed, each bound to the check that was asked. What a check says is not read here.
//
//	ask --waiting (window)--> batch --POST /v1/checks--> answers, each delivered when its line arrives
//
// Mutual TLS 1.3; the server's certificate must chain to the configured CA and name this perspective in this region
// (service_name.h). Every ask ends in exactly one callback, from the loop, never from within perspective_ask; all causes
// but PERSPECTIVE_ANSWERED are non-corroborations.
//
// A batch holds its connection until its last answer, so that batches grow rarer and larger as connections fill up: the
// window doubles up to 64 times. The process ignores SIGPIPE.

#pragma once

#include "perspective/channel_health.h"

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct json_t;
struct perspective_ask;
struct perspective_client;
struct plx_random;

enum perspective_cause {
	PERSPECTIVE_NOT_EVALUATED = 0,
	PERSPECTIVE_ANSWERED,
	PERSPECTIVE_TIMEOUT,      // no answer by the deadline
	PERSPECTIVE_UNREACHABLE,  // no connection, or backing off past the deadline
	PERSPECTIVE_DISCONNECTED, // the connection broke before the answer
	PERSPECTIVE_REFUSED_IDENTITY, // its certificate: untrusted, expired, another name, another region
	PERSPECTIVE_REFUSED_REQUEST, // an HTTP status other than 200
	PERSPECTIVE_MISSING,         // the stream ended well, without this answer
	PERSPECTIVE_MALFORMED,       // a line that is not one of ours
	PERSPECTIVE_BAD_SIGNATURE,
	PERSPECTIVE_MISLABELLED, // another perspective, region, or check than asked
	PERSPECTIVE_REPLAYED,    // another nonce than asked
	PERSPECTIVE_CLOSED,      // the client was destroyed
};
const char *perspective_cause_name(enum perspective_cause cause);

struct perspective_answer {
	enum perspective_cause cause;
	const struct json_t *answer; // when ANSWERED; borrowed
	struct json_t *
		envelope; // when ANSWERED: the signed line (signed_line.h), for the audit log; borrowed
	const char *line; // when ANSWERED: its octets; borrowed
	size_t line_length;
	int64_t latency_ms;
	const char *detail; // a sentence on the cause, "" when there is none
};
typedef void (*perspective_answer_cb)(const struct perspective_answer *answer, void *context);

struct perspective_tls_files {
	const char *ca_file;          // who signs the perspectives' certificates
	const char *certificate_file; // ours, with its chain
	const char *key_file;
	const char *public_key_file; // Ed25519 key that the perspective's answers are checked with
};

struct perspective_client_config {
	struct event_base *base;
	struct plx_random *random;
	const char *name; // "fra-1"
	const char *rir;  // "RIPE NCC"
	const char *url;  // "https://192.0.2.1:8443"
	struct perspective_tls_files tls;
	unsigned connections_max; // 1 to 256
	unsigned asks_max;        // waiting and in flight
	unsigned window_ms;       // 0 to 1000
};

struct perspective_fault {
	char text[256]; // one line: what is wrong and how to mend it
};

// NULL, ret_error (-EINVAL, -ENOMEM) and the fault. Connects with the first ask.
struct perspective_client *perspective_client_create(const struct perspective_client_config *config,
						     int *ret_error,
						     struct perspective_fault *fault);
// Every ask that is left ends as PERSPECTIVE_CLOSED from within. NULL is accepted. Not from a callback of this client.
void perspective_client_destroy(struct perspective_client *client);

// `check` is an object, borrowed and not to be changed until the callback. 0, -EAGAIN (asks_max), -ESHUTDOWN (draining),
// -E2BIG, -EINVAL (deadline not 1 to CHECK_DEADLINE_MS_MAX), -ENOMEM. On success the handle is
// valid until the callback.
PLX_MUST_CHECK int perspective_ask(struct perspective_client *client, struct json_t *check,
				   unsigned deadline_ms, perspective_answer_cb on_answer,
				   void *context, struct perspective_ask **ret_ask);
// There will be no callback. A remote that works for cancelled asks only is told by hanging up.
void perspective_ask_cancel(struct perspective_ask *ask);

// Reads the files anew. Requests from now on use new connections with the new key; those in flight finish on the old.
// On failure nothing changes. -EINVAL and the fault.
PLX_MUST_CHECK int perspective_client_reload(struct perspective_client *client,
					     const struct perspective_tls_files *tls,
					     struct perspective_fault *fault);
// Draining refuses new asks; resuming forgets the failures so far.
void perspective_client_set_draining(struct perspective_client *client, bool is_draining);

struct perspective_client_status {
	struct channel_health health;
	unsigned asks;      // now, waiting and in flight
	unsigned transfers; // now
	uint64_t asked;
	uint64_t batches;
	uint64_t unasked; // answers to checks that nobody waits for: late, repeated or never asked
	uint64_t by_cause[PERSPECTIVE_CLOSED + 1];
	char last_fault[128]; // why it last went down; "" when it never did
};
void perspective_client_status(const struct perspective_client *client,
			       struct perspective_client_status *ret_status);
