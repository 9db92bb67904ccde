// SPDX-License-Identifier: BSD-3-Clause
// The pool against servers that keep to the protocol. Those that do not: tcp_fault_test.c.

#include <parallax/base/error.h>
#include <parallax/dns/message_reader.h>

#include "cunit_runner.h"
#include "loopback_server.h"
#include "pool_fixture.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 10000 // for what takes milliseconds unless something is broken
#define FRAME_MAX (2 + PLX_MESSAGE_MAX)

static struct pool_answer answer;

// Answers each query at once; `context` points to the flags to set.
static void serve_plainly(struct loopback_server *server, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	uint8_t frame[2 + PLX_QUERY_MAX];
	uint16_t flags = server->context != NULL ? *(const uint16_t *)server->context : 0;
	size_t length;
	while ((length = loopback_read_query(fd, query, sizeof(query))) > 0) {
		size_t frame_length = loopback_frame_answer(query, length, flags, 0, frame);
		if (!loopback_write(fd, frame, frame_length)) {
			return;
		}
	}
}

static void one_query_is_answered(int family)
{
	struct loopback_server server;
	struct pool_fixture fixture;
	loopback_server_start(&server, family, serve_plainly, NULL);
	pool_fixture_init(&fixture);
	CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &server.endpoint, 5, PATIENCE_MS), 0);
	CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 0, PATIENCE_MS, &answer));
	CU_ASSERT_EQUAL(answer.error, 0);
	CU_ASSERT_EQUAL(answer.slot, 5);
	CU_ASSERT_EQUAL(answer.generation, 12);
	struct plx_message message;
	CU_ASSERT_EQUAL_FATAL(plx_message_open(answer.message, answer.length, &message), 0);
	CU_ASSERT_EQUAL(message.id, 0x4242);
	CU_ASSERT_TRUE((message.flags & PLX_FLAG_QR) != 0);
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

TEST(answer_over_ipv4_carries_the_askers_id)
{
	one_query_is_answered(4);
}

TEST(answer_over_ipv6_carries_the_askers_id)
{
	one_query_is_answered(6);
}

TEST(connection_is_used_again)
{
	struct loopback_server server;
	struct pool_fixture fixture;
	loopback_server_start(&server, 4, serve_plainly, NULL);
	pool_fixture_init(&fixture);
	for (uint32_t slot = 0; slot < 100; slot++) {
		CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &server.endpoint, slot, PATIENCE_MS),
				0);
		CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 0, PATIENCE_MS, &answer));
		CU_ASSERT_EQUAL(answer.error, 0);
		CU_ASSERT_EQUAL(answer.slot, slot);
	}
	CU_ASSERT_EQUAL(atomic_load(&server.accepted_count), 1);
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

#define REORDERED 10

// Answers REORDERED queries only when it has all, the last one first. Their IDs must differ.
static void serve_backwards(struct loopback_server *server, int fd, unsigned index)
{
	static uint8_t queries[REORDERED][PLX_QUERY_MAX];
	size_t lengths[REORDERED];
	atomic_bool *ids_differ = server->context;
	for (size_t i = 0; i < REORDERED; i++) {
		lengths[i] = loopback_read_query(fd, queries[i], sizeof(queries[i]));
		if (lengths[i] == 0) {
			return;
		}
		for (size_t j = 0; j < i; j++) {
			if (memcmp(queries[i], queries[j], 2) == 0) {
				atomic_store(ids_differ, false);
			}
		}
	}
	for (size_t i = REORDERED; i-- > 0;) {
		uint8_t frame[2 + PLX_QUERY_MAX];
		size_t length = loopback_frame_answer(queries[i], lengths[i], 0, 0, frame);
		if (!loopback_write(fd, frame, length)) {
			return;
		}
	}
	(void)loopback_await_close(fd, PATIENCE_MS);
}

TEST(pipelined_answers_in_any_order_find_their_queries)
{
	atomic_bool ids_differ = true;
	struct loopback_server server;
	struct pool_fixture fixture;
	loopback_server_start(&server, 4, serve_backwards, &ids_differ);
	pool_fixture_init(&fixture);
	for (uint32_t slot = 0; slot < REORDERED; slot++) {
		CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &server.endpoint, slot, PATIENCE_MS),
				0);
	}
	for (uint32_t i = 0; i < REORDERED; i++) {
		CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 0, PATIENCE_MS, &answer));
		CU_ASSERT_EQUAL(answer.error, 0);
		struct tcp_request request;
		pool_fixture_request(&server.endpoint, answer.slot, 0, &request);
		CU_ASSERT_EQUAL(answer.length, request.query_length);
		CU_ASSERT_EQUAL(
			memcmp(answer.message + 12, request.query + 12, request.query_length - 12u),
			0);
	}
	CU_ASSERT_TRUE(atomic_load(&ids_differ));
	CU_ASSERT_EQUAL(atomic_load(&server.accepted_count), 1);
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

TEST(truncated_answer_is_handed_on_as_it_is)
{
	uint16_t flags = PLX_FLAG_TC;
	struct loopback_server server;
	struct pool_fixture fixture;
	loopback_server_start(&server, 4, serve_plainly, &flags);
	pool_fixture_init(&fixture);
	CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &server.endpoint, 1, PATIENCE_MS), 0);
	CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 0, PATIENCE_MS, &answer));
	CU_ASSERT_EQUAL(answer.error, 0);
	CU_ASSERT_TRUE((answer.message[2] & (PLX_FLAG_TC >> 8)) != 0);
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

static void serve_longest(struct loopback_server *server, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	uint8_t *frame = malloc(FRAME_MAX);
	size_t length;
	while (frame != NULL && (length = loopback_read_query(fd, query, sizeof(query))) > 0) {
		size_t frame_length =
			loopback_frame_answer(query, length, 0, PLX_MESSAGE_MAX, frame);
		frame[frame_length - 1] = 0x5a;
		if (!loopback_write(fd, frame, frame_length)) {
			break;
		}
	}
	free(frame);
}

TEST(longest_messages_arrive_whole)
{
	struct loopback_server server;
	struct pool_fixture fixture;
	loopback_server_start(&server, 4, serve_longest, NULL);
	pool_fixture_init(&fixture);
	for (uint32_t slot = 0; slot < 50; slot++) {
		CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &server.endpoint, slot, PATIENCE_MS),
				0);
	}
	for (uint32_t i = 0; i < 50; i++) {
		CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 0, PATIENCE_MS, &answer));
		CU_ASSERT_EQUAL(answer.error, 0);
		CU_ASSERT_EQUAL(answer.length, PLX_MESSAGE_MAX);
		CU_ASSERT_EQUAL(answer.message[PLX_MESSAGE_MAX - 1], 0x5a);
	}
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

// Silent until the client closes.
static void serve_silence(struct loopback_server *server, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	while (loopback_read_query(fd, query, sizeof(query)) > 0) {
	}
}

TEST(requests_past_the_limit_are_refused_and_all_others_answered_once)
{
	static bool is_answered[TCP_OUTSTANDING_MAX];
	struct loopback_server server;
	struct pool_fixture fixture;
	loopback_server_start(&server, 4, serve_silence, NULL);
	pool_fixture_init(&fixture);
	for (uint32_t slot = 0; slot < TCP_OUTSTANDING_MAX; slot++) {
		// Nothing can end before all are asked: the time-out is long enough for that.
		CU_ASSERT_EQUAL_FATAL(pool_fixture_ask(&fixture, 0, &server.endpoint, slot, 2000),
				      0);
	}
	CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &server.endpoint, 0, 2000), -EAGAIN);
	bool is_each_once = true;
	for (uint32_t i = 0; i < TCP_OUTSTANDING_MAX; i++) {
		CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 0, PATIENCE_MS, &answer));
		is_each_once &= answer.error == PLX_ERR_TCP_TIMEOUT && !is_answered[answer.slot];
		is_answered[answer.slot] = true;
	}
	CU_ASSERT_TRUE(is_each_once);
	CU_ASSERT_PTR_NULL(tcp_pool_collect(fixture.pool, 0));
	CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &server.endpoint, 0, 10), 0);
	CU_ASSERT_TRUE(pool_fixture_await(&fixture, 0, PATIENCE_MS, &answer));
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

struct asker {
	struct pool_fixture *fixture;
	const struct plx_endpoint *server;
	unsigned worker;
	unsigned answered_count;
	struct pool_answer answer;
};

#define ASKED_PER_WORKER 3000

static void *ask_many(void *argument)
{
	struct asker *asker = argument;
	uint32_t asked = 0;
	uint32_t ended = 0;
	while (ended < ASKED_PER_WORKER) {
		if (asked < ASKED_PER_WORKER && asked - ended < 200 &&
		    pool_fixture_ask(asker->fixture, asker->worker, asker->server, asked,
				     PATIENCE_MS) == 0) {
			asked++;
			continue;
		}
		if (!pool_fixture_await(asker->fixture, asker->worker, PATIENCE_MS,
					&asker->answer)) {
			break;
		}
		ended++;
		asker->answered_count += asker->answer.error == 0;
	}
	return NULL;
}

TEST(workers_ask_at_the_same_time)
{
	struct loopback_server server;
	struct pool_fixture fixture;
	loopback_server_start(&server, 4, serve_plainly, NULL);
	pool_fixture_init(&fixture);
	static struct asker askers[POOL_FIXTURE_WORKERS];
	pthread_t threads[POOL_FIXTURE_WORKERS];
	for (unsigned i = 0; i < POOL_FIXTURE_WORKERS; i++) {
		askers[i] = (struct asker) {
			.fixture = &fixture, .server = &server.endpoint, .worker = i};
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, ask_many, &askers[i]), 0);
	}
	for (unsigned i = 0; i < POOL_FIXTURE_WORKERS; i++) {
		pthread_join(threads[i], NULL);
		CU_ASSERT_EQUAL(askers[i].answered_count, ASKED_PER_WORKER);
	}
	struct tcp_counters counters;
	tcp_pool_counters(fixture.pool, &counters);
	CU_ASSERT_EQUAL(counters.queries, POOL_FIXTURE_WORKERS * ASKED_PER_WORKER);
	CU_ASSERT_EQUAL(counters.answers, POOL_FIXTURE_WORKERS * ASKED_PER_WORKER);
	CU_ASSERT_TRUE(counters.connections_opened <= TCP_CONNECTIONS_PER_SERVER);
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

TEST(pool_with_work_outstanding_can_be_destroyed)
{
	struct loopback_server server;
	struct pool_fixture fixture;
	loopback_server_start(&server, 4, serve_silence, NULL);
	pool_fixture_init(&fixture);
	for (uint32_t slot = 0; slot < 1000; slot++) {
		CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &server.endpoint, slot, PATIENCE_MS),
				0);
	}
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

TEST(request_that_is_no_query_or_is_late_is_answered_at_once)
{
	struct plx_endpoint nowhere = {.ip = {.bytes = {127, 0, 0, 1}, .family = 4}, .port = 9};
	struct pool_fixture fixture;
	pool_fixture_init(&fixture);
	struct tcp_request request;
	pool_fixture_request(&nowhere, 1, PATIENCE_MS, &request);
	request.query_length = 11;
	CU_ASSERT_EQUAL(tcp_pool_submit(fixture.pool, 1, &request), 0);
	CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 1, PATIENCE_MS, &answer));
	CU_ASSERT_EQUAL(answer.error, -EINVAL);
	CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 1, &nowhere, 2, 0), 0);
	CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 1, PATIENCE_MS, &answer));
	CU_ASSERT_EQUAL(answer.error, PLX_ERR_TCP_TIMEOUT);
	struct plx_endpoint no_address = {.port = 53};
	CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 1, &no_address, 3, PATIENCE_MS), 0);
	CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 1, PATIENCE_MS, &answer));
	CU_ASSERT_EQUAL(answer.error, -EAFNOSUPPORT);
	pool_fixture_fini(&fixture);
}

TEST_MAIN(tcp_pool, T(answer_over_ipv4_carries_the_askers_id),
	  T(answer_over_ipv6_carries_the_askers_id), T(connection_is_used_again),
	  T(pipelined_answers_in_any_order_find_their_queries),
	  T(truncated_answer_is_handed_on_as_it_is), T(longest_messages_arrive_whole),
	  T(requests_past_the_limit_are_refused_and_all_others_answered_once),
	  T(workers_ask_at_the_same_time), T(pool_with_work_outstanding_can_be_destroyed),
	  T(request_that_is_no_query_or_is_late_is_answered_at_once))
