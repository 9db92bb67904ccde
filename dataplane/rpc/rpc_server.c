// SPDX-License-Identifier: BSD-3-Clause
// Takes connections, knows the sessions, binds handlers to methods.

#include <parallax/protocol/rpc_server.h>

#include <parallax/base/error.h>

#include "rpc/peer_access.h"
#include "rpc/rpc_internal.h"

#include <event2/event.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

// How long to leave connections in the queue when descriptors have run out.
#define ACCEPT_RETRY_US 200000

static const struct timeval accept_retry = {.tv_usec = ACCEPT_RETRY_US};

// A refusal is a courtesy: if the line does not fit into an empty socket buffer, it is not sent.
static void refuse(int fd, int code, const char *message)
{
	char line[256];
	int length = snprintf(line, sizeof(line),
			      "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%d,"
			      "\"message\":\"%s\"}}\n",
			      code, message);
	ssize_t sent = send(fd, line, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)sent;
	close(fd);
}

static void take_connection(struct plx_rpc_server *server, int fd)
{
	struct plx_rpc_peer peer;
	server->counters.accepted++;
	if (peer_access_read(fd, server->listener.has_group, server->listener.group, &peer) != 0) {
		server->counters.denied++;
		refuse(fd, PLX_RPC_DENIED,
		       "only root, the daemon's own account and members of socket_group may "
		       "connect");
	} else if (server->counters.sessions >= PLX_RPC_SESSIONS_MAX) {
		server->counters.refused++;
		refuse(fd, PLX_RPC_BUSY, "too many sessions are open; try again later");
	} else if (rpc_session_create(server, fd, &peer) != 0) {
		server->counters.refused++;
		refuse(fd, PLX_RPC_INTERNAL, "not enough memory");
	}
}

static void on_connection(evutil_socket_t listener_fd, short what, void *context)
{
	struct plx_rpc_server *server = context;
	int fd = accept4(listener_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		take_connection(server, fd);
		return;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		// The connection stays in the queue: without a pause the loop would spin on it.
		event_del(server->accept_event);
		event_add(server->retry_event, &accept_retry);
	}
}

static void on_accept_retry(evutil_socket_t fd, short what, void *context)
{
	struct plx_rpc_server *server = context;
	event_add(server->accept_event, NULL);
}

static int server_fault(struct plx_rpc_fault *fault, int error, const char *format, ...)
	PLX_PRINTF(3, 4);

static int server_fault(struct plx_rpc_fault *fault, int error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return error;
}

// Each method has one handler and each handler a method: a table that does not fit is found at the start.
static int bind_handlers(struct plx_rpc_server *server, struct plx_rpc_fault *fault)
{
	const struct plx_rpc_config *config = &server->config;
	server->handlers = calloc(config->method_count, sizeof(*server->handlers));
	if (server->handlers == NULL) {
		return server_fault(fault, -ENOMEM, "not enough memory");
	}
	for (size_t i = 0; i < config->binding_count; i++) {
		const struct plx_method *method = plx_method_find(
			config->methods, config->method_count, config->bindings[i].method);
		if (method == NULL || server->handlers[method - config->methods] != NULL) {
			return server_fault(fault, -EINVAL, "method %s is bound twice or unknown",
					    config->bindings[i].method);
		}
		server->handlers[method - config->methods] = config->bindings[i].handler;
	}
	for (size_t i = 0; i < config->method_count; i++) {
		if (server->handlers[i] == NULL &&
		    strcmp(config->methods[i].name, "rpc.describe") != 0) {
			return server_fault(fault, -EINVAL, "method %s has no handler",
					    config->methods[i].name);
		}
	}
	return 0;
}

static int server_start(struct plx_rpc_server *server, struct plx_rpc_fault *fault)
{
	int error = bind_handlers(server, fault);
	if (error != 0) {
		return error;
	}
	error = rpc_listener_open(server->config.socket_path, server->config.group,
				  &server->listener, fault);
	if (error != 0) {
		return error;
	}
	server->accept_event = event_new(server->config.base, server->listener.fd,
					 EV_READ | EV_PERSIST, on_connection, server);
	server->retry_event = evtimer_new(server->config.base, on_accept_retry, server);
	if (server->accept_event == NULL || server->retry_event == NULL ||
	    event_add(server->accept_event, NULL) != 0) {
		return server_fault(fault, -ENOMEM, "not enough memory");
	}
	return 0;
}

struct plx_rpc_server *plx_rpc_server_open(const struct plx_rpc_config *config, int *ret_error,
					   struct plx_rpc_fault *fault)
{
	struct plx_rpc_server *server = calloc(1, sizeof(*server));
	if (server == NULL) {
		*ret_error = server_fault(fault, -ENOMEM, "not enough memory");
		return NULL;
	}
	server->config = *config;
	if (server->config.line_bytes_max == 0) {
		server->config.line_bytes_max = PLX_RPC_LINE_MAX;
	}
	server->listener.fd = -1;
	LIST_INIT(&server->sessions);
	snprintf(server->name, sizeof(server->name), "%s", config->server_name);
	int error = server_start(server, fault);
	if (error != 0) {
		plx_rpc_server_close(server);
		*ret_error = error;
		return NULL;
	}
	return server;
}

void plx_rpc_server_close(struct plx_rpc_server *server)
{
	if (server == NULL) {
		return;
	}
	struct plx_rpc_session *session;
	while ((session = LIST_FIRST(&server->sessions)) != NULL) {
		rpc_session_destroy(session);
	}
	if (server->accept_event != NULL) {
		event_free(server->accept_event);
	}
	if (server->retry_event != NULL) {
		event_free(server->retry_event);
	}
	rpc_listener_close(&server->listener);
	free(server->handlers);
	free(server);
}

void plx_rpc_server_counters(const struct plx_rpc_server *server,
			     struct plx_rpc_counters *ret_counters)
{
	*ret_counters = server->counters;
}
