// SPDX-License-Identifier: BSD-3-Clause
// Orders at a daemon that the test plays by hand, at times that the test says.

#include "cunit_runner.h"

#include "readiness/json_keep.h"
#include "readiness/readiness_orders.h"
#include "readiness/readiness_tally.h"
#include "readiness_server.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#define LATER_MS (READINESS_SILENCE_MS + 1)

static struct readiness_tally tally;
static struct readiness_orders orders;
static int daemon_fd;
static char fault[128];

static void start(void)
{
	int fds[2];
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	daemon_fd = fds[1];
	readiness_tally_init(&tally);
	CU_ASSERT_EQUAL_FATAL(readiness_orders_init(&orders, fds[0], &tally, 0), 0);
}

static void stop(void)
{
	readiness_orders_fini(&orders, "the test ended");
	readiness_tally_fini(&tally);
	close(daemon_fd);
}

static json_t *make_order(void)
{
	return json_pack("{s:[{s:s}]}", "identifiers", "value", "a.test");
}

// The request as the daemon gets it.
static json_t *receive(void)
{
	char text[1024];
	ssize_t length = recv(daemon_fd, text, sizeof(text), MSG_DONTWAIT);
	CU_ASSERT_FATAL(length > 0 && text[length - 1] == '\n');
	json_t *request = json_loadb(text, (size_t)length, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	return request;
}

// Answers the request; `member` is "result" or "error". Takes over `value`.
static enum readiness_end answer(json_t *request, const char *member, json_t *value, int64_t now_ms)
{
	json_t *reply = json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id",
				  json_object_get(request, "id"), member, value);
	char *text = json_dumps(reply, JSON_COMPACT);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	dprintf(daemon_fd, "%s\n", text);
	free(text);
	json_decref(reply);
	json_decref(request);
	return readiness_orders_exchange(&orders, now_ms, fault, sizeof(fault));
}

TEST(a_daemon_is_stuck_only_while_it_owes_an_answer)
{
	start();
	CU_ASSERT_FALSE(readiness_orders_are_stuck(&orders, LATER_MS)); // nothing was asked
	readiness_orders_add(&orders, 1, make_order(), LATER_MS);
	CU_ASSERT_FALSE(readiness_orders_are_stuck(&orders, LATER_MS + READINESS_SILENCE_MS));
	CU_ASSERT_TRUE(readiness_orders_are_stuck(&orders, LATER_MS + LATER_MS));
	json_t *order = make_order();
	CU_ASSERT_EQUAL(answer(receive(), "result", readiness_answer(order, "report-only", false),
			       LATER_MS + 5),
			READINESS_NOT_RUN);
	json_decref(order);
	CU_ASSERT_EQUAL(tally.orders_passed, 1);
	CU_ASSERT_FALSE(readiness_orders_are_stuck(&orders, LATER_MS + 5 + LATER_MS));
	stop();
}

TEST(a_daemon_without_room_is_asked_for_a_minute)
{
	start();
	int64_t now_ms = 1000;
	readiness_orders_add(&orders, 7, make_order(), now_ms);
	unsigned asked = 0;
	while (orders.count > 0 && asked < 1000) {
		asked++;
		CU_ASSERT_EQUAL(
			answer(receive(), "error",
			       json_pack("{s:i, s:s}", "code", -32002, "message", "draining"),
			       now_ms),
			READINESS_NOT_RUN);
		readiness_orders_retry(&orders, now_ms + READINESS_BUSY_RETRY_MS - 1); // not yet
		CU_ASSERT_EQUAL(orders.window.open_count, 0);
		CU_ASSERT_TRUE(readiness_orders_wait_ms(&orders, now_ms, 500) >=
			       READINESS_BUSY_RETRY_MS);
		now_ms += READINESS_BUSY_RETRY_MS;
		readiness_orders_retry(&orders, now_ms);
	}
	CU_ASSERT_EQUAL(asked, READINESS_BUSY_TRIES_MAX);
	CU_ASSERT_EQUAL(tally.orders_not_run, 1);
	CU_ASSERT_STRING_EQUAL(json_text(json_array_get(tally.not_run, 0), "message"), "draining");
	stop();
}

TEST(an_answer_to_no_question_ends_the_run)
{
	start();
	readiness_orders_add(&orders, 1, make_order(), 0);
	json_decref(receive());
	CU_ASSERT_EQUAL(answer(json_pack("{s:i}", "id", 4711), "result", json_object(), 0),
			READINESS_LOST);
	CU_ASSERT_STRING_EQUAL(fault, "the answer is not JSON-RPC");
	stop();
}

// A daemon says so before it closes a session that is one too many.
TEST(an_error_that_belongs_to_no_call_is_told)
{
	start();
	readiness_orders_add(&orders, 1, make_order(), 0);
	json_decref(receive());
	CU_ASSERT_EQUAL(
		answer(json_pack("{s:n}", "id"), "error",
		       json_pack("{s:i, s:s}", "code", -32002, "message", "64 sessions are open"),
		       0),
		READINESS_REFUSED);
	CU_ASSERT_STRING_EQUAL(fault, "64 sessions are open");
	stop();
}

TEST(what_is_no_json_ends_the_run)
{
	start();
	readiness_orders_add(&orders, 1, make_order(), 0);
	dprintf(daemon_fd, "HTTP/1.1 400 Bad Request\r\n");
	CU_ASSERT_EQUAL(readiness_orders_exchange(&orders, 0, fault, sizeof(fault)),
			READINESS_LOST);
	stop();
}

TEST_MAIN(readiness_orders, T(a_daemon_is_stuck_only_while_it_owes_an_answer),
	  T(a_daemon_without_room_is_asked_for_a_minute), T(an_answer_to_no_question_ends_the_run),
	  T(an_error_that_belongs_to_no_call_is_told), T(what_is_no_json_ends_the_run))
