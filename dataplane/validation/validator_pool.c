// SPDX-License-Identifier: BSD-3-Clause

#include "validation/validator_pool.h"

#include "base/pointer_ring.h"
#include "validation/trust_cache.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

// Requests of one worker between two looks at the others', after which it is woken: milliseconds when there is much to do.
#define BATCH_MAX 16
// Zones to forget that wait for a thread; beyond it everything is forgotten.
#define FLUSHES_MAX 32
#define RING_CAPACITY_MIN 256

// Between one worker and one thread.
struct validator_lane {
	struct pointer_ring submitted;
	struct pointer_ring judged;
	uint32_t outstanding
		PLX_CACHE_ALIGNED; // the worker's: no more than a ring holds, so that neither overflows
};

struct validator_thread {
	struct validator_pool *pool;
	pthread_t thread;
	bool is_running;
	int event_fd;
	struct validator_lane *lanes; // by worker
	struct proof_judge judge;
	struct trust_cache *cache;
	_Atomic bool is_sleeping PLX_CACHE_ALIGNED;
	_Atomic bool has_flushes;
	pthread_mutex_t flush_mutex; // guards the two below
	unsigned flush_count;
	struct plx_name flushes[FLUSHES_MAX];
};

struct validator_worker {
	uint32_t outstanding PLX_CACHE_ALIGNED;
	unsigned next_thread; // to collect from
};

struct validator_pool {
	struct validator_pool_config config;
	struct plx_siphash_key hash_key;
	uint32_t lane_capacity;
	_Atomic bool is_stopping;
	struct validator_worker *workers;
	struct validator_thread *threads;
};

static void flush_zones(struct validator_thread *thread)
{
	struct plx_name zones[FLUSHES_MAX];
	pthread_mutex_lock(&thread->flush_mutex);
	unsigned count = thread->flush_count;
	memcpy(zones, thread->flushes, count * sizeof(zones[0]));
	thread->flush_count = 0;
	atomic_store(&thread->has_flushes, false);
	pthread_mutex_unlock(&thread->flush_mutex);
	for (unsigned i = 0; i < count; i++) {
		trust_cache_flush(thread->cache, &zones[i]);
	}
}

static void judge_request(struct validator_thread *thread, struct validation_request *request)
{
	struct proof_judge judge = thread->judge;
	judge.judge.budget = &request->budget;
	judge.judge.now_s = request->now_s;
	judge.cache = request->uses_cache ? thread->cache : NULL;
	request->need_count = 0;
	uint16_t left = request->budget.validations_left;
	request->step = proof_judge(&judge, &request->proof, request->needs, &request->need_count,
				    &request->verdict);
	request->checks = (uint16_t)(left - request->budget.validations_left);
}

// True when there was something to do.
static bool serve_lane(struct validator_thread *thread, unsigned worker)
{
	struct validator_lane *lane = &thread->lanes[worker];
	const struct validator_pool_config *config = &thread->pool->config;
	unsigned count = 0;
	struct validation_request *request;
	while (count < BATCH_MAX && (request = pointer_ring_pop(&lane->submitted)) != NULL) {
		if (atomic_load(&thread->has_flushes)) {
			flush_zones(thread);
		}
		judge_request(thread, request);
		// Never full: no more are outstanding than it holds.
		if (pointer_ring_push(&lane->judged, request)) {
			count++;
		}
	}
	if (count > 0 && config->wake != NULL) {
		config->wake(config->context, worker);
	}
	return count > 0;
}

static bool serve_lanes(struct validator_thread *thread)
{
	bool is_any = false;
	for (unsigned i = 0; i < thread->pool->config.worker_count; i++) {
		is_any |= serve_lane(thread, i);
	}
	return is_any;
}

static bool has_work(struct validator_thread *thread)
{
	for (unsigned i = 0; i < thread->pool->config.worker_count; i++) {
		if (!pointer_ring_is_empty(&thread->lanes[i].submitted)) {
			return true;
		}
	}
	return atomic_load(&thread->pool->is_stopping);
}

// At once, without looking for a while first: a thread with enough to do never comes here, and one that has too little
// would take the CPU from the worker that it shares it with.
static void await_work(struct validator_thread *thread)
{
	atomic_store(&thread->is_sleeping, true);
	// Whoever pushes from here on sees that we sleep; what was pushed before, we see.
	if (!has_work(thread)) {
		uint64_t wakes;
		ssize_t done = read(thread->event_fd, &wakes, sizeof(wakes));
		(void)done; // a signal is as good a reason to look again
	}
	atomic_store(&thread->is_sleeping, false);
}

static void wake_thread(struct validator_thread *thread)
{
	if (atomic_load(&thread->is_sleeping) && atomic_exchange(&thread->is_sleeping, false)) {
		uint64_t one = 1;
		ssize_t done = write(thread->event_fd, &one, sizeof(one));
		(void)done; // cannot block before 2^64 - 2 of them
	}
}

static void *run_thread(void *argument)
{
	struct validator_thread *thread = argument;
	while (!atomic_load(&thread->pool->is_stopping)) {
		if (!serve_lanes(thread)) {
			await_work(thread);
		}
	}
	return NULL;
}

static int lanes_init(struct validator_thread *thread)
{
	const struct validator_pool *pool = thread->pool;
	size_t size = pool->config.worker_count * sizeof(thread->lanes[0]);
	thread->lanes = aligned_alloc(PLX_CACHE_LINE, size);
	if (thread->lanes == NULL) {
		return -ENOMEM;
	}
	memset(thread->lanes, 0, size);
	for (unsigned i = 0; i < pool->config.worker_count; i++) {
		struct validator_lane *lane = &thread->lanes[i];
		int error = pointer_ring_init(&lane->submitted, pool->lane_capacity);
		error = error != 0 ? error : pointer_ring_init(&lane->judged, pool->lane_capacity);
		if (error != 0) {
			return error;
		}
	}
	return 0;
}

static int judge_init(struct validator_thread *thread)
{
	const struct validator_pool_config *config = &thread->pool->config;
	thread->cache = trust_cache_create(&config->cache);
	struct canonical_workspace *workspace = malloc(sizeof(*workspace));
	thread->judge = (struct proof_judge) {
		.anchors = config->anchors,
		.judge = {.workspace = workspace, .policy = config->policy},
	};
	if (thread->cache == NULL || workspace == NULL) {
		return -ENOMEM;
	}
	// Of checks only, which are true whoever asks: evidence makes use of it as well, and needs it, since each round
	// judges everything again.
	thread->judge.judge.memory = trust_cache_signatures(thread->cache);
	return 0;
}

// Takes no signals: they are the main thread's. But for SIGRTMAX, by which threads are told to give up their
// capabilities (process/thread_capabilities.h).
static int start_thread(struct validator_thread *thread, unsigned index, const int *cpu)
{
	sigset_t all;
	sigset_t before;
	char name[16];
	sigfillset(&all);
	sigdelset(&all, SIGRTMAX);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&thread->thread, NULL, run_thread, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0) {
		return -error;
	}
	thread->is_running = true;
	snprintf(name, sizeof(name), "plx-validate-%u", index % VALIDATOR_THREADS_MAX);
	(void)pthread_setname_np(thread->thread, name);
	if (cpu != NULL) {
		cpu_set_t set;
		CPU_ZERO(&set);
		if (*cpu < 0 || *cpu >= CPU_SETSIZE) {
			return -EINVAL;
		}
		CPU_SET(*cpu, &set);
		return -pthread_setaffinity_np(thread->thread, sizeof(set), &set);
	}
	return 0;
}

static int thread_init(struct validator_pool *pool, unsigned index)
{
	struct validator_thread *thread = &pool->threads[index];
	thread->event_fd = eventfd(0, EFD_CLOEXEC);
	if (thread->event_fd < 0) {
		return -errno;
	}
	int error = lanes_init(thread);
	error = error != 0 ? error : judge_init(thread);
	if (error != 0) {
		return error;
	}
	return start_thread(thread, index,
			    pool->config.cpus != NULL ? &pool->config.cpus[index] : NULL);
}

static void thread_fini(struct validator_thread *thread)
{
	if (thread->is_running) {
		// Even if it does not sleep: it may be about to.
		uint64_t one = 1;
		ssize_t done = write(thread->event_fd, &one, sizeof(one));
		(void)done;
		pthread_join(thread->thread, NULL);
	}
	for (unsigned i = 0; thread->lanes != NULL && i < thread->pool->config.worker_count; i++) {
		pointer_ring_fini(&thread->lanes[i].submitted);
		pointer_ring_fini(&thread->lanes[i].judged);
	}
	free(thread->lanes);
	free(thread->judge.judge.workspace);
	trust_cache_destroy(thread->cache);
	pthread_mutex_destroy(&thread->flush_mutex);
	if (thread->event_fd >= 0) {
		close(thread->event_fd);
	}
}

static uint32_t lane_capacity(unsigned thread_count)
{
	// Zones spread unevenly: twice a fair share.
	uint32_t capacity = RING_CAPACITY_MIN;
	while (capacity < VALIDATOR_OUTSTANDING_MAX &&
	       capacity * thread_count < 2 * VALIDATOR_OUTSTANDING_MAX) {
		capacity *= 2;
	}
	return capacity;
}

static struct validator_pool *pool_allocate(const struct validator_pool_config *config)
{
	struct validator_pool *pool = calloc(1, sizeof(*pool));
	if (pool == NULL) {
		return NULL;
	}
	pool->config = *config;
	pool->hash_key = config->cache.hash_key;
	pool->lane_capacity = lane_capacity(config->thread_count);
	size_t workers_size = config->worker_count * sizeof(pool->workers[0]);
	size_t threads_size = config->thread_count * sizeof(pool->threads[0]);
	pool->workers = aligned_alloc(PLX_CACHE_LINE, workers_size);
	pool->threads = aligned_alloc(PLX_CACHE_LINE, threads_size);
	if (pool->workers == NULL || pool->threads == NULL) {
		free(pool->workers);
		free(pool->threads);
		free(pool);
		return NULL;
	}
	memset(pool->workers, 0, workers_size);
	memset(pool->threads, 0, threads_size);
	for (unsigned i = 0; i < config->thread_count; i++) {
		pool->threads[i].pool = pool;
		pool->threads[i].event_fd = -1;
		pthread_mutex_init(&pool->threads[i].flush_mutex, NULL);
	}
	return pool;
}

// One that nobody drew: a random one is all zero once in 2^128.
static bool is_drawn(const struct plx_siphash_key *key)
{
	return (key->k0 | key->k1) != 0;
}

struct validator_pool *validator_pool_create(const struct validator_pool_config *config,
					     int *ret_error)
{
	if (!is_drawn(&config->cache.hash_key) || config->thread_count == 0 ||
	    config->thread_count > VALIDATOR_THREADS_MAX || config->worker_count == 0 ||
	    config->worker_count > VALIDATOR_WORKERS_MAX) {
		*ret_error = -EINVAL;
		return NULL;
	}
	struct validator_pool *pool = pool_allocate(config);
	if (pool == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	for (unsigned i = 0; i < config->thread_count; i++) {
		int error = thread_init(pool, i);
		if (error != 0) {
			validator_pool_destroy(pool);
			*ret_error = error;
			return NULL;
		}
	}
	pool->config.cpus = NULL; // the caller's
	return pool;
}

void validator_pool_destroy(struct validator_pool *pool)
{
	if (pool == NULL) {
		return;
	}
	atomic_store(&pool->is_stopping, true);
	for (unsigned i = 0; i < pool->config.thread_count; i++) {
		thread_fini(&pool->threads[i]);
	}
	free(pool->workers);
	free(pool->threads);
	free(pool);
}

// The zone that the question's answer is from, or that failed.
static const struct plx_name *zone_of(const struct proof *proof)
{
	for (unsigned i = 0; i < proof->message_count && !proof->is_failed; i++) {
		const struct proof_message *message = &proof->messages[i];
		if (message->kind == PROOF_ANSWER && message->type == proof->type &&
		    plx_name_equal(&message->name, &proof->name)) {
			return &message->zone;
		}
	}
	return &proof->zone;
}

// The keys of the root and of top level domains are soon known to all threads, and too much is asked of them for one.
static unsigned choose_thread(const struct validator_pool *pool, unsigned worker,
			      const struct validation_request *request)
{
	const struct plx_name *zone = zone_of(&request->proof);
	uint64_t hash;
	if (plx_name_label_count(zone) < 2) {
		hash = plx_siphash_word(&pool->hash_key, (uint64_t)worker << 32 | request->lookup);
	} else {
		hash = plx_siphash(&pool->hash_key, zone->wire, zone->length);
	}
	return (unsigned)(hash % pool->config.thread_count);
}

int validator_pool_submit(struct validator_pool *pool, unsigned worker,
			  struct validation_request *request)
{
	struct validator_thread *thread = &pool->threads[choose_thread(pool, worker, request)];
	struct validator_lane *lane = &thread->lanes[worker];
	if (pool->workers[worker].outstanding == VALIDATOR_OUTSTANDING_MAX ||
	    lane->outstanding == pool->lane_capacity ||
	    !pointer_ring_push(&lane->submitted, request)) {
		return -EAGAIN;
	}
	lane->outstanding++;
	pool->workers[worker].outstanding++;
	return 0;
}

void validator_pool_wake(struct validator_pool *pool, unsigned worker)
{
	for (unsigned i = 0; i < pool->config.thread_count; i++) {
		if (!pointer_ring_is_empty(&pool->threads[i].lanes[worker].submitted)) {
			wake_thread(&pool->threads[i]);
		}
	}
}

struct validation_request *validator_pool_collect(struct validator_pool *pool, unsigned worker)
{
	struct validator_worker *state = &pool->workers[worker];
	for (unsigned i = 0; i < pool->config.thread_count && state->outstanding > 0; i++) {
		struct validator_lane *lane = &pool->threads[state->next_thread].lanes[worker];
		struct validation_request *request =
			lane->outstanding > 0 ? pointer_ring_pop(&lane->judged) : NULL;
		if (request != NULL) {
			lane->outstanding--;
			state->outstanding--;
			return request;
		}
		state->next_thread = (state->next_thread + 1) % pool->config.thread_count;
	}
	return NULL;
}

static void add_flush(struct validator_thread *thread, const struct plx_name *zone)
{
	static const struct plx_name root = {.length = 1};
	pthread_mutex_lock(&thread->flush_mutex);
	if (thread->flush_count == FLUSHES_MAX) {
		thread->flushes[0] = root;
		thread->flush_count = 1;
	} else {
		thread->flushes[thread->flush_count++] = *zone;
	}
	atomic_store(&thread->has_flushes, true);
	pthread_mutex_unlock(&thread->flush_mutex);
}

void validator_pool_flush(struct validator_pool *pool, const struct plx_name *zone)
{
	for (unsigned i = 0; i < pool->config.thread_count; i++) {
		add_flush(&pool->threads[i], zone);
	}
}
