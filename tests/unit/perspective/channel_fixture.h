// SPDX-License-Identifier: BSD-3-Clause
// A primary and a remote on one event loop, joined by mutual TLS over loopback.

#pragma once

#include "cunit_runner.h"
#include "http_call.h"
#include "test_certificates.h"

#include "http_server/http_listener.h"
#include "perspective/perspective_client.h"
#include "perspective/perspective_server.h"
#include "perspective/signed_root.h"

#include <openssl/types.h>

#define FRA_1 "URI:parallax://perspective/fra-1?rir=RIPE%20NCC"

struct channel_options {
	struct test_certificate server; // .file NULL: a good one
	const char *server_authority;   // "ca" (NULL) or "other"
	const char *primary;            // the name in the client's certificate, NULL: "one"
	http_handler checks;            // in place of the real server's
	unsigned connections_max;       // 0: 4
	unsigned asks_max;              // 0: 5000
	bool is_down;                   // the listener is closed again
};

struct channel {
	char directory[64];
	struct event_base *base;
	struct http_listener *listener;
	struct perspective_server *server;
	struct perspective_client *client;
	struct test_authority *authority;
	struct test_authority *other;
	EVP_PKEY *key;
	struct root_verifier verifier; // has seen all answers
	struct perspective_reply *held[64];
	unsigned held_count;
	unsigned cancelled;
	unsigned ended; // asks that had their callback
	unsigned by_cause[PERSPECTIVE_CLOSED + 1];
	int64_t last_n;
	char detail[256];
};
extern struct channel channel;

void channel_start(const struct channel_options *options);
void channel_stop(void);
void channel_close_listener(void);
// A check {"n":n}; with `is_held` its reply waits in channel.held. The handle, or NULL with the error.
struct perspective_ask *channel_ask(int64_t n, bool is_held, unsigned deadline_ms, int *ret_error);
// Turns the loop until so many asks have ended, or replies are held.
bool channel_wait_ended(unsigned count);
bool channel_wait_held(unsigned count);
bool channel_wait_cancelled(unsigned count);
struct perspective_tls_files channel_files(const char *authority, const char *certificate);
const char *channel_path(const char *name);
