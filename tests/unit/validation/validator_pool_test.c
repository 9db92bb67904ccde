// SPDX-License-Identifier: BSD-3-Clause
// Workers and validator threads side by side, with the proofs of real zones: run under TSan.

#include "validation/validator_pool.h"

#include "cunit_runner.h"
#include "row_replies.h"

#include <parallax/exchange/result.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORKER_COUNT 2
#define THREAD_COUNT 3
#define IN_FLIGHT 24 // of one worker
#define PASSES 6
#define DEADLINE_S 60

static struct fixture *fixture;
static _Atomic unsigned wake_counts[WORKER_COUNT];

static void count_wake(void *context, unsigned worker)
{
	(void)context;
	atomic_fetch_add(&wake_counts[worker], 1);
}

static struct validator_pool_config config_of(unsigned threads, unsigned workers)
{
	return (struct validator_pool_config) {
		.thread_count = threads,
		.worker_count = workers,
		.anchors = fixture->anchors,
		.policy = &fixture->policy,
		.cache = {.hash_key = {3, 4}, .zones_max = 64, .rrsets_max = 256},
		.wake = count_wake};
}

static struct validator_pool *create(unsigned threads, unsigned workers)
{
	struct validator_pool_config config = config_of(threads, workers);
	int error = 0;
	struct validator_pool *pool = validator_pool_create(&config, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	return pool;
}

static time_t now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

// The next judged request; NULL after the deadline.
static struct validation_request *collect(struct validator_pool *pool, unsigned worker)
{
	time_t deadline_s = now_s() + DEADLINE_S;
	struct validation_request *request;
	while ((request = validator_pool_collect(pool, worker)) == NULL && now_s() < deadline_s) {
		poll(NULL, 0, 0);
	}
	return request;
}

static int submit(struct validator_pool *pool, unsigned worker, struct validation_request *request)
{
	int error = validator_pool_submit(pool, worker, request);
	validator_pool_wake(pool, worker);
	return error;
}

static void begin(struct validation_request *request, const struct fixture_row *row)
{
	row_begin(&request->proof, row);
	request->budget = judge_budget_init();
	request->now_s = FIXTURE_NOW;
	request->uses_cache = true;
	request->step = PROOF_NOT_EVALUATED;
}

static void add_replies(struct validation_request *request)
{
	static const struct plx_name root = {.length = 1};
	for (unsigned i = 0; i < request->need_count; i++) {
		const struct proof_need *need = &request->needs[i];
		row_reply(fixture, need,
			  proof_add(&request->proof, PROOF_UNANSWERED, &need->name, need->type,
				    &root, NULL, 0));
	}
}

struct worker {
	struct validator_pool *pool;
	unsigned index;
	unsigned judged_count;
	unsigned wrong_count;
	bool is_stuck;
};

static const struct fixture_row *next_answer(unsigned *at)
{
	while (strcmp(fixture->rows[*at % fixture->row_count].judge, "answer") != 0) {
		(*at)++;
	}
	return &fixture->rows[(*at)++ % fixture->row_count];
}

// `lookup` is the row's number here.
static void check(struct worker *worker, const struct validation_request *request)
{
	const struct fixture_row *row = &fixture->rows[request->lookup];
	const char *state = plx_dnssec_name(request->verdict.state);
	bool is_alias = strcmp(row->kind, "alias") == 0;
	worker->judged_count++;
	worker->wrong_count += !is_alias && strcmp(state, row->state) != 0;
}

static bool submit_next(struct worker *worker, struct validation_request *request, unsigned *at)
{
	const struct fixture_row *row = next_answer(at);
	begin(request, row);
	request->lookup = (uint32_t)(row - fixture->rows);
	request->uses_cache = *at % 5 != 0;
	return submit(worker->pool, worker->index, request) == 0;
}

static void *run_worker(void *argument)
{
	struct worker *worker = argument;
	struct validation_request *requests = calloc(IN_FLIGHT, sizeof(requests[0]));
	unsigned at = worker->index * 7;
	unsigned last = at + PASSES * fixture->row_count;
	unsigned in_flight = 0;
	for (unsigned i = 0; i < IN_FLIGHT; i++) {
		in_flight += submit_next(worker, &requests[i], &at);
	}
	while (in_flight > 0) {
		struct validation_request *request = collect(worker->pool, worker->index);
		if (request == NULL) {
			worker->is_stuck = true;
			return NULL; // leaks what threads may still write to
		}
		in_flight--;
		if (request->step == PROOF_NEEDS) {
			add_replies(request);
			in_flight += submit(worker->pool, worker->index, request) == 0;
			continue;
		}
		check(worker, request);
		if (at < last) {
			in_flight += submit_next(worker, request, &at);
		}
	}
	free(requests);
	return NULL;
}

TEST(workers_and_threads_judge_side_by_side_while_zones_are_flushed)
{
	struct worker workers[WORKER_COUNT];
	pthread_t threads[WORKER_COUNT];
	struct validator_pool *pool = create(THREAD_COUNT, WORKER_COUNT);
	struct plx_name zone = fixture_name("test.");
	for (unsigned i = 0; i < WORKER_COUNT; i++) {
		workers[i] = (struct worker) {.pool = pool, .index = i};
		atomic_store(&wake_counts[i], 0);
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, run_worker, &workers[i]),
				      0);
	}
	for (unsigned i = 0; i < 200; i++) {
		validator_pool_flush(pool, &zone);
		poll(NULL, 0, 1);
	}
	for (unsigned i = 0; i < WORKER_COUNT; i++) {
		pthread_join(threads[i], NULL);
		CU_ASSERT_FALSE_FATAL(workers[i].is_stuck);
		CU_ASSERT_EQUAL(workers[i].wrong_count, 0);
		CU_ASSERT_TRUE(workers[i].judged_count > 300);
		CU_ASSERT_TRUE(atomic_load(&wake_counts[i]) > 0);
	}
	validator_pool_destroy(pool);
}

TEST(request_wakes_a_thread_that_sleeps_and_its_verdict_the_worker)
{
	static struct validation_request request;
	struct validator_pool *pool = create(1, 1);
	const struct fixture_row *row =
		fixture_find(fixture, "answer", "www.nsec.test.", PLX_TYPE_A);
	for (unsigned i = 0; i < 20; i++) {
		atomic_store(&wake_counts[0], 0);
		poll(NULL, 0, 2); // long enough to fall asleep, most times
		begin(&request, row);
		CU_ASSERT_EQUAL_FATAL(submit(pool, 0, &request), 0);
		CU_ASSERT_PTR_EQUAL_FATAL(collect(pool, 0), &request);
		CU_ASSERT_EQUAL(request.step, PROOF_NEEDS);
	}
	CU_ASSERT_PTR_NULL(validator_pool_collect(pool, 0));
	validator_pool_destroy(pool);
	CU_ASSERT_TRUE(atomic_load(&wake_counts[0]) > 0);
}

static enum plx_dnssec drive(struct validator_pool *pool, struct validation_request *request,
			     unsigned *ret_needs)
{
	*ret_needs = 0;
	for (unsigned i = 0; i < PROOF_ROUNDS_MAX; i++) {
		CU_ASSERT_EQUAL_FATAL(submit(pool, 0, request), 0);
		CU_ASSERT_PTR_EQUAL_FATAL(collect(pool, 0), request);
		if (request->step == PROOF_JUDGED) {
			return request->verdict.state;
		}
		*ret_needs += request->need_count;
		add_replies(request);
	}
	return PLX_DNSSEC_UNCHECKED;
}

TEST(zones_are_remembered_until_they_are_flushed)
{
	static struct validation_request request;
	unsigned needs;
	struct validator_pool *pool = create(1, 1);
	struct plx_name zone = fixture_name("nsec.test.");
	const struct fixture_row *row =
		fixture_find(fixture, "answer", "www.nsec.test.", PLX_TYPE_A);
	begin(&request, row);
	CU_ASSERT_EQUAL(drive(pool, &request, &needs), PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(needs, 5);
	CU_ASSERT_TRUE(request.checks > 0);
	begin(&request, row);
	CU_ASSERT_EQUAL(drive(pool, &request, &needs), PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(needs, 0);
	CU_ASSERT_EQUAL(request.checks, 0);
	CU_ASSERT_EQUAL(request.budget.validations_left, VALIDATIONS_PER_LOOKUP_MAX);
	validator_pool_flush(pool, &zone);
	begin(&request, row);
	CU_ASSERT_EQUAL(drive(pool, &request, &needs), PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(needs, 2);
	validator_pool_destroy(pool);
}

TEST(evidence_asks_for_everything_again)
{
	static struct validation_request request;
	unsigned needs;
	struct validator_pool *pool = create(1, 1);
	const struct fixture_row *row =
		fixture_find(fixture, "answer", "www.nsec3.test.", PLX_TYPE_A);
	for (unsigned i = 0; i < 2; i++) {
		begin(&request, row);
		request.uses_cache = false;
		CU_ASSERT_EQUAL(drive(pool, &request, &needs), PLX_DNSSEC_SECURE);
		CU_ASSERT_EQUAL(needs, 5);
	}
	validator_pool_destroy(pool);
}

TEST(more_flushes_than_a_thread_notes_forget_everything)
{
	static struct validation_request request;
	unsigned needs;
	struct validator_pool *pool = create(1, 1);
	struct plx_name elsewhere = fixture_name("elsewhere.");
	begin(&request, fixture_find(fixture, "answer", "www.nsec.test.", PLX_TYPE_A));
	CU_ASSERT_EQUAL(drive(pool, &request, &needs), PLX_DNSSEC_SECURE);
	for (unsigned i = 0; i < 33; i++) {
		validator_pool_flush(pool, &elsewhere);
	}
	begin(&request, fixture_find(fixture, "answer", "www.nsec.test.", PLX_TYPE_A));
	CU_ASSERT_EQUAL(drive(pool, &request, &needs), PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(needs, 5);
	validator_pool_destroy(pool);
}

// A few distinct requests are enough: nothing is read of them before a thread takes them, and what is submitted twice is
// judged twice, one after the other.
TEST(too_many_outstanding_requests_are_refused_and_collected_ones_make_room)
{
	static struct validation_request request;
	struct validator_pool *pool = create(1, 1);
	unsigned count = 0;
	proof_begin(&request.proof, &fixture->rows[0].name, PLX_TYPE_A);
	request.proof.is_failed = true;
	while (count <= VALIDATOR_OUTSTANDING_MAX && submit(pool, 0, &request) == 0) {
		count++;
	}
	CU_ASSERT_EQUAL(count, VALIDATOR_OUTSTANDING_MAX);
	CU_ASSERT_EQUAL(submit(pool, 0, &request), -EAGAIN);
	CU_ASSERT_PTR_EQUAL(collect(pool, 0), &request);
	CU_ASSERT_EQUAL(submit(pool, 0, &request), 0);
	validator_pool_destroy(pool); // with thousands outstanding
}

TEST(pool_without_threads_or_workers_is_refused)
{
	int error = 0;
	const unsigned counts[][2] = {{0, 1}, {1, 0}, {VALIDATOR_THREADS_MAX + 1, 1}, {1, 100000}};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(counts); i++) {
		struct validator_pool_config config = config_of(counts[i][0], counts[i][1]);
		CU_ASSERT_PTR_NULL(validator_pool_create(&config, &error));
		CU_ASSERT_EQUAL(error, -EINVAL);
	}
	struct validator_pool_config config = config_of(1, 1);
	const int no_cpu = -1;
	config.cpus = &no_cpu;
	CU_ASSERT_PTR_NULL(validator_pool_create(&config, &error));
	CU_ASSERT_EQUAL(error, -EINVAL);
	validator_pool_destroy(NULL);
}

// Whoever forgets to draw it gives strangers the choice which zones share a bucket, and a head start on digests.
TEST(pool_without_a_random_key_is_refused)
{
	int error = 0;
	struct validator_pool_config config = config_of(1, 1);
	config.cache.hash_key = (struct plx_siphash_key) {0};
	CU_ASSERT_PTR_NULL(validator_pool_create(&config, &error));
	CU_ASSERT_EQUAL(error, -EINVAL);
}

#define CASES                                                                                      \
	T(workers_and_threads_judge_side_by_side_while_zones_are_flushed),                         \
		T(request_wakes_a_thread_that_sleeps_and_its_verdict_the_worker),                  \
		T(zones_are_remembered_until_they_are_flushed),                                    \
		T(evidence_asks_for_everything_again),                                             \
		T(more_flushes_than_a_thread_notes_forget_everything),                             \
		T(too_many_outstanding_requests_are_refused_and_collected_ones_make_room),         \
		T(pool_without_threads_or_workers_is_refused),                                     \
		T(pool_without_a_random_key_is_refused)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	fixture = fixture_open();
	int status = cunit_run("validation_validator_pool", tests, PLX_ARRAY_SIZE(tests));
	fixture_close(fixture);
	return status;
}
