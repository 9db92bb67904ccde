// SPDX-License-Identifier: BSD-3-Clause

#include "readiness_server.h"

#include <parallax/protocol/rpc_server.h>

#include "cunit_runner.h"

#include <event2/event.h>
#include <jansson.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#define HELD_MAX 256
#define BUSY_TIMES 2

struct readiness_server {
	char directory[64];
	char path[96];
	struct event_base *base;
	struct plx_rpc_server *rpc;
	struct event *stop_event;
	int stop_pipe[2];
	int interrupt_fd;
	pthread_t thread;
	atomic_uint count;
	atomic_uint peak;
	unsigned busy_count;
	struct plx_rpc_call *held[HELD_MAX];
	unsigned held_count;
};

#define ORDER_PARAM                                                                                \
	{                                                                                          \
		.name = "order", .type = PLX_PARAM_OBJECT, .is_required = true,                    \
		.help = "as POST /v1/orders takes it"                                              \
	}

static const struct plx_method new_methods[] = {
	{.name = "order.run",
	 .help = "Runs an order",
	 .permission = PLX_MAY_USE,
	 .params = {ORDER_PARAM,
		    {.name = "purpose",
		     .type = PLX_PARAM_STRING,
		     .minimum = 1,
		     .maximum = 16,
		     .help = "issuance or readiness"}}},
};

static const struct plx_method old_methods[] = {
	{.name = "order.run",
	 .help = "Runs an order",
	 .permission = PLX_MAY_USE,
	 .params = {ORDER_PARAM}},
};

// On the server's thread, where CUnit's records are not ours to write.
static void must(bool is_so)
{
	if (!is_so) {
		abort();
	}
}

static json_t *remote(const char *name, const char *rir, const char *result, bool corroborates,
		      const char *message)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:{s:s}, s:i}", "name", name, "rir", rir, "result",
			 result, "corroborates", corroborates, "detail", "message", message,
			 "latency_ms", 40);
}

static json_t *passing(const json_t *value)
{
	return json_pack("{s:s, s:O, s:s, s:s, s:s, s:{s:s, s:s, s:b, s:[o]}, s:{s:s, s:s, s:b, "
			 "s:[o]}, s:[], s:[]}",
			 "type", "dns", "value", value, "decision", "issue", "enforced_decision",
			 "issue", "validation_method", "acme-http-01", "dcv", "primary", "pass",
			 "quorum", "5/5", "corroborated", true, "perspectives",
			 remote("fra-1", "RIPE NCC", "pass", true, "found"), "caa", "primary",
			 "permit", "quorum", "5/5", "corroborated", true, "perspectives",
			 remote("fra-1", "RIPE NCC", "permit", true, ""), "reasons", "diagnosis");
}

static json_t *failing(const json_t *value)
{
	return json_pack(
		"{s:s, s:O, s:s, s:s, s:s, s:{s:s, s:s, s:b, s:[o,o,o]}, s:n, s:[{s:s,s:s,s:s}], "
		"s:[{s:s,s:[s,s],s:s}]}",
		"type", "dns", "value", value, "decision", "issue", "enforced_decision", "refuse",
		"validation_method", "acme-http-01", "dcv", "primary", "pass", "quorum", "3/5",
		"corroborated", false, "perspectives",
		remote("fra-1", "RIPE NCC", "pass", true, "found"),
		remote("gru-1", "LACNIC", "error", false, "no answer within 5 s"),
		remote("nrt-1", "APNIC", "error", false, "no answer within 5 s"), "caa", "reasons",
		"check", "dcv", "code", "quorum-missed", "message",
		"more remotes failed than the quorum allows", "diagnosis", "code",
		"http-geo-blocked", "perspectives", "gru-1", "nrt-1", "advice",
		"Exempt the challenge's path from geographic rules.");
}

json_t *readiness_answer(const json_t *order, const char *mode, bool first_fails)
{
	json_t *rows = json_array();
	const json_t *identifier;
	size_t i;
	json_array_foreach(json_object_get(order, "identifiers"), i, identifier)
	{
		const json_t *value = json_object_get(identifier, "value");
		json_array_append_new(rows,
				      i == 0 && first_fails ? failing(value) : passing(value));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", "01JTEST", "mode", mode, "decision",
			 "issue", "enforced_decision", first_fails ? "refuse" : "issue",
			 "identifiers", rows);
}

static void hold(struct readiness_server *server, struct plx_rpc_call *call)
{
	must(server->held_count < HELD_MAX);
	server->held[server->held_count++] = call;
	if (server->held_count > atomic_load(&server->peak)) {
		atomic_store(&server->peak, server->held_count);
	}
}

static void on_interrupt(evutil_socket_t fd, short what, void *context)
{
	const struct readiness_server *server = context;
	const uint64_t one = 1;
	must(write(server->interrupt_fd, &one, sizeof(one)) == sizeof(one));
}

static void answer_later(struct readiness_server *server, struct plx_rpc_call *call,
			 const char *wish)
{
	hold(server, call);
	if (strcmp(wish, "lose") == 0) {
		plx_rpc_session_close(plx_rpc_call_session(call));
	} else if (strcmp(wish, "interrupt") == 0) {
		// In the next turn of the loop: what was answered before has been written then.
		const struct timeval at_once = {0};
		must(event_base_once(server->base, -1, EV_TIMEOUT, on_interrupt, server,
				     &at_once) == 0);
	}
}

static void run_order(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct readiness_server *server = context;
	const json_t *order = json_object_get(params, "order");
	const char *wish = json_string_value(json_object_get(order, "reference"));
	const char *purpose = json_string_value(json_object_get(params, "purpose"));
	wish = wish == NULL ? "pass" : wish;
	atomic_fetch_add(&server->count, 1);
	must(strcmp(purpose, "readiness") == 0);
	if (strcmp(wish, "fault") == 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/order/identifiers/0/value",
			     "the name has an empty label");
	} else if (strcmp(wish, "busy") == 0 && server->busy_count++ < BUSY_TIMES) {
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL, "as many orders are in flight as it takes");
	} else if (strcmp(wish, "internal") == 0) {
		plx_rpc_fail(call, PLX_RPC_INTERNAL, NULL, "the audit log cannot be written");
	} else if (strcmp(wish, "nonsense") == 0) {
		plx_rpc_reply(call, json_pack("{s:s, s:s}", "mode", "report-only",
					      "enforced_decision", "maybe"));
	} else if (strcmp(wish, "mode") == 0) {
		plx_rpc_reply(call, readiness_answer(order, "enforce", false));
	} else if (strcmp(wish, "pass") == 0 || strcmp(wish, "fail") == 0 ||
		   strcmp(wish, "busy") == 0) {
		plx_rpc_reply(call, readiness_answer(order, "report-only", wish[0] == 'f'));
	} else {
		answer_later(server, call, wish);
	}
}

static const struct plx_rpc_binding bindings[] = {{"order.run", run_order}};

static void on_stop(evutil_socket_t fd, short what, void *context)
{
	event_base_loopbreak(context);
}

static void *serve(void *context)
{
	struct readiness_server *server = context;
	event_base_dispatch(server->base);
	return NULL;
}

struct readiness_server *readiness_server_start(bool has_readiness, int interrupt_fd)
{
	struct readiness_server *server = calloc(1, sizeof(*server));
	CU_ASSERT_PTR_NOT_NULL_FATAL(server);
	server->interrupt_fd = interrupt_fd;
	snprintf(server->directory, sizeof(server->directory), "/tmp/parallax-readiness-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(server->directory));
	snprintf(server->path, sizeof(server->path), "%s/c.sock", server->directory);
	server->base = event_base_new();
	CU_ASSERT_EQUAL_FATAL(pipe(server->stop_pipe), 0);
	server->stop_event =
		event_new(server->base, server->stop_pipe[0], EV_READ, on_stop, server->base);
	event_add(server->stop_event, NULL);
	struct plx_rpc_config config = {
		.base = server->base,
		.socket_path = server->path,
		.methods = has_readiness ? new_methods : old_methods,
		.method_count = 1,
		.bindings = bindings,
		.binding_count = 1,
		.line_bytes_max = (size_t)4 * 1024 * 1024,
		.context = server,
		.server_name = "test",
	};
	int error = 0;
	struct plx_rpc_fault fault;
	server->rpc = plx_rpc_server_open(&config, &error, &fault);
	CU_ASSERT_PTR_NOT_NULL_FATAL(server->rpc);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&server->thread, NULL, serve, server), 0);
	return server;
}

const char *readiness_server_path(const struct readiness_server *server)
{
	return server->path;
}

int readiness_server_connect(const struct readiness_server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	memcpy(address.sun_path, server->path, strlen(server->path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(
		connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)), 0);
	return fd;
}

unsigned readiness_server_count(const struct readiness_server *server)
{
	return atomic_load(&server->count);
}

unsigned readiness_server_peak(const struct readiness_server *server)
{
	return atomic_load(&server->peak);
}

void readiness_server_stop(struct readiness_server *server)
{
	CU_ASSERT_EQUAL(write(server->stop_pipe[1], "x", 1), 1);
	pthread_join(server->thread, NULL);
	plx_rpc_server_close(server->rpc);
	for (unsigned i = 0; i < server->held_count; i++) {
		plx_rpc_reply(server->held[i], json_object()); // into the void
	}
	event_free(server->stop_event);
	event_base_free(server->base);
	close(server->stop_pipe[0]);
	close(server->stop_pipe[1]);
	rmdir(server->directory);
	free(server);
}
