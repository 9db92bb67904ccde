// SPDX-License-Identifier: BSD-3-Clause
// A call from its line to its answer. It outlives its session when that closes first; then its answer goes nowhere.

#include "rpc/rpc_internal.h"
#include "rpc/rpc_request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char out_of_memory[] =
	"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,\"message\":\"not enough "
	"memory\"}}\n";

// The answer object as a line; takes the object over. With no memory left, a fixed line says so.
static char *answer_line(json_t *answer, size_t *ret_length)
{
	char *text = answer == NULL ? NULL : json_dumps(answer, JSON_COMPACT | JSON_ENSURE_ASCII);
	size_t length = text == NULL ? 0 : strlen(text);
	char *line = text == NULL ? NULL : realloc(text, length + 2);
	if (line != NULL) {
		memcpy(line + length, "\n", 2);
		*ret_length = length + 1;
	} else {
		free(text);
		line = strdup(out_of_memory);
		*ret_length = sizeof(out_of_memory) - 1;
	}
	json_decref(answer);
	return line;
}

static json_t *error_object(int code, const char *pointer, const char *message)
{
	// Parts of it are the peer's, cut anywhere: only ASCII is sure to be valid in JSON.
	char plain[512];
	size_t length = strnlen(message, sizeof(plain) - 1);
	for (size_t i = 0; i < length; i++) {
		plain[i] = message[i] >= ' ' && message[i] <= '~' ? message[i] : '?';
	}
	plain[length] = '\0';
	json_t *text = json_string(plain);
	if (pointer == NULL || pointer[0] == '\0') {
		return json_pack("{s:i, s:o}", "code", code, "message", text);
	}
	return json_pack("{s:i, s:o, s:{s:s}}", "code", code, "message", text, "data", "pointer",
			 pointer);
}

static void send_answer(struct plx_rpc_session *session, json_t *id, const char *key, json_t *value,
			const int *fds, size_t fd_count)
{
	json_t *answer = value == NULL ? NULL
				       : json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id,
						   key, value);
	size_t length;
	char *line = answer_line(answer, &length);
	rpc_session_send(session, line, length, fds, fd_count);
}

static void send_error(struct plx_rpc_session *session, json_t *id, int code, const char *pointer,
		       const char *message)
{
	session->server->counters.errors++;
	send_answer(session, id, "error", error_object(code, pointer, message), NULL, 0);
}

void rpc_session_fail(struct plx_rpc_session *session, int code, const char *message)
{
	send_error(session, json_null(), code, NULL, message);
}

static void call_end(struct plx_rpc_call *call)
{
	struct plx_rpc_session *session = call->session;
	if (session != NULL) {
		LIST_REMOVE(call, entry);
		session->call_count--;
		rpc_session_resume(session);
	}
	json_decref(call->id);
	json_decref(call->params);
	free(call);
}

static void describe(struct plx_rpc_call *call)
{
	plx_rpc_reply(call, rpc_describe(call->session->server));
}

static void call_dispatch(struct plx_rpc_call *call)
{
	struct plx_rpc_server *server = call->session->server;
	plx_rpc_handler handler = server->handlers[call->method - server->config.methods];
	if (call->method->permission > call->session->peer.permission) {
		plx_rpc_fail(
			call, PLX_RPC_DENIED, "/method",
			"%s needs the permission \"%s\", which root and the daemon's own account "
			"have",
			call->method->name, plx_permission_name(call->method->permission));
	} else if (handler == NULL) {
		describe(call);
	} else {
		handler(call, call->params, server->config.context);
	}
}

void rpc_call_start(struct plx_rpc_session *session, const char *line, size_t length)
{
	struct plx_rpc_server *server = session->server;
	struct rpc_request request;
	struct rpc_request_fault fault;
	server->counters.requests++;
	if (!rpc_request_read(line, length, server->config.methods, server->config.method_count,
			      &request, &fault)) {
		send_error(session, request.id, fault.code, fault.pointer, fault.message);
		rpc_request_release(&request);
		return;
	}
	struct plx_rpc_call *call = calloc(1, sizeof(*call));
	if (call == NULL) {
		send_error(session, request.id, PLX_RPC_INTERNAL, NULL, "not enough memory");
		rpc_request_release(&request);
		return;
	}
	call->session = session;
	call->method = request.method;
	call->id = request.id;
	call->params = request.params;
	call->is_notification = request.is_notification;
	LIST_INSERT_HEAD(&session->calls, call, entry);
	session->call_count++;
	call_dispatch(call);
}

void plx_rpc_reply(struct plx_rpc_call *call, json_t *result)
{
	int error = plx_rpc_reply_with_fds(call, result, NULL, 0);
	(void)error; // without descriptors there is none
}

// Duplicates all or none.
static int duplicate_fds(const int *fds, size_t count, int *ret_fds)
{
	if (count > PLX_RPC_FDS_MAX) {
		return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		ret_fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 0);
		if (ret_fds[i] < 0) {
			int error = -errno;
			while (i > 0) {
				close(ret_fds[--i]);
			}
			return error;
		}
	}
	return 0;
}

int plx_rpc_reply_with_fds(struct plx_rpc_call *call, json_t *result, const int *fds,
			   size_t fd_count)
{
	int own_fds[PLX_RPC_FDS_MAX];
	bool is_heard = call->session != NULL && !call->is_notification;
	int error = is_heard ? duplicate_fds(fds, fd_count, own_fds) : 0;
	if (error != 0) {
		json_decref(result);
		plx_rpc_fail(call, PLX_RPC_INTERNAL, NULL, "descriptors cannot be sent: %s",
			     strerror(-error));
		return error;
	}
	if (!is_heard) {
		json_decref(result);
	} else if (result == NULL) {
		send_error(call->session, call->id, PLX_RPC_INTERNAL, NULL, "not enough memory");
	} else {
		send_answer(call->session, call->id, "result", result, own_fds, fd_count);
	}
	call_end(call);
	return 0;
}

void plx_rpc_fail(struct plx_rpc_call *call, int code, const char *pointer, const char *format, ...)
{
	char message[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	if (call->session != NULL && !call->is_notification) {
		send_error(call->session, call->id, code, pointer, message);
	}
	call_end(call);
}

void plx_rpc_call_set_hangup(struct plx_rpc_call *call,
			     void (*on_hangup)(struct plx_rpc_call *call, void *context),
			     void *context)
{
	call->on_hangup = on_hangup;
	call->hangup_context = context;
}

struct plx_rpc_session *plx_rpc_call_session(const struct plx_rpc_call *call)
{
	return call->session;
}
