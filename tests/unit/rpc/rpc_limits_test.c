// SPDX-License-Identifier: BSD-3-Clause
// What a server does to a peer that sends or asks too much, or does not read.

#include "rpc_fixture.h"

#include <stdio.h>
#include <unistd.h>

#define CLIENTS_MAX (PLX_RPC_SESSIONS_MAX + 1)

static json_t *ask_with_fill(int fd, size_t fill)
{
	static char line[RPC_FIXTURE_LINE_BYTES + 64];
	int length = snprintf(line, sizeof(line),
			      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\","
			      "\"params\":{\"text\":\"%0*d\"}}\n",
			      (int)fill, 0);
	rpc_fixture_send(fd, line, (size_t)length);
	return rpc_fixture_receive(fd);
}

static void expect_limit(size_t line_max)
{
	static const char around[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\","
				     "\"params\":{\"text\":\"\"}}\n";
	size_t fill = line_max - (sizeof(around) - 1);
	int fd = rpc_fixture_connect();
	json_t *answer = ask_with_fill(fd, fill);
	const json_t *result = json_object_get(answer, "result");
	CU_ASSERT_EQUAL(json_string_length(json_object_get(result, "text")), fill);
	json_decref(answer);
	answer = ask_with_fill(fd, fill + 1);
	CU_ASSERT_EQUAL(rpc_fixture_error_code(answer), PLX_RPC_INVALID_REQUEST);
	json_decref(answer);
	CU_ASSERT_TRUE(rpc_fixture_is_at_end(fd));
	close(fd);
}

TEST(a_line_of_the_greatest_length_is_taken_and_one_more_byte_is_not)
{
	rpc_fixture_start(0);
	expect_limit(PLX_RPC_LINE_MAX);
	rpc_fixture_stop();
}

TEST(a_server_may_take_longer_lines)
{
	rpc_fixture_start(RPC_FIXTURE_LINE_BYTES);
	expect_limit(RPC_FIXTURE_LINE_BYTES);
	rpc_fixture_stop();
}

TEST(a_session_beyond_the_limit_is_told_so)
{
	rpc_fixture_start(0);
	int fds[CLIENTS_MAX];
	for (unsigned i = 0; i < PLX_RPC_SESSIONS_MAX; i++) {
		fds[i] = rpc_fixture_connect();
		event_base_loop(rpc_fixture.base, EVLOOP_NONBLOCK);
	}
	fds[PLX_RPC_SESSIONS_MAX] = rpc_fixture_connect();
	json_t *answer = rpc_fixture_receive(fds[PLX_RPC_SESSIONS_MAX]);
	CU_ASSERT_EQUAL(rpc_fixture_error_code(answer), PLX_RPC_BUSY);
	json_decref(answer);
	CU_ASSERT_TRUE(rpc_fixture_is_at_end(fds[PLX_RPC_SESSIONS_MAX]));
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(rpc_fixture.server, &counters);
	CU_ASSERT_EQUAL(counters.sessions, PLX_RPC_SESSIONS_MAX);
	CU_ASSERT_EQUAL(counters.refused, 1);
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		close(fds[i]);
	}
	rpc_fixture_stop();
}

TEST(calls_beyond_the_limit_wait_until_one_is_answered)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	rpc_fixture_send_later(fd, PLX_RPC_CALLS_MAX + 4);
	rpc_fixture_pump();
	CU_ASSERT_EQUAL(rpc_fixture.later_count, PLX_RPC_CALLS_MAX);
	plx_rpc_reply(rpc_fixture.later_calls[5], json_object());
	rpc_fixture_pump();
	CU_ASSERT_EQUAL(rpc_fixture.later_count, PLX_RPC_CALLS_MAX + 1);
	json_t *answer = rpc_fixture_receive(fd);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), 5);
	json_decref(answer);
	close(fd);
	for (unsigned i = 0; i < rpc_fixture.later_count; i++) {
		if (i != 5) {
			plx_rpc_reply(rpc_fixture.later_calls[i], json_object());
		}
	}
	rpc_fixture_pump();
	rpc_fixture_stop();
}

// Answers pile up only to PLX_RPC_OUTPUT_PAUSE and one answer more; then requests wait, and all are answered in the end.
TEST(a_peer_that_does_not_read_stops_being_read)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	for (unsigned i = 0; i < 6; i++) {
		char line[128];
		int length =
			snprintf(line, sizeof(line),
				 "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"test.big\"}\n", i);
		rpc_fixture_send(fd, line, (size_t)length);
	}
	rpc_fixture_pump();
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(rpc_fixture.server, &counters);
	CU_ASSERT_TRUE(counters.requests < 6);
	for (unsigned i = 0; i < 6; i++) {
		json_t *answer = rpc_fixture_receive(fd);
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(answer, "id")), (json_int_t)i);
		json_decref(answer);
	}
	close(fd);
	rpc_fixture_stop();
}

TEST_MAIN(rpc_limits, T(a_line_of_the_greatest_length_is_taken_and_one_more_byte_is_not),
	  T(a_server_may_take_longer_lines), T(a_session_beyond_the_limit_is_told_so),
	  T(calls_beyond_the_limit_wait_until_one_is_answered),
	  T(a_peer_that_does_not_read_stops_being_read))
