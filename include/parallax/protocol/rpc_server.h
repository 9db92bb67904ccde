// SPDX-License-Identifier: BSD-3-Clause
// A JSON-RPC 2.0 server on a Unix stream socket: one object per line in both directions, usable by hand with socat.
// Everything runs on the owner's libevent loop; nothing blocks and nothing grows without a limit:
//
//   sessions          PLX_RPC_SESSIONS_MAX; one more is told so and closed
//   a request         PLX_RPC_LINE_MAX bytes, or line_bytes_max; a longer one is told so and closed
//   calls in progress PLX_RPC_CALLS_MAX per session; reading pauses beyond
//   unread answers    reading pauses beyond PLX_RPC_OUTPUT_PAUSE bytes; at PLX_RPC_OUTPUT_MAX the session closes
//
// Parameters are checked against the method's declaration before its handler runs, peers by SO_PEERCRED and
// SO_PEERGROUPS when they connect. A handler answers now or later, exactly once, also when its session is gone by then.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/protocol/rpc_error.h>
#include <parallax/protocol/rpc_method.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#define PLX_RPC_SESSIONS_MAX 64
#define PLX_RPC_CALLS_MAX 64
#define PLX_RPC_OUTPUT_PAUSE (256 * 1024)
#define PLX_RPC_OUTPUT_MAX (16 * 1024 * 1024)
#define PLX_RPC_FDS_MAX 72

struct event_base;
struct json_t;
struct plx_rpc_call;
struct plx_rpc_server;
struct plx_rpc_session;

// `params` is an object (empty when none were given) that has passed the checks; valid until the call is answered.
typedef void (*plx_rpc_handler)(struct plx_rpc_call *call, const struct json_t *params,
				void *context);

struct plx_rpc_binding {
	const char *method;
	plx_rpc_handler handler;
};

struct plx_rpc_config {
	struct event_base *base;
	const char *socket_path;
	const char *group;                // NULL or "": only root and the own account may connect
	const struct plx_method *methods; // outlives the server
	size_t method_count;
	const struct plx_rpc_binding
		*bindings; // one for each method; `rpc.describe` may be left out
	size_t binding_count;
	size_t line_bytes_max;   // 0: PLX_RPC_LINE_MAX
	void *context;           // of all handlers
	const char *server_name; // shown by rpc.describe
};

struct plx_rpc_fault {
	char text[256]; // one line: what is wrong and how to mend it
};

// Binds the socket with mode 0660. A socket file that nobody listens on is replaced, anything else at the path is
// left alone. NULL, ret_error (-EADDRINUSE, -EACCES, -ENOENT, -EINVAL, -ENOMEM ...) and the fault.
struct plx_rpc_server *plx_rpc_server_open(const struct plx_rpc_config *config, int *ret_error,
					   struct plx_rpc_fault *fault);
// Closes all sessions and removes the socket file if it is still ours. Calls in progress may be answered later (into
// the void); NULL is accepted. Not from within a handler.
void plx_rpc_server_close(struct plx_rpc_server *server);

struct plx_rpc_counters {
	unsigned sessions; // now
	uint64_t accepted; // connections
	uint64_t denied;   // by credentials
	uint64_t refused;  // by PLX_RPC_SESSIONS_MAX
	uint64_t requests;
	uint64_t errors;     // answers that were errors
	uint64_t overflowed; // sessions closed for not reading
};
void plx_rpc_server_counters(const struct plx_rpc_server *server,
			     struct plx_rpc_counters *ret_counters);

// Answers. Each ends the call. `result` is taken over, on failure as well; NULL answers an internal error.
void plx_rpc_reply(struct plx_rpc_call *call, struct json_t *result);
// With descriptors, by SCM_RIGHTS with the answer's first byte; they are duplicated, the caller keeps its own.
// -EINVAL (too many), -EMFILE: the call was answered with an error.
PLX_MUST_CHECK int plx_rpc_reply_with_fds(struct plx_rpc_call *call, struct json_t *result,
					  const int *fds, size_t fd_count);
// `pointer` is the JSON pointer of the fault or NULL.
void plx_rpc_fail(struct plx_rpc_call *call, int code, const char *pointer, const char *format, ...)
	PLX_PRINTF(4, 5);

// `on_hangup` runs once when the session ends before the call was answered; the call must still be answered, from within
// it or later. A peer that only stopped sending (socat) still waits, and has not hung up. NULL takes it back.
void plx_rpc_call_set_hangup(struct plx_rpc_call *call,
			     void (*on_hangup)(struct plx_rpc_call *call, void *context),
			     void *context);

struct plx_rpc_peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
	enum plx_permission permission; // the most it may do
};

// The session that a call came from; NULL when it is gone.
struct plx_rpc_session *plx_rpc_call_session(const struct plx_rpc_call *call);
const struct plx_rpc_peer *plx_rpc_session_peer(const struct plx_rpc_session *session);
// One piece of state per session; `on_close` (may be NULL) runs once when the session ends.
void plx_rpc_session_set_state(struct plx_rpc_session *session, void *state,
			       void (*on_close)(void *state));
void *plx_rpc_session_state(const struct plx_rpc_session *session);
// Closes it in the next turn of the loop, whatever it still waits for. May be repeated until then.
void plx_rpc_session_close(struct plx_rpc_session *session);
