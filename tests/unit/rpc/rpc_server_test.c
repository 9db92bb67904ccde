// SPDX-License-Identifier: BSD-3-Clause
// A server and its clients on one event loop: the clients are plain sockets, pumped until what is expected is there.

#include "cunit_runner.h"

#include <parallax/protocol/rpc_server.h>

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#define DEADLINE_S 10
#define BIG_BYTES (300 * 1024)
#define LONG_LINE_BYTES (4 * 1024 * 1024) // of an order by the control socket
#define CLIENTS_MAX (PLX_RPC_SESSIONS_MAX + 1)

static const struct plx_method methods[] = {
	{.name = "test.echo",
	 .help = "Says it again",
	 .params = {{.name = "text",
		     .type = PLX_PARAM_STRING,
		     .is_required = true,
		     .maximum = LONG_LINE_BYTES,
		     .help = "what"}}},
	{.name = "test.later", .help = "Answers when the test wants"},
	{.name = "test.fds", .help = "Answers with descriptors"},
	{.name = "test.big", .help = "Answers with much text"},
	{.name = "test.keep", .help = "Gives the session a state"},
	{.name = "rpc.describe", .help = "Lists the methods"},
};

static struct event_base *base;
static struct plx_rpc_server *server;
static struct plx_rpc_fault fault;
static char directory[64];
static char path[100];
static struct plx_rpc_call *later_calls[PLX_RPC_CALLS_MAX + 8];
static unsigned later_count, hung_up_count;
static unsigned closed_count;
static size_t next_line_max; // of the next server; 0: as usual

static void echo(struct plx_rpc_call *call, const json_t *params, void *context)
{
	plx_rpc_reply(call, json_pack("{s:O}", "text", json_object_get(params, "text")));
}

static void count_hangup(struct plx_rpc_call *call, void *context)
{
	hung_up_count++;
}

static void later(struct plx_rpc_call *call, const json_t *params, void *context)
{
	later_calls[later_count++] = call;
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
	closed_count += state == &closed_count;
}

static void keep(struct plx_rpc_call *call, const json_t *params, void *context)
{
	plx_rpc_session_set_state(plx_rpc_call_session(call), &closed_count, count_close);
	plx_rpc_reply(call, json_object());
}

static const struct plx_rpc_binding bindings[] = {
	{"test.echo", echo}, {"test.later", later}, {"test.fds", send_fds},
	{"test.big", big},   {"test.keep", keep},
};

static struct plx_rpc_config config_of(void)
{
	return (struct plx_rpc_config) {
		.base = base,
		.socket_path = path,
		.methods = methods,
		.method_count = PLX_ARRAY_SIZE(methods),
		.bindings = bindings,
		.binding_count = PLX_ARRAY_SIZE(bindings),
		.server_name = "test",
		.line_bytes_max = next_line_max,
	};
}

static void start(void)
{
	snprintf(directory, sizeof(directory), "/tmp/parallax-rpc-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/run/test.sock", directory);
	base = event_base_new();
	later_count = hung_up_count = closed_count = 0;
	struct plx_rpc_config config = config_of();
	int error = 0;
	server = plx_rpc_server_open(&config, &error, &fault);
	CU_ASSERT_PTR_NOT_NULL_FATAL(server);
}

static void stop(void)
{
	plx_rpc_server_close(server);
	event_base_free(base);
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0); // the socket file went with the server
	char run[128];
	snprintf(run, sizeof(run), "%s/run", directory);
	rmdir(run);
	rmdir(directory);
}

static int connect_client(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL_FATAL(
		connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)), 0);
	return fd;
}

static bool is_late(time_t start_s)
{
	return time(NULL) - start_s > DEADLINE_S;
}

// Sends all of it, pumping the server while the socket is full.
static void send_text(int fd, const char *text, size_t length)
{
	time_t start_s = time(NULL);
	while (length > 0 && !is_late(start_s)) {
		ssize_t count = send(fd, text, length, MSG_NOSIGNAL);
		if (count > 0) {
			text += count;
			length -= (size_t)count;
		}
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	CU_ASSERT_EQUAL(length, 0);
}

// The next line as JSON; NULL at the end of the connection or at the deadline.
static json_t *receive(int fd)
{
	static char line[LONG_LINE_BYTES + 1024];
	size_t length = 0;
	time_t start_s = time(NULL);
	while (length < sizeof(line) && !is_late(start_s)) {
		// Up to the line's end and no further: the next one is the next call's.
		ssize_t count = recv(fd, line + length, sizeof(line) - length, MSG_PEEK);
		if (count == 0) {
			return NULL;
		}
		if (count < 0) {
			event_base_loop(base, EVLOOP_NONBLOCK);
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

static json_t *ask(int fd, const char *line)
{
	send_text(fd, line, strlen(line));
	return receive(fd);
}

static bool is_at_end(int fd)
{
	time_t start_s = time(NULL);
	char byte;
	while (!is_late(start_s)) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		ssize_t count = recv(fd, &byte, 1, 0);
		if (count == 0 || (count < 0 && errno == ECONNRESET)) {
			return true;
		}
	}
	return false;
}

static int error_code(const json_t *answer)
{
	return (int)json_integer_value(json_object_get(json_object_get(answer, "error"), "code"));
}

TEST(a_request_in_pieces_is_answered_once)
{
	start();
	int fd = connect_client();
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"test.echo\","
				   "\"params\":{\"text\":\"hi\"}}\n";
	for (size_t i = 0; i + 1 < sizeof(line); i++) {
		send_text(fd, line + i, 1);
	}
	json_t *answer = receive(fd);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), 7);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(json_object_get(answer, "result"), "text")),
		"hi");
	json_decref(answer);
	close(fd);
	stop();
}

#define BURST 40 // requests: more than one turn of the loop takes

static size_t burst_write(char *text, size_t size)
{
	size_t length = 0;
	for (int i = 0; i < BURST; i++) {
		length +=
			(size_t)snprintf(text + length, size - length,
					 "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"test.echo\","
					 "\"params\":{\"text\":\"x\"}}\n",
					 i);
	}
	return length;
}

static void expect_burst(int fd)
{
	for (int i = 0; i < BURST; i++) {
		json_t *answer = receive(fd);
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), i);
		json_decref(answer);
	}
}

TEST(several_requests_in_one_write_are_answered_in_order)
{
	start();
	int fd = connect_client();
	char text[8192];
	send_text(fd, text, burst_write(text, sizeof(text)));
	expect_burst(fd);
	close(fd);
	stop();
}

TEST(requests_before_the_end_of_input_are_answered)
{
	start();
	int fd = connect_client();
	char text[8192];
	size_t length = burst_write(text, sizeof(text));
	CU_ASSERT_EQUAL(send(fd, text, length, 0), (ssize_t)length);
	shutdown(fd, SHUT_WR);
	expect_burst(fd);
	CU_ASSERT_TRUE(is_at_end(fd));
	close(fd);
	stop();
}

TEST(faults_are_answered_with_code_and_pointer)
{
	start();
	int fd = connect_client();
	json_t *answer = ask(fd, "nonsense\n");
	CU_ASSERT_EQUAL(error_code(answer), PLX_RPC_NOT_JSON);
	CU_ASSERT_TRUE(json_is_null(json_object_get(answer, "id")));
	json_decref(answer);
	answer = ask(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\"}\n");
	CU_ASSERT_EQUAL(error_code(answer), PLX_RPC_INVALID_PARAMS);
	json_t *data = json_object_get(json_object_get(answer, "error"), "data");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(data, "pointer")), "/params");
	json_decref(answer);
	// The peer's own bytes come back harmless.
	answer = ask(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\\u00e9\\u001b[2J\"}\n");
	CU_ASSERT_EQUAL(error_code(answer), PLX_RPC_NO_METHOD);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(json_object_get(answer, "error"), "message")),
		"there is no method \"???[2J\"; rpc.describe lists all");
	json_decref(answer);
	close(fd);
	stop();
}

static json_t *ask_with_fill(int fd, size_t fill)
{
	static char line[LONG_LINE_BYTES + 64];
	int length = snprintf(line, sizeof(line),
			      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\","
			      "\"params\":{\"text\":\"%0*d\"}}\n",
			      (int)fill, 0);
	send_text(fd, line, (size_t)length);
	return receive(fd);
}

static void expect_limit(size_t line_max)
{
	static const char around[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\","
				     "\"params\":{\"text\":\"\"}}\n";
	size_t fill = line_max - (sizeof(around) - 1);
	int fd = connect_client();
	json_t *answer = ask_with_fill(fd, fill);
	const json_t *result = json_object_get(answer, "result");
	CU_ASSERT_EQUAL(json_string_length(json_object_get(result, "text")), fill);
	json_decref(answer);
	answer = ask_with_fill(fd, fill + 1);
	CU_ASSERT_EQUAL(error_code(answer), PLX_RPC_INVALID_REQUEST);
	json_decref(answer);
	CU_ASSERT_TRUE(is_at_end(fd));
	close(fd);
}

TEST(a_line_of_the_greatest_length_is_taken_and_one_more_byte_is_not)
{
	start();
	expect_limit(PLX_RPC_LINE_MAX);
	stop();
}

TEST(a_server_may_take_longer_lines)
{
	next_line_max = LONG_LINE_BYTES;
	start();
	next_line_max = 0;
	expect_limit(LONG_LINE_BYTES);
	stop();
}

TEST(a_session_beyond_the_limit_is_told_so)
{
	start();
	int fds[CLIENTS_MAX];
	for (unsigned i = 0; i < PLX_RPC_SESSIONS_MAX; i++) {
		fds[i] = connect_client();
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	fds[PLX_RPC_SESSIONS_MAX] = connect_client();
	json_t *answer = receive(fds[PLX_RPC_SESSIONS_MAX]);
	CU_ASSERT_EQUAL(error_code(answer), PLX_RPC_BUSY);
	json_decref(answer);
	CU_ASSERT_TRUE(is_at_end(fds[PLX_RPC_SESSIONS_MAX]));
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(server, &counters);
	CU_ASSERT_EQUAL(counters.sessions, PLX_RPC_SESSIONS_MAX);
	CU_ASSERT_EQUAL(counters.refused, 1);
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		close(fds[i]);
	}
	stop();
}

static void send_later(int fd, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char line[128];
		int length =
			snprintf(line, sizeof(line),
				 "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"test.later\"}\n", i);
		send_text(fd, line, (size_t)length);
	}
}

static void pump(void)
{
	for (unsigned i = 0; i < 32; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
}

TEST(calls_beyond_the_limit_wait_until_one_is_answered)
{
	start();
	int fd = connect_client();
	send_later(fd, PLX_RPC_CALLS_MAX + 4);
	pump();
	CU_ASSERT_EQUAL(later_count, PLX_RPC_CALLS_MAX);
	plx_rpc_reply(later_calls[5], json_object());
	pump();
	CU_ASSERT_EQUAL(later_count, PLX_RPC_CALLS_MAX + 1);
	json_t *answer = receive(fd);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), 5);
	json_decref(answer);
	close(fd);
	for (unsigned i = 0; i < later_count; i++) {
		if (i != 5) {
			plx_rpc_reply(later_calls[i], json_object());
		}
	}
	pump();
	stop();
}

TEST(an_answer_may_come_after_the_session_has_gone)
{
	start();
	int fd = connect_client();
	send_later(fd, 2);
	pump();
	CU_ASSERT_EQUAL_FATAL(later_count, 2);
	plx_rpc_fail(later_calls[0], PLX_RPC_STATE, NULL, "to be read by nobody");
	close(fd);
	pump();
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(server, &counters);
	CU_ASSERT_EQUAL(counters.sessions, 0);
	CU_ASSERT_PTR_NULL(plx_rpc_call_session(later_calls[1]));
	CU_ASSERT_EQUAL(hung_up_count, 1);
	plx_rpc_reply(later_calls[1], json_object());
	stop();
}

TEST(a_peer_that_stops_sending_still_waits_and_one_that_closes_has_hung_up)
{
	start();
	int fd = connect_client();
	send_later(fd, 1);
	shutdown(fd, SHUT_WR);
	pump();
	CU_ASSERT_EQUAL(hung_up_count, 0);
	plx_rpc_reply(later_calls[0], json_object());
	json_decref(receive(fd));
	CU_ASSERT_TRUE(is_at_end(fd));
	close(fd);
	fd = connect_client();
	send_later(fd, 30); // more than a turn of the loop takes: all of it was asked
	close(fd);
	pump();
	CU_ASSERT_EQUAL(later_count, 31);
	CU_ASSERT_EQUAL(hung_up_count, 30);
	for (unsigned i = 1; i < later_count; i++) {
		plx_rpc_reply(later_calls[i], json_object());
	}
	stop();
}

TEST(a_session_closed_by_its_owner_ends_whatever_it_waits_for)
{
	start();
	int fd = connect_client();
	json_decref(ask(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.keep\"}\n"));
	send_later(fd, 1);
	pump();
	CU_ASSERT_EQUAL_FATAL(later_count, 1);
	struct plx_rpc_session *session = plx_rpc_call_session(later_calls[0]);
	plx_rpc_session_close(session);
	plx_rpc_session_close(session);
	CU_ASSERT_EQUAL(closed_count, 0); // never beneath its caller
	pump();
	CU_ASSERT_EQUAL(closed_count, 1);
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(server, &counters);
	CU_ASSERT_EQUAL(counters.sessions, 0);
	CU_ASSERT_EQUAL(counters.overflowed, 0);
	char byte;
	CU_ASSERT_EQUAL(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
	plx_rpc_reply(later_calls[0], json_object());
	close(fd);
	stop();
}

TEST(a_notification_runs_and_is_not_answered)
{
	start();
	int fd = connect_client();
	json_t *answer = ask(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"test.keep\"}\n"
				 "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.keep\"}\n");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), 2);
	json_decref(answer);
	close(fd);
	pump();
	CU_ASSERT_EQUAL(closed_count, 1);
	stop();
}

TEST(descriptors_come_with_the_first_byte_of_the_answer)
{
	start();
	int fd = connect_client();
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.fds\"}\n";
	send_text(fd, line, strlen(line));
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(2 * sizeof(int))];
	} control;
	char text[256];
	struct iovec part = {.iov_base = text, .iov_len = sizeof(text)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	time_t start_s = time(NULL);
	ssize_t count = -1;
	while (count < 0 && !is_late(start_s)) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		count = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	}
	CU_ASSERT_TRUE(count > 0 && text[count - 1] == '\n');
	CU_ASSERT_EQUAL_FATAL(message.msg_controllen, sizeof(control));
	CU_ASSERT_EQUAL(control.header.cmsg_type, SCM_RIGHTS);
	int fds[2];
	memcpy(fds, CMSG_DATA(&control.header), sizeof(fds));
	CU_ASSERT_EQUAL(read(fds[0], text, sizeof(text)), 16);
	CU_ASSERT_EQUAL(memcmp(text, "through the pipe", 16), 0);
	close(fds[0]);
	close(fds[1]);
	close(fd);
	stop();
}

// Answers pile up only to PLX_RPC_OUTPUT_PAUSE and one answer more; then requests wait, and all are answered in the end.
TEST(a_peer_that_does_not_read_stops_being_read)
{
	start();
	int fd = connect_client();
	for (unsigned i = 0; i < 6; i++) {
		char line[128];
		int length =
			snprintf(line, sizeof(line),
				 "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"test.big\"}\n", i);
		send_text(fd, line, (size_t)length);
	}
	pump();
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(server, &counters);
	CU_ASSERT_TRUE(counters.requests < 6);
	for (unsigned i = 0; i < 6; i++) {
		json_t *answer = receive(fd);
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), (json_int_t)i);
		json_decref(answer);
	}
	close(fd);
	stop();
}

TEST(describe_lists_every_method)
{
	start();
	int fd = connect_client();
	json_t *answer = ask(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.describe\"}\n");
	const json_t *list = json_object_get(json_object_get(answer, "result"), "methods");
	CU_ASSERT_EQUAL(json_array_size(list), PLX_ARRAY_SIZE(methods));
	json_decref(answer);
	close(fd);
	stop();
}

TEST(a_table_without_a_handler_is_found_at_the_start)
{
	start();
	struct plx_rpc_config config = config_of();
	char other[100];
	snprintf(other, sizeof(other), "%s/other.sock", directory);
	config.socket_path = other;
	config.binding_count--;
	int error = 0;
	CU_ASSERT_PTR_NULL(plx_rpc_server_open(&config, &error, &fault));
	CU_ASSERT_EQUAL(error, -EINVAL);
	CU_ASSERT_STRING_EQUAL(fault.text, "method test.keep has no handler");
	stop();
}

TEST_MAIN(rpc_server, T(a_request_in_pieces_is_answered_once),
	  T(several_requests_in_one_write_are_answered_in_order),
	  T(requests_before_the_end_of_input_are_answered),
	  T(faults_are_answered_with_code_and_pointer),
	  T(a_line_of_the_greatest_length_is_taken_and_one_more_byte_is_not),
	  T(a_server_may_take_longer_lines), T(a_session_beyond_the_limit_is_told_so),
	  T(calls_beyond_the_limit_wait_until_one_is_answered),
	  T(an_answer_may_come_after_the_session_has_gone),
	  T(a_peer_that_stops_sending_still_waits_and_one_that_closes_has_hung_up),
	  T(a_session_closed_by_its_owner_ends_whatever_it_waits_for),
	  T(a_notification_runs_and_is_not_answered),
	  T(descriptors_come_with_the_first_byte_of_the_answer),
	  T(a_peer_that_does_not_read_stops_being_read), T(describe_lists_every_method),
	  T(a_table_without_a_handler_is_found_at_the_start))
