// SPDX-License-Identifier: BSD-3-Clause
// The thread and its borders. Queries live in slots that a worker and the thread hand to each other:
//
//   worker: free list ── submitted ring ──► thread ── answered ring ──► worker: collect, release to the free list
//                                             ▲                           │
//                                             └───── spent ring ──────────┘  messages, freed where they were made
//
// Each ring holds all slots of a worker, so only the free list can run out: that is -EAGAIN.

#include "tcp/tcp_query.h"

#include "base/pointer_ring.h"
#include "base/table_memory.h"
#include "tcp/tcp_client.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_PER_TURN 64

static_assert((TCP_OUTSTANDING_MAX & (TCP_OUTSTANDING_MAX - 1)) == 0, "rings need a power of two");

struct tcp_lane {
	// Worker's own.
	struct tcp_query *queries;
	uint32_t *free_slots;
	uint32_t free_count;
	// Between both; see the picture above for who pushes.
	struct pointer_ring submitted;
	struct pointer_ring answered;
	struct pointer_ring spent;
	// Thread's own: answers were pushed this turn.
	bool has_answers;
};

struct tcp_pool {
	struct tcp_lane *lanes;
	unsigned lane_count;
	void (*wake)(void *context, unsigned worker);
	void *context;
	int epoll_fd;
	int event_fd; // written by workers while is_sleeping
	pthread_t thread;
	bool has_thread;
	// thread: rw, workers: ro. seq_cst on both sides together with the rings' head: either the worker sees the
	// sleep and wakes, or the thread sees the request before it sleeps.
	atomic_bool is_sleeping;
	atomic_bool is_stopping; // written once, by tcp_pool_destroy
	struct tcp_client client;
};

static uint64_t clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void push_answer(void *context, struct tcp_query *query)
{
	struct tcp_pool *pool = context;
	struct tcp_lane *lane = &pool->lanes[query->worker];
	bool is_pushed = pointer_ring_push(&lane->answered, query);
	assert(is_pushed); // the ring holds all slots
	(void)is_pushed;
	lane->has_answers = true;
}

static void take_requests(struct tcp_pool *pool, uint64_t now_ns)
{
	for (unsigned i = 0; i < pool->lane_count; i++) {
		struct tcp_lane *lane = &pool->lanes[i];
		void *message;
		while ((message = pointer_ring_pop(&lane->spent)) != NULL) {
			free(message);
		}
		struct tcp_query *query;
		while ((query = pointer_ring_pop(&lane->submitted)) != NULL) {
			tcp_client_ask(&pool->client, query, now_ns);
		}
	}
}

static bool has_requests(struct tcp_pool *pool)
{
	for (unsigned i = 0; i < pool->lane_count; i++) {
		if (!pointer_ring_is_empty(&pool->lanes[i].submitted)) {
			return true;
		}
	}
	return false;
}

static void wake_workers(struct tcp_pool *pool)
{
	for (unsigned i = 0; i < pool->lane_count; i++) {
		if (pool->lanes[i].has_answers) {
			pool->lanes[i].has_answers = false;
			if (pool->wake != NULL) {
				pool->wake(pool->context, i);
			}
		}
	}
}

// Milliseconds to the next deadline, rounded up so that it is due then; -1 when there is none.
static int timeout_ms(const struct tcp_client *client, uint64_t now_ns)
{
	const struct tcp_deadline *first = tcp_deadline_first(&client->deadlines);
	if (first == NULL) {
		return -1;
	}
	// No deadline is further away than TCP_QUERY_TIMEOUT_NS, so this fits.
	return first->at_ns <= now_ns ? 0 : (int)((first->at_ns - now_ns + 999999) / 1000000);
}

static void await_events(struct tcp_pool *pool, uint64_t now_ns)
{
	struct epoll_event events[EVENTS_PER_TURN];
	atomic_store(&pool->is_sleeping, true);
	bool is_due = has_requests(pool) || atomic_load(&pool->is_stopping);
	int count = epoll_wait(pool->epoll_fd, events, EVENTS_PER_TURN,
			       is_due ? 0 : timeout_ms(&pool->client, now_ns));
	atomic_store(&pool->is_sleeping, false);
	now_ns = clock_ns();
	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr == NULL) {
			uint64_t wakes;
			ssize_t done = read(pool->event_fd, &wakes, sizeof(wakes));
			(void)done; // non-blocking; only its being readable mattered
		} else {
			tcp_client_event(&pool->client, events[i].data.ptr, events[i].events,
					 now_ns);
		}
	}
}

static void *run_thread(void *argument)
{
	struct tcp_pool *pool = argument;
	while (!atomic_load(&pool->is_stopping)) {
		uint64_t now_ns = clock_ns();
		take_requests(pool, now_ns);
		tcp_client_expire(&pool->client, now_ns);
		tcp_client_flush(&pool->client, now_ns);
		wake_workers(pool);
		tcp_client_reap(&pool->client);
		await_events(pool, now_ns);
	}
	return NULL;
}

static int lane_init(struct tcp_lane *lane)
{
	lane->queries = table_memory_map_sparse(TCP_OUTSTANDING_MAX * sizeof(*lane->queries));
	lane->free_slots = calloc(TCP_OUTSTANDING_MAX, sizeof(*lane->free_slots));
	if (lane->queries == NULL || lane->free_slots == NULL) {
		return -ENOMEM;
	}
	// The last freed is used next, so memory that was never needed is never touched.
	for (uint32_t i = 0; i < TCP_OUTSTANDING_MAX; i++) {
		lane->free_slots[i] = TCP_OUTSTANDING_MAX - 1 - i;
	}
	lane->free_count = TCP_OUTSTANDING_MAX;
	int error = pointer_ring_init(&lane->submitted, TCP_OUTSTANDING_MAX);
	error = error != 0 ? error : pointer_ring_init(&lane->answered, TCP_OUTSTANDING_MAX);
	return error != 0 ? error : pointer_ring_init(&lane->spent, TCP_OUTSTANDING_MAX);
}

static void lane_fini(struct tcp_lane *lane)
{
	void *message;
	while (lane->spent.slots != NULL && (message = pointer_ring_pop(&lane->spent)) != NULL) {
		free(message);
	}
	for (uint32_t i = 0; lane->queries != NULL && i < TCP_OUTSTANDING_MAX; i++) {
		free(lane->queries[i].message); // answered, not released
	}
	pointer_ring_fini(&lane->submitted);
	pointer_ring_fini(&lane->answered);
	pointer_ring_fini(&lane->spent);
	free(lane->free_slots);
	table_memory_unmap(lane->queries, TCP_OUTSTANDING_MAX * sizeof(*lane->queries));
}

static int pool_init(struct tcp_pool *pool)
{
	size_t size = pool->lane_count * sizeof(*pool->lanes);
	pool->lanes = aligned_alloc(PLX_CACHE_LINE, size);
	if (pool->lanes == NULL) {
		return -ENOMEM;
	}
	memset(pool->lanes, 0, size);
	for (unsigned i = 0; i < pool->lane_count; i++) {
		int error = lane_init(&pool->lanes[i]);
		if (error != 0) {
			return error;
		}
	}
	pool->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	pool->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	if (pool->epoll_fd < 0 || pool->event_fd < 0 ||
	    epoll_ctl(pool->epoll_fd, EPOLL_CTL_ADD, pool->event_fd, &event) != 0) {
		return -errno;
	}
	return tcp_client_init(&pool->client, pool->epoll_fd,
			       pool->lane_count * TCP_OUTSTANDING_MAX, push_answer, pool);
}

// The thread takes no signals: they are the main thread's. But for SIGRTMAX, by which threads are told to give up their
// capabilities (process/thread_capabilities.h).
static int start_thread(struct tcp_pool *pool)
{
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	sigdelset(&all, SIGRTMAX);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&pool->thread, NULL, run_thread, pool);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0) {
		return -error;
	}
	pool->has_thread = true;
	(void)pthread_setname_np(pool->thread, "parallax-tcp");
	return 0;
}

struct tcp_pool *tcp_pool_create(unsigned worker_count,
				 void (*wake)(void *context, unsigned worker), void *context,
				 int *ret_error)
{
	struct tcp_pool *pool = calloc(1, sizeof(*pool));
	if (pool == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	pool->lane_count = worker_count;
	pool->wake = wake;
	pool->context = context;
	pool->epoll_fd = -1;
	pool->event_fd = -1;
	int error = pool_init(pool);
	error = error != 0 ? error : start_thread(pool);
	if (error != 0) {
		tcp_pool_destroy(pool);
		*ret_error = error;
		return NULL;
	}
	return pool;
}

static void wake_thread(struct tcp_pool *pool)
{
	uint64_t one = 1;
	ssize_t done = write(pool->event_fd, &one, sizeof(one));
	(void)done; // -EAGAIN means that wakes enough are pending
}

void tcp_pool_destroy(struct tcp_pool *pool)
{
	if (pool == NULL) {
		return;
	}
	if (pool->has_thread) {
		atomic_store(&pool->is_stopping, true);
		wake_thread(pool);
		pthread_join(pool->thread, NULL);
	}
	if (pool->client.deadlines.heap != NULL) {
		tcp_client_fini(&pool->client);
	}
	for (unsigned i = 0; pool->lanes != NULL && i < pool->lane_count; i++) {
		lane_fini(&pool->lanes[i]);
	}
	if (pool->event_fd >= 0) {
		close(pool->event_fd);
	}
	if (pool->epoll_fd >= 0) {
		close(pool->epoll_fd);
	}
	free(pool->lanes);
	free(pool);
}

int tcp_pool_submit(struct tcp_pool *pool, unsigned worker, const struct tcp_request *request)
{
	struct tcp_lane *lane = &pool->lanes[worker];
	if (lane->free_count == 0) {
		return -EAGAIN;
	}
	struct tcp_query *query = &lane->queries[lane->free_slots[lane->free_count - 1]];
	query->request = *request;
	query->worker = worker;
	if (!pointer_ring_push(&lane->submitted, query)) {
		return -EAGAIN;
	}
	lane->free_count--;
	if (atomic_load(&pool->is_sleeping)) {
		wake_thread(pool);
	}
	return 0;
}

const struct tcp_answer *tcp_pool_collect(struct tcp_pool *pool, unsigned worker)
{
	// The answer is the query's first member.
	return pointer_ring_pop(&pool->lanes[worker].answered);
}

void tcp_pool_release(struct tcp_pool *pool, unsigned worker, const struct tcp_answer *answer)
{
	struct tcp_lane *lane = &pool->lanes[worker];
	// The answer is the query's first member, so the distance counts queries.
	const struct tcp_query *answered = (const void *)answer;
	uint32_t slot = (uint32_t)(answered - lane->queries);
	struct tcp_query *query = &lane->queries[slot];
	if (query->message != NULL && !pointer_ring_push(&lane->spent, query->message)) {
		free(query->message); // the thread is more than a ring behind
	}
	query->message = NULL;
	lane->free_slots[lane->free_count++] = slot;
}

void tcp_pool_counters(const struct tcp_pool *pool, struct tcp_counters *ret_counters)
{
	const struct tcp_counters *counters = &pool->client.counters;
	*ret_counters = (struct tcp_counters) {
		.queries = __atomic_load_n(&counters->queries, __ATOMIC_RELAXED),
		.answers = __atomic_load_n(&counters->answers, __ATOMIC_RELAXED),
		.failures = __atomic_load_n(&counters->failures, __ATOMIC_RELAXED),
		.requeued = __atomic_load_n(&counters->requeued, __ATOMIC_RELAXED),
		.answers_unknown = __atomic_load_n(&counters->answers_unknown, __ATOMIC_RELAXED),
		.connections_opened =
			__atomic_load_n(&counters->connections_opened, __ATOMIC_RELAXED),
		.connections_failed =
			__atomic_load_n(&counters->connections_failed, __ATOMIC_RELAXED),
	};
}
