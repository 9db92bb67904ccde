// SPDX-License-Identifier: BSD-3-Clause
// Queries of iterative look-ups: none is sent before the way to its server is known, none waits for long.

#include "cunit_runner.h"
#include "network/packet_input.h"
#include "network/server_paths.h"
#include "recursion/recursor.h"
#include "worker/path_handover.h"
#include "worker/query_frame.h"
#include "worker/worker.h"

#include <rte_ring_elem.h>

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MS 1000000ull
#define SECOND (1000 * MS)
#define START (1000 * SECOND)
#define MBUFS 64
#define MBUF_BYTES 1024
#define SLOT_BITS 11
#define FIRST_SLOT 1024

static const struct plx_ip us = {.family = 4, .bytes = {192, 0, 2, 9}};
static const struct plx_ip root = {.family = 4, .bytes = {198, 51, 100, 1}};

static struct worker_environment environment;
static struct plx_random random_source;
static struct worker *worker;
static struct rte_mbuf *mbufs[MBUFS];
static unsigned failed_count;

static bool keep_result(void *context, unsigned client, const struct plx_result *result,
			const uint8_t *body)
{
	failed_count += result->cause == PLX_CAUSE_UNREACHABLE;
	return true;
}

static struct rte_ring *make_ring(unsigned element_bytes)
{
	ssize_t bytes = rte_ring_get_memsize_elem(element_bytes, PATH_RING_SIZE);
	struct rte_ring *ring = aligned_alloc(PLX_CACHE_LINE, (size_t)bytes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT_EQUAL_FATAL(
		rte_ring_init(ring, "paths", PATH_RING_SIZE, RING_F_SP_ENQ | RING_F_SC_DEQ), 0);
	return ring;
}

static void make_recursor(void)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {7};
	struct delegation hints;
	struct plx_name root_name, server;
	int error = 0;
	plx_random_init_fixed(&random_source, key);
	CU_ASSERT_EQUAL_FATAL(
		query_identity_init(&environment.identity, 16384, 14, 0, SLOT_BITS, &random_source),
		0);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(".", 1, &root_name), 0);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("a.root", 6, &server), 0);
	delegation_start(&hints, &root_name, UINT64_MAX);
	(void)delegation_add_name(&hints, &server);
	(void)delegation_add_address(&hints, 0, &root);
	const struct recursor_config config = {
		.identity = &environment.identity,
		.first_slot = FIRST_SLOT,
		.slot_count = 1024,
		.lookups_max = 1000,
		.random = &random_source,
		.sink = {.deliver = keep_result},
		.counters = &worker->counters,
		.root_hints = &hints,
		.families = {.has_ipv4 = true},
		.is_unprimed = true,
		.cache_bytes = 4 * 1024 * 1024,
		.servers_max = 64,
		.message_bytes_max = 16 * 1024 * 1024,
	};
	worker->recursor = recursor_create(&config, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(worker->recursor);
}

static void start(void)
{
	static const struct plx_siphash_key key = {3, 4};
	environment = (struct worker_environment) {
		.worker_count = 1,
		.first_iterative_slot = FIRST_SLOT,
		.iterative_slot_count = 1024,
		.template_field = (int)offsetof(struct rte_mbuf, dynfield1),
		.control_wake_fd = eventfd(0, EFD_NONBLOCK),
	};
	worker = aligned_alloc(PLX_CACHE_LINE, sizeof(*worker));
	CU_ASSERT_PTR_NOT_NULL_FATAL(worker);
	memset(worker, 0, sizeof(*worker));
	worker->environment = &environment;
	worker->rules.first_port = 53;
	worker->rules.last_port = 53;
	worker->wake_fd = eventfd(0, EFD_NONBLOCK);
	worker->paths = server_paths_create(&key);
	worker->waiting = calloc(1, sizeof(*worker->waiting));
	worker->path_asks = make_ring(sizeof(struct path_ask));
	worker->path_answers = make_ring(sizeof(struct path_answer));
	CU_ASSERT_PTR_NOT_NULL_FATAL(worker->paths);
	CU_ASSERT_PTR_NOT_NULL_FATAL(worker->waiting);
	make_recursor();
	failed_count = 0;
	for (unsigned i = 0; i < MBUFS; i++) {
		mbufs[i] = aligned_alloc(PLX_CACHE_LINE, sizeof(struct rte_mbuf) + MBUF_BYTES);
		CU_ASSERT_PTR_NOT_NULL_FATAL(mbufs[i]);
		memset(mbufs[i], 0, sizeof(struct rte_mbuf) + MBUF_BYTES);
		mbufs[i]->buf_addr = mbufs[i] + 1;
		*query_template(worker, mbufs[i]) = 5; // an upstream's
	}
}

static void stop(void)
{
	for (unsigned i = 0; i < MBUFS; i++) {
		free(mbufs[i]);
	}
	recursor_destroy(worker->recursor);
	server_paths_destroy(worker->paths);
	free(worker->waiting);
	free(worker->path_asks);
	free(worker->path_answers);
	close(worker->wake_fd);
	close(environment.control_wake_fd);
	free(worker);
}

static void submit(unsigned number, uint64_t now_ns)
{
	char text[32];
	struct plx_job job = {
		.tag = number,
		.kind = PLX_JOB_LOOKUP,
		.qtype = PLX_TYPE_TXT,
		.resolution = PLX_RESOLUTION_ITERATIVE,
	};
	int length = snprintf(text, sizeof(text), "tld%u", number);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, (size_t)length, &job.name), 0);
	CU_ASSERT_EQUAL_FATAL(
		recursor_submit(worker->recursor, 0, PLX_PRIORITY_INTERACTIVE, &job, now_ns), 0);
}

static unsigned write_queries(uint64_t now_ns)
{
	recursor_expire(worker->recursor, now_ns);
	return iterative_queries_write(worker, now_ns, MBUFS, mbufs);
}

static unsigned asks(void)
{
	struct path_ask taken[8];
	unsigned count = path_asks_take(worker, taken, 8);
	for (unsigned i = 0; i < count; i++) {
		CU_ASSERT_TRUE(plx_ip_equal(&taken[i].server, &root));
	}
	return count;
}

static void answer(bool is_open)
{
	struct path_answer reply = {.server = root, .source = us, .is_open = is_open};
	const struct header_fields fields = {.source = us, .destination = {.ip = root, .port = 53}};
	CU_ASSERT_EQUAL_FATAL(header_template_build(&reply.header, &fields), 0);
	path_answer(worker, &reply);
}

static void check_frames(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		enum plx_drop_reason reason;
		struct packet_view view;
		const struct packet_rules rules = {
			.first_port = 53, .last_port = 53, .address_count = 1, .addresses = {root}};
		CU_ASSERT_EQUAL(packet_classify(&rules, rte_pktmbuf_mtod(mbufs[i], uint8_t *),
						mbufs[i]->data_len, PACKET_CHECKSUM_UNKNOWN, &view,
						&reason),
				PACKET_ANSWER);
		CU_ASSERT_TRUE(plx_ip_equal(&view.source.ip, &us));
		struct query_code code;
		CU_ASSERT_TRUE(query_identity_decode(
			&environment.identity, view.source.port,
			(uint16_t)((unsigned)view.payload[0] << 8 | view.payload[1]), &code));
		CU_ASSERT_TRUE(worker_slot_is_iterative(worker, code.slot));
		CU_ASSERT_EQUAL(*query_template(worker, mbufs[i]), 0);
		for (unsigned j = 0; j < i; j++) {
			CU_ASSERT_PTR_NOT_EQUAL(mbufs[i], mbufs[j]);
		}
	}
}

TEST(queries_wait_until_the_way_to_their_server_is_known)
{
	start();
	for (unsigned i = 0; i < 10; i++) {
		submit(i, START);
	}
	CU_ASSERT_EQUAL(write_queries(START), 0);
	CU_ASSERT_EQUAL(worker->waiting->count, 10);
	CU_ASSERT_EQUAL(asks(), 1); // one for all of them
	uint64_t woken = 0;
	CU_ASSERT_EQUAL(read(environment.control_wake_fd, &woken, sizeof(woken)), sizeof(woken));
	CU_ASSERT_EQUAL(write_queries(START + MS), 0);
	CU_ASSERT_EQUAL(asks(), 0);
	answer(true);
	CU_ASSERT_EQUAL(write_queries(START + 2 * MS), 10);
	CU_ASSERT_EQUAL(worker->waiting->count, 0);
	check_frames(10);
	CU_ASSERT_EQUAL(worker->rules.address_count, 1);
	CU_ASSERT_TRUE(plx_ip_equal(&worker->rules.addresses[0], &us));
	for (unsigned i = 10; i < 20; i++) {
		submit(i, START + 3 * MS);
	}
	CU_ASSERT_EQUAL(write_queries(START + 3 * MS), 10);
	check_frames(10);
	CU_ASSERT_EQUAL(worker->counters.paths_asked, 1);
	stop();
}

TEST(where_no_way_leads_look_ups_fail_at_once)
{
	start();
	submit(0, START);
	CU_ASSERT_EQUAL(write_queries(START), 0);
	CU_ASSERT_EQUAL(asks(), 1);
	answer(false);
	for (unsigned i = 0; i < 10; i++) {
		CU_ASSERT_EQUAL(write_queries(START + MS), 0);
	}
	CU_ASSERT_EQUAL(failed_count, 1);
	submit(1, START + 2 * MS);
	for (unsigned i = 0; i < 10; i++) {
		CU_ASSERT_EQUAL(write_queries(START + 2 * MS), 0);
	}
	CU_ASSERT_EQUAL(failed_count, 2);
	CU_ASSERT_EQUAL(worker->waiting->count, 0);
	CU_ASSERT_TRUE(worker->counters.paths_missing >= 2);
	CU_ASSERT_EQUAL(worker->rules.address_count, 0);
	stop();
}

TEST(a_query_without_an_answer_about_its_way_waits_for_a_tenth_of_a_second)
{
	start();
	submit(0, START);
	unsigned asked = 0;
	uint64_t now_ns = START;
	for (; worker->counters.paths_missing == 0 && now_ns < START + SECOND; now_ns += MS) {
		CU_ASSERT_EQUAL(write_queries(now_ns), 0);
		asked += asks();
	}
	CU_ASSERT_TRUE(now_ns >= START + 100 * MS);
	CU_ASSERT_TRUE(now_ns <= START + 110 * MS);
	CU_ASSERT_TRUE(asked >= 50); // every two milliseconds
	CU_ASSERT_EQUAL(worker->waiting->count, 0);
	CU_ASSERT_EQUAL(failed_count, 0); // nobody said that no way leads there
	stop();
}

// A control thread that is busy, or a neighbour whose answer is lost, must not cost the look-up its server.
TEST(a_way_that_is_found_late_is_used_by_the_next_try)
{
	start();
	submit(0, START);
	uint64_t now_ns = START;
	for (; now_ns < START + 200 * MS; now_ns += MS) {
		CU_ASSERT_EQUAL(write_queries(now_ns), 0);
	}
	answer(true);
	unsigned sent = 0;
	for (; sent == 0 && now_ns < START + 2 * SECOND; now_ns += MS) {
		(void)recursor_expire(worker->recursor, now_ns);
		sent = write_queries(now_ns);
	}
	CU_ASSERT_EQUAL(sent, 1);
	CU_ASSERT_EQUAL(failed_count, 0);
	stop();
}

// A client that goes away while its query waits for the way: the slot is another query's when that is found, or is not.
TEST(a_query_that_waits_for_its_way_in_vain_never_ends_another_one)
{
	start();
	submit(0, START);
	CU_ASSERT_EQUAL(write_queries(START), 0);
	uint32_t slot = worker->waiting->queries[0].slot;
	recursor_cancel_client(worker->recursor, 0);
	for (unsigned i = 1; i < 1024; i++) {
		submit(i, START);
		recursor_cancel_client(worker->recursor, 0);
	}
	submit(1024, START + 90 * MS);
	CU_ASSERT_EQUAL(write_queries(START + 90 * MS), 0);
	CU_ASSERT_EQUAL_FATAL(worker->waiting->count, 1);
	CU_ASSERT_EQUAL(worker->waiting->queries[0].slot, slot);
	CU_ASSERT_EQUAL(write_queries(START + 110 * MS), 0);
	CU_ASSERT_EQUAL(worker->waiting->count, 1);
	CU_ASSERT_EQUAL(failed_count, 0);
	answer(true);
	CU_ASSERT_EQUAL(write_queries(START + 111 * MS), 1);
	check_frames(1);
	stop();
}

TEST(a_query_whose_look_up_is_over_is_not_sent_when_its_way_is_found)
{
	start();
	submit(0, START);
	CU_ASSERT_EQUAL(write_queries(START), 0);
	recursor_cancel_client(worker->recursor, 0);
	answer(true);
	CU_ASSERT_EQUAL(write_queries(START + MS), 0);
	CU_ASSERT_EQUAL(worker->waiting->count, 0);
	stop();
}

TEST(while_too_many_wait_no_more_are_written)
{
	start();
	for (unsigned i = 0; i < 900; i++) {
		submit(i, START);
	}
	for (unsigned i = 0; i < 40; i++) {
		CU_ASSERT_EQUAL(write_queries(START), 0);
	}
	CU_ASSERT_EQUAL(worker->waiting->count, PATH_WAITING_MAX);
	CU_ASSERT_EQUAL(worker->counters.queries_sent, PATH_WAITING_MAX);
	CU_ASSERT_EQUAL(asks(), 1);
	answer(true);
	unsigned sent = 0;
	for (unsigned i = 0; i < 40; i++) {
		unsigned count = write_queries(START + (i + 1) * MS);
		check_frames(count);
		sent += count;
	}
	CU_ASSERT_EQUAL(sent, 900);
	CU_ASSERT_EQUAL(failed_count, 0);
	stop();
}

TEST(answers_are_taken_at_the_addresses_that_queries_were_sent_from_last)
{
	start();
	struct path_answer reply = {.server = root, .source = us, .is_open = true};
	for (unsigned i = 0; i < WORKER_PATH_SOURCES_MAX + 4; i++) {
		reply.source.bytes[3] = (uint8_t)i;
		path_answer(worker, &reply);
		path_answer(worker, &reply);
		CU_ASSERT_TRUE(path_answers_learn(worker, START));
	}
	CU_ASSERT_FALSE(path_answers_learn(worker, START));
	CU_ASSERT_EQUAL(worker->rules.address_count, WORKER_PATH_SOURCES_MAX);
	for (unsigned i = 0; i < WORKER_PATH_SOURCES_MAX; i++) {
		CU_ASSERT_TRUE(worker->rules.addresses[i].bytes[3] >= 4);
	}
	stop();
}

TEST(no_more_asks_are_taken_than_there_is_room_for_answers)
{
	start();
	for (unsigned i = 0; i < PATH_RING_SIZE - 1; i++) {
		CU_ASSERT_TRUE(path_ask(worker, &root));
	}
	CU_ASSERT_FALSE(path_ask(worker, &root));
	for (unsigned i = 0; i < PATH_RING_SIZE - 4; i++) {
		answer(true);
	}
	CU_ASSERT_EQUAL(asks(), 3);
	CU_ASSERT_TRUE(path_asks_wait(worker));
	stop();
}

TEST_MAIN(iterative_queries, T(queries_wait_until_the_way_to_their_server_is_known),
	  T(where_no_way_leads_look_ups_fail_at_once),
	  T(a_query_without_an_answer_about_its_way_waits_for_a_tenth_of_a_second),
	  T(a_way_that_is_found_late_is_used_by_the_next_try),
	  T(a_query_that_waits_for_its_way_in_vain_never_ends_another_one),
	  T(a_query_whose_look_up_is_over_is_not_sent_when_its_way_is_found),
	  T(while_too_many_wait_no_more_are_written),
	  T(answers_are_taken_at_the_addresses_that_queries_were_sent_from_last),
	  T(no_more_asks_are_taken_than_there_is_room_for_answers))
