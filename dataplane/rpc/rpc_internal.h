// SPDX-License-Identifier: BSD-3-Clause
// What the server, its sessions and their calls know of each other. Not for use outside of dataplane/rpc.

#pragma once

#include <parallax/protocol/rpc_server.h>

#include "rpc/rpc_listen.h"

#include <jansson.h>

#include <sys/queue.h>

struct evbuffer;
struct event;

// One answer line on its way, with the descriptors that go with its first byte.
struct rpc_output {
	STAILQ_ENTRY(rpc_output) entry;
	size_t length;
	size_t sent;
	size_t fd_count; // 0 once sent
	int fds[PLX_RPC_FDS_MAX];
	char *line;
};

struct plx_rpc_call {
	LIST_ENTRY(plx_rpc_call) entry;  // of the session; valid while it lives
	struct plx_rpc_session *session; // NULL once it is gone
	const struct plx_method *method;
	json_t *id;
	json_t *params;
	bool is_notification;
	void (*on_hangup)(struct plx_rpc_call *call, void *context); // NULL: nobody asks
	void *hangup_context;
};

struct plx_rpc_session {
	LIST_ENTRY(plx_rpc_session) entry; // of the server
	struct plx_rpc_server *server;
	int fd;
	struct event *read_event;
	struct event *write_event;
	struct evbuffer *input;
	size_t searched; // bytes at the start of `input` without a line end
	STAILQ_HEAD(rpc_outputs, rpc_output) outputs;
	size_t output_bytes; // not sent yet
	LIST_HEAD(rpc_calls, plx_rpc_call) calls;
	unsigned call_count;
	bool is_reading;   // the read event is armed
	bool is_peer_done; // it sends no more
	bool is_hung_up;   // it reads no more, either
	bool is_ending;    // close once all is answered: it broke the framing
	bool is_overflow;  // close now: it does not read
	bool is_unwanted;  // close now: its owner says so
	struct plx_rpc_peer peer;
	void *state;
	void (*on_close)(void *state);
};

struct plx_rpc_server {
	struct plx_rpc_config config;
	char name[32];
	plx_rpc_handler *handlers; // by method index
	struct rpc_listener listener;
	struct event *accept_event;
	struct event *retry_event; // takes connections again after descriptors ran out
	LIST_HEAD(rpc_sessions, plx_rpc_session) sessions;
	struct plx_rpc_counters counters;
};

// -errno. The descriptor is taken over on success.
PLX_MUST_CHECK int rpc_session_create(struct plx_rpc_server *server, int fd,
				      const struct plx_rpc_peer *peer);
void rpc_session_destroy(struct plx_rpc_session *session);
// Queues one line; `line` (malloc) and the descriptors are taken over.
void rpc_session_send(struct plx_rpc_session *session, char *line, size_t length, const int *fds,
		      size_t fd_count);
// After a call was answered: reading may go on.
void rpc_session_resume(struct plx_rpc_session *session);

// One line from the peer: answers faults, runs the handler otherwise.
void rpc_call_start(struct plx_rpc_session *session, const char *line, size_t length);
// An error that belongs to no call.
void rpc_session_fail(struct plx_rpc_session *session, int code, const char *message);

// The answer to `rpc.describe`; NULL when memory is short.
json_t *rpc_describe(const struct plx_rpc_server *server);
