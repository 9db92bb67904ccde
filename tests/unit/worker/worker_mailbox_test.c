// SPDX-License-Identifier: BSD-3-Clause
// What the control thread's commands and the clock leave in a worker.

#include "cunit_runner.h"
#include "engine_fixture.h"
#include "worker/worker.h"
#include "worker/worker_command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static struct fixture fixture;
static struct worker_environment environment;

static struct rte_ring *make_ring(const char *name)
{
	struct rte_ring *ring =
		aligned_alloc(PLX_CACHE_LINE, (size_t)rte_ring_get_memsize(WORKER_MAILBOX_SIZE));
	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT_EQUAL_FATAL(
		rte_ring_init(ring, name, WORKER_MAILBOX_SIZE, RING_F_SP_ENQ | RING_F_SC_DEQ), 0);
	return ring;
}

static struct worker *start(void)
{
	fixture_start(&fixture, UPSTREAMS_MAX);
	struct worker *worker = aligned_alloc(PLX_CACHE_LINE, sizeof(*worker));
	CU_ASSERT_PTR_NOT_NULL_FATAL(worker);
	memset(worker, 0, sizeof(*worker));
	environment = (struct worker_environment) {.worker_count = 1};
	environment.control_wake_fd = eventfd(0, EFD_NONBLOCK);
	worker->environment = &environment;
	worker->resolver = fixture.resolver;
	worker->mailbox = make_ring("mailbox");
	worker->completions = make_ring("completions");
	return worker;
}

static void stop(struct worker *worker)
{
	close(environment.control_wake_fd);
	free(worker->mailbox);
	free(worker->completions);
	free(worker);
	fixture_stop(&fixture);
}

static struct plx_ip source_of(unsigned upstream)
{
	return (struct plx_ip) {.family = 4, .bytes = {198, 51, 100, (uint8_t)upstream}};
}

// The kernel may route every server over another one of our addresses.
TEST(answers_are_taken_at_as_many_addresses_as_there_are_servers)
{
	struct worker *worker = start();
	static struct worker_command commands[UPSTREAMS_MAX];
	for (unsigned i = 0; i < UPSTREAMS_MAX; i++) {
		commands[i] =
			(struct worker_command) {.kind = WORKER_UPSTREAM_ROUTE, .upstream = i};
		commands[i].route.is_reachable = true;
		commands[i].route.source = source_of(i);
		CU_ASSERT_EQUAL(rte_ring_sp_enqueue(worker->mailbox, &commands[i]), 0);
	}
	while (worker_mailbox_run(worker, fixture.now_ns) > 0) {
	}
	CU_ASSERT_EQUAL(worker->rules.address_count, UPSTREAMS_MAX);
	for (unsigned i = 0; i < UPSTREAMS_MAX; i++) {
		const struct plx_ip source = source_of(i);
		unsigned found = 0;
		for (unsigned j = 0; j < worker->rules.address_count; j++) {
			found += plx_ip_equal(&worker->rules.addresses[j], &source);
		}
		CU_ASSERT_EQUAL(found, 1);
	}
	stop(worker);
}

// At each beat: a clock that was wrong at the start, or stood still with the machine, is not believed for ever.
TEST(unix_time_follows_the_clock)
{
	struct worker *worker = start();
	struct timespec before;
	CU_ASSERT_EQUAL(worker->realtime_offset_ns, 0);
	clock_gettime(CLOCK_REALTIME, &before);
	worker_follow_realtime(worker);
	uint64_t now_ns = monotonic_time_ns();
	uint64_t expected_ns = (uint64_t)before.tv_sec * SECOND + (uint64_t)before.tv_nsec;
	uint64_t found_ns = now_ns + worker->realtime_offset_ns;
	CU_ASSERT_TRUE(found_ns + MS >= expected_ns && found_ns - expected_ns <= 10 * SECOND);
	fixture.now_ns = now_ns;
	fixture_lookup(&fixture, "nobody.example", PLX_TYPE_TXT);
	fixture_pass(&fixture, 20 * SECOND);
	CU_ASSERT_EQUAL_FATAL(fixture.result_count, 1);
	uint64_t told_ns = fixture.results[0].result.time_ns;
	CU_ASSERT_TRUE(told_ns >= found_ns && told_ns - found_ns <= 20 * SECOND);
	stop(worker);
}

TEST_MAIN(worker_mailbox, T(unix_time_follows_the_clock),
	  T(answers_are_taken_at_as_many_addresses_as_there_are_servers))
