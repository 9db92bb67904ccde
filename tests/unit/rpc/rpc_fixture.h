// SPDX-License-Identifier: BSD-3-Clause
// A server and its clients on one event loop: the clients are plain sockets, pumped until what is expected is there.

#pragma once

#include "cunit_runner.h"

#include <parallax/protocol/rpc_server.h>

#include <event2/event.h>
#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define RPC_FIXTURE_LINE_BYTES (4 * 1024 * 1024) // of an order by the control socket
#define RPC_FIXTURE_METHODS 6                    // that rpc.describe tells of

// Of the server that runs.
struct rpc_fixture {
	struct event_base *base;
	struct plx_rpc_server *server;
	struct plx_rpc_fault fault;
	char directory[64];
	char path[100];
	struct plx_rpc_call
		*later_calls[PLX_RPC_CALLS_MAX + 8]; // of test.later: the test answers them
	unsigned later_count;
	unsigned hung_up_count; // of their clients
	unsigned closed_count;  // sessions with a state from test.keep
};

extern struct rpc_fixture rpc_fixture;

// A server with test.echo, test.later, test.fds, test.big, test.keep and rpc.describe. 0: lines as long as usual.
void rpc_fixture_start(size_t line_bytes_max);
void rpc_fixture_stop(void);
// What it was opened with.
struct plx_rpc_config rpc_fixture_config(size_t line_bytes_max);

int rpc_fixture_connect(void);
// Sends all of it, pumping the server while the socket is full.
void rpc_fixture_send(int fd, const char *text, size_t length);
// The next line as JSON; NULL at the end of the connection or at the deadline.
json_t *rpc_fixture_receive(int fd);
json_t *rpc_fixture_ask(int fd, const char *line);
// Whether the server closes the connection before the deadline.
bool rpc_fixture_is_at_end(int fd);
int rpc_fixture_error_code(const json_t *answer);
// Requests of test.later.
void rpc_fixture_send_later(int fd, unsigned count);
// Turns the loop as often as any of the tests needs.
void rpc_fixture_pump(void);
bool rpc_fixture_is_late(time_t start_s);
