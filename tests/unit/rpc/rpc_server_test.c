// SPDX-License-Identifier: BSD-3-Clause
// Requests and their answers.

#include "rpc_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

TEST(a_request_in_pieces_is_answered_once)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"test.echo\","
				   "\"params\":{\"text\":\"hi\"}}\n";
	for (size_t i = 0; i + 1 < sizeof(line); i++) {
		rpc_fixture_send(fd, line + i, 1);
	}
	json_t *answer = rpc_fixture_receive(fd);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), 7);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(json_object_get(answer, "result"), "text")),
		"hi");
	json_decref(answer);
	close(fd);
	rpc_fixture_stop();
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
		json_t *answer = rpc_fixture_receive(fd);
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), i);
		json_decref(answer);
	}
}

TEST(several_requests_in_one_write_are_answered_in_order)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	char text[8192];
	rpc_fixture_send(fd, text, burst_write(text, sizeof(text)));
	expect_burst(fd);
	close(fd);
	rpc_fixture_stop();
}

TEST(requests_before_the_end_of_input_are_answered)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	char text[8192];
	size_t length = burst_write(text, sizeof(text));
	CU_ASSERT_EQUAL(send(fd, text, length, 0), (ssize_t)length);
	shutdown(fd, SHUT_WR);
	expect_burst(fd);
	CU_ASSERT_TRUE(rpc_fixture_is_at_end(fd));
	close(fd);
	rpc_fixture_stop();
}

TEST(faults_are_answered_with_code_and_pointer)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	json_t *answer = rpc_fixture_ask(fd, "nonsense\n");
	CU_ASSERT_EQUAL(rpc_fixture_error_code(answer), PLX_RPC_NOT_JSON);
	CU_ASSERT_TRUE(json_is_null(json_object_get(answer, "id")));
	json_decref(answer);
	answer = rpc_fixture_ask(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\"}\n");
	CU_ASSERT_EQUAL(rpc_fixture_error_code(answer), PLX_RPC_INVALID_PARAMS);
	json_t *data = json_object_get(json_object_get(answer, "error"), "data");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(data, "pointer")), "/params");
	json_decref(answer);
	// The peer's own bytes come back harmless.
	answer = rpc_fixture_ask(
		fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\\u00e9\\u001b[2J\"}\n");
	CU_ASSERT_EQUAL(rpc_fixture_error_code(answer), PLX_RPC_NO_METHOD);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(json_object_get(answer, "error"), "message")),
		"there is no method \"???[2J\"; rpc.describe lists all");
	json_decref(answer);
	close(fd);
	rpc_fixture_stop();
}

TEST(a_notification_runs_and_is_not_answered)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	json_t *answer =
		rpc_fixture_ask(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"test.keep\"}\n"
				    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.keep\"}\n");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), 2);
	json_decref(answer);
	close(fd);
	rpc_fixture_pump();
	CU_ASSERT_EQUAL(rpc_fixture.closed_count, 1);
	rpc_fixture_stop();
}

TEST(descriptors_come_with_the_first_byte_of_the_answer)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.fds\"}\n";
	rpc_fixture_send(fd, line, strlen(line));
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
	while (count < 0 && !rpc_fixture_is_late(start_s)) {
		event_base_loop(rpc_fixture.base, EVLOOP_NONBLOCK);
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
	rpc_fixture_stop();
}

TEST(describe_lists_every_method)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	json_t *answer =
		rpc_fixture_ask(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.describe\"}\n");
	const json_t *list = json_object_get(json_object_get(answer, "result"), "methods");
	CU_ASSERT_EQUAL(json_array_size(list), RPC_FIXTURE_METHODS);
	json_decref(answer);
	close(fd);
	rpc_fixture_stop();
}

TEST(a_table_without_a_handler_is_found_at_the_start)
{
	rpc_fixture_start(0);
	struct plx_rpc_config config = rpc_fixture_config(0);
	char other[100];
	snprintf(other, sizeof(other), "%s/other.sock", rpc_fixture.directory);
	config.socket_path = other;
	config.binding_count--;
	int error = 0;
	CU_ASSERT_PTR_NULL(plx_rpc_server_open(&config, &error, &rpc_fixture.fault));
	CU_ASSERT_EQUAL(error, -EINVAL);
	CU_ASSERT_STRING_EQUAL(rpc_fixture.fault.text, "method test.keep has no handler");
	rpc_fixture_stop();
}

TEST_MAIN(rpc_server, T(a_request_in_pieces_is_answered_once),
	  T(several_requests_in_one_write_are_answered_in_order),
	  T(requests_before_the_end_of_input_are_answered),
	  T(faults_are_answered_with_code_and_pointer), T(a_notification_runs_and_is_not_answered),
	  T(descriptors_come_with_the_first_byte_of_the_answer), T(describe_lists_every_method),
	  T(a_table_without_a_handler_is_found_at_the_start))
