// SPDX-License-Identifier: BSD-3-Clause

#include "rpc_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#define DEADLINE_S 10
#define BIG_BYTES (300 * 1024)

struct rpc_fixture rpc_fixture;

static const struct plx_method methods[] = {
	{.name = "test.echo",
	 .help = "Says it again",
	 .params = {{.name = "text",
		     .type = PLX_PARAM_STRING,
		     .is_required = true,
		     .maximum = RPC_FIXTURE_LINE_BYTES,
		     .help = "what"}}},
	{.name = "test.later", .help = "Answers when the test wants"},
	{.name = "test.fds", .help = "Answers with descriptors"},
	{.name = "test.big", .help = "Answers with much text"},
	{.name = "test.keep", .help = "Gives the session a state"},
	{.name = "rpc.describe", .help = "Lists the methods"},
};

static void echo(struct plx_rpc_call *call, const json_t *params, void *context)
{
	plx_rpc_reply(call, json_pack("{s:O}", "text", json_object_get(params, "text")));
}

static void count_hangup(struct plx_rpc_call *call, void *context)
{
	rpc_fixture.hung_up_count++;
}

static void later(struct plx_rpc_call *call, const json_t *params, void *context)
{
	rpc_fixture.later_calls[rpc_fixture.later_count++] = call;
	plx_rpc_call_set_hangup(call, count_hangup, NULL);
}

static void send_fds(struct plx_rpc_call *call, const json_t *params, void *context)
{
	int pipe_fds[2];
	CU_ASSERT_EQUAL_FATAL(pipe(pipe_fds), 0);
	CU_ASSERT_EQUAL(write(pipe_fds[1], "through the pipe", 16), 16);
	CU_ASSERT_EQUAL(plx_rpc_reply_with_fds(call, json_pack("{s:i}", "fds", 2), pipe_fds, 2), 0);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void big(struct plx_rpc_call *call, const json_t *params, void *context)
{
	static char text[BIG_BYTES];
	memset(text, 'x', sizeof(text));
	plx_rpc_reply(call, json_pack("{s:s#}", "text", text, (int)sizeof(text)));
}

static void count_close(void *state)
{
	rpc_fixture.closed_count += state == &rpc_fixture.closed_count;
}

static void keep(struct plx_rpc_call *call, const json_t *params, void *context)
{
	plx_rpc_session_set_state(plx_rpc_call_session(call), &rpc_fixture.closed_count,
				  count_close);
	plx_rpc_reply(call, json_object());
}

static const struct plx_rpc_binding bindings[] = {
	{"test.echo", echo}, {"test.later", later}, {"test.fds", send_fds},
	{"test.big", big},   {"test.keep", keep},
};

struct plx_rpc_config rpc_fixture_config(size_t line_bytes_max)
{
	return (struct plx_rpc_config) {
		.base = rpc_fixture.base,
		.socket_path = rpc_fixture.path,
		.methods = methods,
		.method_count = PLX_ARRAY_SIZE(methods),
		.bindings = bindings,
		.binding_count = PLX_ARRAY_SIZE(bindings),
		.server_name = "test",
		.line_bytes_max = line_bytes_max,
	};
}

void rpc_fixture_start(size_t line_bytes_max)
{
	memset(&rpc_fixture, 0, sizeof(rpc_fixture));
	snprintf(rpc_fixture.directory, sizeof(rpc_fixture.directory), "/tmp/parallax-rpc-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(rpc_fixture.directory));
	snprintf(rpc_fixture.path, sizeof(rpc_fixture.path), "%s/run/test.sock",
		 rpc_fixture.directory);
	rpc_fixture.base = event_base_new();
	struct plx_rpc_config config = rpc_fixture_config(line_bytes_max);
	int error = 0;
	rpc_fixture.server = plx_rpc_server_open(&config, &error, &rpc_fixture.fault);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rpc_fixture.server);
}

void rpc_fixture_stop(void)
{
	plx_rpc_server_close(rpc_fixture.server);
	event_base_free(rpc_fixture.base);
	// The socket file went with the server.
	CU_ASSERT_NOT_EQUAL(access(rpc_fixture.path, F_OK), 0);
	char run[128];
	snprintf(run, sizeof(run), "%s/run", rpc_fixture.directory);
	rmdir(run);
	rmdir(rpc_fixture.directory);
}

int rpc_fixture_connect(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", rpc_fixture.path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL_FATAL(
		connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)), 0);
	return fd;
}

bool rpc_fixture_is_late(time_t start_s)
{
	return time(NULL) - start_s > DEADLINE_S;
}

void rpc_fixture_send(int fd, const char *text, size_t length)
{
	time_t start_s = time(NULL);
	while (length > 0 && !rpc_fixture_is_late(start_s)) {
		ssize_t count = send(fd, text, length, MSG_NOSIGNAL);
		if (count > 0) {
			text += count;
			length -= (size_t)count;
		}
		event_base_loop(rpc_fixture.base, EVLOOP_NONBLOCK);
	}
	CU_ASSERT_EQUAL(length, 0);
}

json_t *rpc_fixture_receive(int fd)
{
	static char line[RPC_FIXTURE_LINE_BYTES + 1024];
	size_t length = 0;
	time_t start_s = time(NULL);
	while (length < sizeof(line) && !rpc_fixture_is_late(start_s)) {
		// Up to the line's end and no further: the next one is the next call's.
		ssize_t count = recv(fd, line + length, sizeof(line) - length, MSG_PEEK);
		if (count == 0) {
			return NULL;
		}
		if (count < 0) {
			event_base_loop(rpc_fixture.base, EVLOOP_NONBLOCK);
			continue;
		}
		const char *end = memchr(line + length, '\n', (size_t)count);
		size_t used = end != NULL ? (size_t)(end + 1 - (line + length)) : (size_t)count;
		length += (size_t)recv(fd, line + length, used, 0);
		if (end != NULL) {
			return json_loadb(line, length, 0, NULL);
		}
	}
	return NULL;
}

json_t *rpc_fixture_ask(int fd, const char *line)
{
	rpc_fixture_send(fd, line, strlen(line));
	return rpc_fixture_receive(fd);
}

bool rpc_fixture_is_at_end(int fd)
{
	time_t start_s = time(NULL);
	char byte;
	while (!rpc_fixture_is_late(start_s)) {
		event_base_loop(rpc_fixture.base, EVLOOP_NONBLOCK);
		ssize_t count = recv(fd, &byte, 1, 0);
		if (count == 0 || (count < 0 && errno == ECONNRESET)) {
			return true;
		}
	}
	return false;
}

int rpc_fixture_error_code(const json_t *answer)
{
	return (int)json_integer_value(json_object_get(json_object_get(answer, "error"), "code"));
}

void rpc_fixture_send_later(int fd, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char line[128];
		int length =
			snprintf(line, sizeof(line),
				 "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"test.later\"}\n", i);
		rpc_fixture_send(fd, line, (size_t)length);
	}
}

void rpc_fixture_pump(void)
{
	for (unsigned i = 0; i < 32; i++) {
		event_base_loop(rpc_fixture.base, EVLOOP_NONBLOCK);
	}
}
