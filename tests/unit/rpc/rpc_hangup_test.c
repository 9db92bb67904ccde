// SPDX-License-Identifier: BSD-3-Clause
// Sessions that end while calls wait for their answers.

#include "rpc_fixture.h"

#include <unistd.h>

#include <sys/socket.h>

TEST(an_answer_may_come_after_the_session_has_gone)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	rpc_fixture_send_later(fd, 2);
	rpc_fixture_pump();
	CU_ASSERT_EQUAL_FATAL(rpc_fixture.later_count, 2);
	plx_rpc_fail(rpc_fixture.later_calls[0], PLX_RPC_STATE, NULL, "to be read by nobody");
	close(fd);
	rpc_fixture_pump();
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(rpc_fixture.server, &counters);
	CU_ASSERT_EQUAL(counters.sessions, 0);
	CU_ASSERT_PTR_NULL(plx_rpc_call_session(rpc_fixture.later_calls[1]));
	CU_ASSERT_EQUAL(rpc_fixture.hung_up_count, 1);
	plx_rpc_reply(rpc_fixture.later_calls[1], json_object());
	rpc_fixture_stop();
}

TEST(a_peer_that_stops_sending_still_waits_and_one_that_closes_has_hung_up)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	rpc_fixture_send_later(fd, 1);
	shutdown(fd, SHUT_WR);
	rpc_fixture_pump();
	CU_ASSERT_EQUAL(rpc_fixture.hung_up_count, 0);
	plx_rpc_reply(rpc_fixture.later_calls[0], json_object());
	json_decref(rpc_fixture_receive(fd));
	CU_ASSERT_TRUE(rpc_fixture_is_at_end(fd));
	close(fd);
	fd = rpc_fixture_connect();
	rpc_fixture_send_later(fd, 30); // more than a turn of the loop takes: all of it was asked
	close(fd);
	rpc_fixture_pump();
	CU_ASSERT_EQUAL(rpc_fixture.later_count, 31);
	CU_ASSERT_EQUAL(rpc_fixture.hung_up_count, 30);
	for (unsigned i = 1; i < rpc_fixture.later_count; i++) {
		plx_rpc_reply(rpc_fixture.later_calls[i], json_object());
	}
	rpc_fixture_stop();
}

TEST(a_session_closed_by_its_owner_ends_whatever_it_waits_for)
{
	rpc_fixture_start(0);
	int fd = rpc_fixture_connect();
	json_decref(
		rpc_fixture_ask(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.keep\"}\n"));
	rpc_fixture_send_later(fd, 1);
	rpc_fixture_pump();
	CU_ASSERT_EQUAL_FATAL(rpc_fixture.later_count, 1);
	struct plx_rpc_session *session = plx_rpc_call_session(rpc_fixture.later_calls[0]);
	plx_rpc_session_close(session);
	plx_rpc_session_close(session);
	CU_ASSERT_EQUAL(rpc_fixture.closed_count, 0); // never beneath its caller
	rpc_fixture_pump();
	CU_ASSERT_EQUAL(rpc_fixture.closed_count, 1);
	struct plx_rpc_counters counters;
	plx_rpc_server_counters(rpc_fixture.server, &counters);
	CU_ASSERT_EQUAL(counters.sessions, 0);
	CU_ASSERT_EQUAL(counters.overflowed, 0);
	char byte;
	CU_ASSERT_EQUAL(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
	plx_rpc_reply(rpc_fixture.later_calls[0], json_object());
	close(fd);
	rpc_fixture_stop();
}

TEST_MAIN(rpc_hangup, T(an_answer_may_come_after_the_session_has_gone),
	  T(a_peer_that_stops_sending_still_waits_and_one_that_closes_has_hung_up),
	  T(a_session_closed_by_its_owner_ends_whatever_it_waits_for))
