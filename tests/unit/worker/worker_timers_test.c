// SPDX-License-Identifier: BSD-3-Clause
// Time does not run out for answers that wait to be read, and no flood of packets stops it.

#include "cunit_runner.h"
#include "engine_fixture.h"
#include "recursion/recursor.h"
#include "worker/worker.h"

#include <stdlib.h>
#include <string.h>

#define PAUSE (2 * SECOND) // longer than any query is waited for
#define FIRST_SLOT 1024
#define SLOT_BITS 11

static struct fixture fixture;
static struct worker *worker;
static struct plx_random random_source;
static struct query_identity identity;
static unsigned iterative_results;

static void start(void)
{
	fixture_start(&fixture, 1);
	worker = aligned_alloc(PLX_CACHE_LINE, sizeof(*worker));
	CU_ASSERT_PTR_NOT_NULL_FATAL(worker);
	memset(worker, 0, sizeof(*worker));
	worker->resolver = fixture.resolver;
}

static void stop(void)
{
	recursor_destroy(worker->recursor);
	free(worker);
	fixture_stop(&fixture);
}

static uint64_t ask(struct fixture_query *ret_query)
{
	uint64_t tag = fixture_lookup(&fixture, "name.example", PLX_TYPE_TXT);
	CU_ASSERT_TRUE_FATAL(fixture_next_udp(&fixture, ret_query));
	return tag;
}

// A query that was given up is sent again.
static bool has_given_up(void)
{
	struct fixture_query again;
	return fixture_next_udp(&fixture, &again);
}

TEST(what_is_due_is_done_when_all_packets_are_read)
{
	struct fixture_query query;
	start();
	(void)ask(&query);
	worker_run_timers(worker, 0, fixture.now_ns);
	CU_ASSERT_FALSE(has_given_up());
	fixture.now_ns += PAUSE;
	worker_run_timers(worker, WORKER_BURST - 1, fixture.now_ns);
	CU_ASSERT_TRUE(has_given_up());
	stop();
}

TEST(answers_that_wait_behind_others_are_not_too_late)
{
	struct fixture_query query;
	start();
	uint64_t tag = ask(&query);
	fixture.now_ns += PAUSE;
	for (unsigned turn = 0; turn < TIMERS_LATE_TURNS_MAX; turn++) {
		worker_run_timers(worker, WORKER_BURST, fixture.now_ns);
	}
	reply_hello(&fixture, &query);
	worker_run_timers(worker, 0, fixture.now_ns);
	const struct plx_result *result =
		fixture_expect_result(&fixture, tag, PLX_STATUS_ANSWERED, PLX_CAUSE_NONE);
	CU_ASSERT_EQUAL(result->attempts, 1);
	stop();
}

TEST(flood_of_packets_does_not_stop_time)
{
	struct fixture_query query;
	start();
	(void)ask(&query);
	for (unsigned round = 0; round < 2; round++) {
		fixture.now_ns += PAUSE;
		for (unsigned turn = 0; turn < TIMERS_LATE_TURNS_MAX; turn++) {
			worker_run_timers(worker, 2 * WORKER_BURST, fixture.now_ns);
			CU_ASSERT_FALSE(has_given_up());
		}
		worker_run_timers(worker, 2 * WORKER_BURST, fixture.now_ns);
		CU_ASSERT_TRUE(has_given_up());
	}
	stop();
}

TEST(turn_without_a_full_burst_begins_the_count_anew)
{
	struct fixture_query query;
	start();
	(void)ask(&query);
	for (unsigned turn = 0; turn < TIMERS_LATE_TURNS_MAX; turn++) {
		worker_run_timers(worker, WORKER_BURST, fixture.now_ns);
	}
	worker_run_timers(worker, 1, fixture.now_ns);
	fixture.now_ns += PAUSE;
	worker_run_timers(worker, WORKER_BURST, fixture.now_ns);
	CU_ASSERT_FALSE(has_given_up());
	stop();
}

static bool count_result(void *context, unsigned client, const struct plx_result *result,
			 const uint8_t *body)
{
	CU_ASSERT_EQUAL(result->status, PLX_STATUS_TIMEOUT);
	iterative_results++;
	return true;
}

static void start_recursor(void)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {7};
	static const struct plx_ip address = {.family = 4, .bytes = {198, 51, 100, 1}};
	struct plx_name root;
	struct plx_name server;
	struct delegation hints;
	int error = 0;
	plx_random_init_fixed(&random_source, key);
	CU_ASSERT_EQUAL_FATAL(
		query_identity_init(&identity, 16384, 14, 0, SLOT_BITS, &random_source), 0);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(".", 1, &root), 0);
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("a.root", 6, &server), 0);
	delegation_start(&hints, &root, UINT64_MAX);
	(void)delegation_add_name(&hints, &server);
	(void)delegation_add_address(&hints, 0, &address);
	const struct recursor_config config = {
		.identity = &identity,
		.first_slot = FIRST_SLOT,
		.slot_count = 64,
		.lookups_max = 32,
		.random = &random_source,
		.sink = {.deliver = count_result},
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

TEST(iterative_look_ups_have_the_same_time)
{
	struct plx_job job = {
		.kind = PLX_JOB_LOOKUP,
		.qtype = PLX_TYPE_TXT,
		.resolution = PLX_RESOLUTION_ITERATIVE,
		.timeout_ms = 1000,
	};
	start();
	start_recursor();
	iterative_results = 0;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse("name.example", 12, &job.name), 0);
	CU_ASSERT_EQUAL_FATAL(recursor_submit(worker->recursor, 0, PLX_PRIORITY_INTERACTIVE, &job,
					      fixture.now_ns),
			      0);
	fixture.now_ns += PAUSE;
	worker_run_timers(worker, WORKER_BURST, fixture.now_ns);
	CU_ASSERT_EQUAL(iterative_results, 0);
	worker_run_timers(worker, 0, fixture.now_ns);
	CU_ASSERT_EQUAL(iterative_results, 1);
	stop();
}

TEST_MAIN(worker_timers, T(what_is_due_is_done_when_all_packets_are_read),
	  T(answers_that_wait_behind_others_are_not_too_late),
	  T(flood_of_packets_does_not_stop_time),
	  T(turn_without_a_full_burst_begins_the_count_anew),
	  T(iterative_look_ups_have_the_same_time))
