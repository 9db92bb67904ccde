// SPDX-License-Identifier: BSD-3-Clause
// The remote's end of the channel: takes requests of many checks from primaries that it knows, has each check run by the
// handler it was given, and streams the answers as they complete, signed together (answer_outbox.h). What a check says is
// the handler's business.

#pragma once

#include "http_server/http_route.h"

#include <parallax/base/attributes.h>

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#define PERSPECTIVE_PRIMARIES_MAX 16

struct event_base;
struct json_t;
struct perspective_reply;
struct perspective_server;

// Runs a check, now or later. Each reply is ended exactly once by perspective_reply_send. `check` is borrowed and lives
// as long as the reply; `deadline_ms` counts from now, past it nobody waits for the answer.
typedef void (*perspective_check_run)(struct perspective_reply *reply, const struct json_t *check,
				      unsigned deadline_ms, void *context);

struct perspective_server_config {
	struct event_base *base;
	const char *name;                                 // "fra-1"
	const char *rir;                                  // "RIPE NCC"
	EVP_PKEY *key;                                    // Ed25519, private; outlives the server
	const char *primaries[PERSPECTIVE_PRIMARIES_MAX]; // names that may ask, NULL after the last
	unsigned checks_max; // in progress; past it 503 with Retry-After
	perspective_check_run check_run;
	void *context;
};

// NULL: the name, the region or a primary's name is not valid, or no memory.
struct perspective_server *
perspective_server_create(const struct perspective_server_config *config);
// After the listener was closed and every reply was sent.
void perspective_server_destroy(struct perspective_server *server);

// Others may ask from the next request on; those in progress are answered. -EINVAL: a name is not valid, and nothing
// changed. As in the configuration, NULL after the last.
PLX_MUST_CHECK int
perspective_server_set_primaries(struct perspective_server *server,
				 const char *const primaries[PERSPECTIVE_PRIMARIES_MAX]);

// For the listener's admission, with the server as context: whether a primary that is configured asks.
bool perspective_server_admits(const struct http_exchange *exchange, void *server);

// For the listener's table: POST /v1/checks and GET /healthz, with the server as context.
void perspective_server_take_checks(struct http_exchange *exchange, void *server);
void perspective_server_take_health(struct http_exchange *exchange, void *server);

// Ends the reply. `answer` is taken over; NULL leaves the check without an answer (the asker learns that it is missing).
// It leaves within ANSWER_HOLD_MS.
void perspective_reply_send(struct perspective_reply *reply, struct json_t *answer);
// `on_cancel` runs once when the asker has gone; the reply must still be sent. NULL takes it back.
void perspective_reply_set_cancel(struct perspective_reply *reply, void (*on_cancel)(void *context),
				  void *context);

struct perspective_server_counters {
	unsigned checks_running; // now, answers on their way out included
	uint64_t batches;
	uint64_t checks;
	uint64_t answers;
	uint64_t cancelled; // checks whose asker went
	uint64_t refused;   // requests refused for who asked or how
};
struct perspective_server_counters
perspective_server_counters(const struct perspective_server *server);
