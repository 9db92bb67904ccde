// SPDX-License-Identifier: BSD-3-Clause
// The pool against servers that break the protocol: refused, reset, silent, slow, doubled and misplaced answers.

#include <parallax/base/error.h>
#include <parallax/dns/message_reader.h>

#include "cunit_runner.h"
#include "loopback_server.h"
#include "pool_fixture.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 10000
#define NS_PER_MS 1000000ull

static struct pool_answer answer;
static struct loopback_server server;
static struct pool_fixture fixture;

static void start(loopback_serve serve, void *context)
{
	loopback_server_start(&server, 4, serve, context);
	pool_fixture_init(&fixture);
}

static void stop(void)
{
	pool_fixture_fini(&fixture);
	loopback_server_stop(&server);
}

static void ask(uint32_t slot, int timeout_ms)
{
	CU_ASSERT_EQUAL_FATAL(pool_fixture_ask(&fixture, 0, &server.endpoint, slot, timeout_ms), 0);
}

static void await_answer(void)
{
	CU_ASSERT_TRUE_FATAL(pool_fixture_await(&fixture, 0, PATIENCE_MS, &answer));
}

static struct tcp_counters counters(void)
{
	struct tcp_counters now;
	tcp_pool_counters(fixture.pool, &now);
	return now;
}

// Waits for what another thread does; the condition must come true within PATIENCE_MS.
#define AWAIT(condition)                                                                           \
	do {                                                                                       \
		uint64_t until_ns = pool_fixture_now_ns() + PATIENCE_MS * NS_PER_MS;               \
		while (!(condition) && pool_fixture_now_ns() < until_ns) {                         \
			sched_yield();                                                             \
		}                                                                                  \
		CU_ASSERT_TRUE(condition);                                                         \
	} while (0)

static void serve_nothing(struct loopback_server *unused_server, int fd, unsigned index)
{
	(void)loopback_await_close(fd, PATIENCE_MS);
}

TEST(refused_connection_is_answered_at_once_to_all_who_wait)
{
	start(serve_nothing, NULL);
	loopback_server_stop(&server); // its port now refuses
	uint64_t begun_ns = pool_fixture_now_ns();
	for (uint32_t slot = 0; slot < 20; slot++) {
		ask(slot, PATIENCE_MS);
	}
	for (uint32_t i = 0; i < 20; i++) {
		await_answer();
		CU_ASSERT_EQUAL(answer.error, PLX_ERR_TCP_REFUSED);
		CU_ASSERT_FALSE(answer.was_connected);
		CU_ASSERT_EQUAL(answer.length, 0);
	}
	CU_ASSERT_TRUE(pool_fixture_now_ns() - begun_ns < 1000 * NS_PER_MS);
	CU_ASSERT_EQUAL(counters().requeued, 0);
	pool_fixture_fini(&fixture);
}

// Sends `*context` octets of the answer's frame, then RST.
static void serve_then_reset(struct loopback_server *self, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	uint8_t frame[2 + PLX_QUERY_MAX];
	size_t length = loopback_read_query(fd, query, sizeof(query));
	if (length > 0) {
		(void)loopback_frame_answer(query, length, 0, 0, frame);
		(void)loopback_write(fd, frame, *(const size_t *)self->context);
		loopback_reset(fd);
	}
}

TEST(reset_after_any_octet_never_yields_a_partial_answer)
{
	struct tcp_request request;
	struct plx_endpoint nowhere = {0};
	pool_fixture_request(&nowhere, 1, 0, &request);
	size_t sent_count;
	for (sent_count = 0; sent_count < 2u + request.query_length; sent_count++) {
		start(serve_then_reset, &sent_count);
		ask(1, PATIENCE_MS);
		await_answer();
		CU_ASSERT_EQUAL(answer.error, PLX_ERR_TCP_CLOSED);
		CU_ASSERT_EQUAL(answer.length, 0);
		CU_ASSERT_EQUAL(atomic_load(&server.accepted_count), 1 + TCP_RECONNECTS_PER_QUERY);
		CU_ASSERT_EQUAL(counters().requeued, TCP_RECONNECTS_PER_QUERY);
		CU_ASSERT_EQUAL(answer.resends, TCP_RECONNECTS_PER_QUERY);
		stop();
	}
}

// The first connection ends without an answer; later ones are served.
static void serve_second_connection(struct loopback_server *self, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	uint8_t frame[2 + PLX_QUERY_MAX];
	size_t length;
	while ((length = loopback_read_query(fd, query, sizeof(query))) > 0 && index > 0) {
		(void)loopback_write(fd, frame, loopback_frame_answer(query, length, 0, 0, frame));
	}
}

TEST(query_lost_with_its_connection_is_asked_again)
{
	start(serve_second_connection, NULL);
	ask(1, PATIENCE_MS);
	await_answer();
	CU_ASSERT_EQUAL(answer.error, 0);
	CU_ASSERT_EQUAL(counters().requeued, 1);
	CU_ASSERT_TRUE(answer.was_connected);
	CU_ASSERT_EQUAL(answer.resends, 1);
	stop();
}

TEST(query_is_not_sent_again_more_often_than_its_asker_allows)
{
	for (uint8_t allowed = 0; allowed <= 1; allowed++) {
		size_t sent_count = 0;
		start(serve_then_reset, &sent_count);
		struct tcp_request request;
		pool_fixture_request(&server.endpoint, 1, PATIENCE_MS, &request);
		request.resends_max = allowed;
		CU_ASSERT_EQUAL_FATAL(tcp_pool_submit(fixture.pool, 0, &request), 0);
		await_answer();
		CU_ASSERT_EQUAL(answer.error, PLX_ERR_TCP_CLOSED);
		CU_ASSERT_EQUAL(answer.resends, allowed);
		CU_ASSERT_EQUAL(atomic_load(&server.accepted_count), 1u + allowed);
		stop();
	}
}

static void serve_one_per_connection(struct loopback_server *self, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	uint8_t frame[2 + PLX_QUERY_MAX];
	size_t length = loopback_read_query(fd, query, sizeof(query));
	if (length > 0) {
		(void)loopback_write(fd, frame, loopback_frame_answer(query, length, 0, 0, frame));
	}
}

TEST(server_that_closes_after_each_answer_answers_all)
{
	start(serve_one_per_connection, NULL);
	for (uint32_t slot = 0; slot < 60; slot++) {
		ask(slot, PATIENCE_MS);
	}
	unsigned answered = 0;
	for (uint32_t i = 0; i < 60; i++) {
		await_answer();
		answered += answer.error == 0;
	}
	CU_ASSERT_EQUAL(answered, 60);
	stop();
}

// A frame whose length is `*context`, then silence.
static void serve_length(struct loopback_server *self, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	uint16_t length = *(const uint16_t *)self->context;
	const uint8_t prefix[2] = {(uint8_t)(length >> 8), (uint8_t)length};
	if (loopback_read_query(fd, query, sizeof(query)) > 0) {
		(void)loopback_write(fd, prefix, sizeof(prefix));
		(void)loopback_await_close(fd, PATIENCE_MS);
	}
}

TEST(impossible_length_is_a_framing_error)
{
	uint16_t lengths[] = {0, 1, 11};
	for (size_t i = 0; i < 3; i++) {
		start(serve_length, &lengths[i]);
		ask(1, PATIENCE_MS);
		await_answer();
		CU_ASSERT_EQUAL(answer.error, PLX_ERR_TCP_FRAMING);
		CU_ASSERT_EQUAL(atomic_load(&server.accepted_count), 1 + TCP_RECONNECTS_PER_QUERY);
		AWAIT(atomic_load(&server.ended_count) == 1 + TCP_RECONNECTS_PER_QUERY);
		stop();
	}
}

// An octet of the answer each 50 ms, for as long as the client bears it.
static void serve_slowly(struct loopback_server *self, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	uint8_t frame[2048];
	size_t length = loopback_read_query(fd, query, sizeof(query));
	if (length == 0) {
		return;
	}
	size_t frame_length = loopback_frame_answer(query, length, 0, sizeof(frame) - 2, frame);
	for (size_t i = 0; i < frame_length && !loopback_await_close(fd, 50); i++) {
		if (!loopback_write(fd, frame + i, 1)) {
			return;
		}
	}
}

// Three servers at once, so that their time-outs run side by side.
TEST(silent_stalled_and_slow_servers_end_after_the_hard_time_out)
{
	uint16_t longest = 65535;
	struct loopback_server silent;
	struct loopback_server slow;
	start(serve_length, &longest);
	loopback_server_start(&silent, 4, serve_nothing, NULL);
	loopback_server_start(&slow, 4, serve_slowly, NULL);
	uint64_t begun_ns = pool_fixture_now_ns();
	ask(1, 60000);
	CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &silent.endpoint, 2, 60000), 0);
	CU_ASSERT_EQUAL(pool_fixture_ask(&fixture, 0, &slow.endpoint, 3, 60000), 0);
	for (int i = 0; i < 3; i++) {
		await_answer();
		CU_ASSERT_EQUAL(answer.error, PLX_ERR_TCP_TIMEOUT);
		CU_ASSERT_TRUE(answer.was_connected);
		CU_ASSERT_EQUAL(answer.length, 0);
	}
	uint64_t took_ns = pool_fixture_now_ns() - begun_ns;
	CU_ASSERT_TRUE(took_ns >= TCP_QUERY_TIMEOUT_NS - 5 * NS_PER_MS);
	CU_ASSERT_TRUE(took_ns < TCP_QUERY_TIMEOUT_NS + 2000 * NS_PER_MS);
	// Idle for TCP_IDLE_TIMEOUT_NS twice before the hard end: two connections were given up.
	CU_ASSERT_EQUAL(atomic_load(&server.accepted_count), 3);
	CU_ASSERT_EQUAL(atomic_load(&silent.accepted_count), 1);
	CU_ASSERT_EQUAL(atomic_load(&slow.accepted_count), 1);
	AWAIT(atomic_load(&server.ended_count) == 3);
	AWAIT(atomic_load(&silent.ended_count) == 1);
	AWAIT(atomic_load(&slow.ended_count) == 1);
	loopback_server_stop(&silent);
	loopback_server_stop(&slow);
	stop();
}

TEST(unused_connection_is_closed)
{
	start(serve_second_connection, NULL);
	ask(1, PATIENCE_MS);
	await_answer();
	CU_ASSERT_EQUAL(answer.error, 0);
	AWAIT(atomic_load(&server.ended_count) == 2);
	stop();
}

// Before the right answer: it twice, or `wrong` made of it.
enum odd_answer { ODD_TWICE, ODD_ID, ODD_NAME, ODD_TYPE, ODD_CLASS, ODD_QUERY, ODD_COUNT };

static void serve_oddly(struct loopback_server *self, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	uint8_t frame[2 + PLX_QUERY_MAX];
	uint8_t odd[2 + PLX_QUERY_MAX];
	// Offsets in the frame of what each kind changes.
	const enum odd_answer kind = *(const enum odd_answer *)self->context;
	size_t length;
	while ((length = loopback_read_query(fd, query, sizeof(query))) > 0) {
		size_t frame_length = loopback_frame_answer(query, length, 0, 0, frame);
		const size_t changed[ODD_COUNT] = {
			[ODD_ID] = 2,
			[ODD_NAME] = 2 + 13,
			[ODD_TYPE] = frame_length - 3,
			[ODD_CLASS] = frame_length - 1,
			[ODD_QUERY] = 4,
		};
		memcpy(odd, frame, frame_length);
		odd[changed[kind]] ^= kind == ODD_TWICE ? 0 : kind == ODD_QUERY ? 0x80 : 0x02;
		if (!loopback_write(fd, odd, frame_length) ||
		    !loopback_write(fd, frame, frame_length)) {
			return;
		}
	}
}

TEST(doubled_and_misplaced_answers_are_dropped_and_counted)
{
	for (enum odd_answer kind = 0; kind < ODD_COUNT; kind++) {
		start(serve_oddly, &kind);
		for (uint32_t slot = 1; slot <= 5; slot++) {
			ask(slot, PATIENCE_MS);
			await_answer();
			CU_ASSERT_EQUAL(answer.error, 0);
			CU_ASSERT_EQUAL(answer.slot, slot);
			struct tcp_request request;
			pool_fixture_request(&server.endpoint, slot, 0, &request);
			CU_ASSERT_EQUAL(memcmp(answer.message + 12, request.query + 12,
					       request.query_length - 12u),
					0);
		}
		AWAIT(counters().answers_unknown == 5);
		CU_ASSERT_EQUAL(counters().answers, 5);
		CU_ASSERT_EQUAL(atomic_load(&server.accepted_count), 1);
		CU_ASSERT_PTR_NULL(tcp_pool_collect(fixture.pool, 0));
		stop();
	}
}

static void serve_header_only(struct loopback_server *self, int fd, unsigned index)
{
	uint8_t query[PLX_QUERY_MAX];
	if (loopback_read_query(fd, query, sizeof(query)) > 0) {
		const uint8_t frame[14] = {0, 12, query[0], query[1], 0x80, 1};
		(void)loopback_write(fd, frame, sizeof(frame));
		(void)loopback_await_close(fd, PATIENCE_MS);
	}
}

TEST(formerr_without_question_is_an_answer)
{
	start(serve_header_only, NULL);
	ask(1, PATIENCE_MS);
	await_answer();
	CU_ASSERT_EQUAL(answer.error, 0);
	CU_ASSERT_EQUAL(answer.length, 12);
	CU_ASSERT_EQUAL(answer.message[0], 0x42);
	stop();
}

TEST_MAIN(tcp_fault, T(refused_connection_is_answered_at_once_to_all_who_wait),
	  T(reset_after_any_octet_never_yields_a_partial_answer),
	  T(query_lost_with_its_connection_is_asked_again),
	  T(query_is_not_sent_again_more_often_than_its_asker_allows),
	  T(server_that_closes_after_each_answer_answers_all),
	  T(impossible_length_is_a_framing_error),
	  T(silent_stalled_and_slow_servers_end_after_the_hard_time_out),
	  T(unused_connection_is_closed), T(doubled_and_misplaced_answers_are_dropped_and_counted),
	  T(formerr_without_question_is_an_answer))
