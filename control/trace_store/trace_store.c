// SPDX-License-Identifier: BSD-3-Clause
// The queue, and the thread that empties it.

#include "trace_store/trace_store.h"

#include "lookup/lookup_trace.h"
#include "trace_store/trace_batch.h"

#include <event2/event.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/eventfd.h>

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull

struct trace_store {
	struct trace_folder folder; // the thread's, as the census
	struct trace_census census;
	int done_fd; // eventfd: written after each batch, and when the state changed
	struct event *done_event;
	trace_state_cb state_changed;
	void *state_context;
	bool was_writable; // loop only: as told last
	pthread_t thread;
	bool is_thread_running;

	pthread_mutex_t mutex;  // of what follows
	pthread_cond_t changed; // the thread waits for it; CLOCK_MONOTONIC
	struct trace_puts waiting;
	struct trace_puts finished;
	uint64_t bytes_max;
	int64_t purge_before_s; // asked for, 0: nothing
	bool is_closing;
	struct trace_store_status status;
};

static uint64_t monotonic_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

// Under the mutex.
static void batch_take(struct trace_store *store, struct trace_puts *batch)
{
	STAILQ_INIT(batch);
	for (unsigned i = 0; i < TRACE_STORE_BATCH_MAX && !STAILQ_EMPTY(&store->waiting); i++) {
		struct trace_put *put = STAILQ_FIRST(&store->waiting);
		STAILQ_REMOVE_HEAD(&store->waiting, entry);
		STAILQ_INSERT_TAIL(batch, put, entry);
	}
}

// Under the mutex. `fault` of the store itself; error 0: it works.
static void state_note(struct trace_store *store, const struct trace_fault *fault)
{
	store->status.fault = *fault;
	store->status.is_writable = fault->error == 0;
}

// Under the mutex.
static void batch_finish(struct trace_store *store, struct trace_puts *batch)
{
	const struct trace_put *put;
	struct trace_fault fault = {.error = 0};
	bool is_store_judged = false;
	STAILQ_FOREACH(put, batch, entry)
	{
		store->status.stored_count += put->fault.error == 0;
		store->status.failed_count += put->fault.error != 0;
		is_store_judged |= put->fault.error == 0 || put->is_store_at_fault;
		if (put->is_store_at_fault) {
			fault = put->fault;
		}
	}
	if (is_store_judged) {
		state_note(store, &fault);
	}
	STAILQ_CONCAT(&store->finished, batch);
}

static void loop_wake(struct trace_store *store)
{
	uint64_t one = 1;
	// Can only fail when the counter is about to overflow: the loop is awake then.
	(void)!write(store->done_fd, &one, sizeof(one));
}

// What the thread does next. Under the mutex: waits until there is something.
static void work_await(struct trace_store *store, uint64_t probe_due_ns)
{
	int error = 0;
	while (STAILQ_EMPTY(&store->waiting) && !store->is_closing && store->purge_before_s == 0 &&
	       error == 0) {
		if (!trace_census_is_complete(&store->census)) {
			return;
		}
		if (store->status.is_writable) {
			pthread_cond_wait(&store->changed, &store->mutex);
			continue;
		}
		const struct timespec due = {.tv_sec = (time_t)(probe_due_ns / NS_PER_S),
					     .tv_nsec = (long)(probe_due_ns % NS_PER_S)};
		error = pthread_cond_timedwait(&store->changed, &store->mutex, &due);
	}
}

static void probe(struct trace_store *store, uint64_t bytes_max)
{
	struct trace_fault fault = {.error = 0};
	if (trace_batch_probe(&store->folder, &store->census, bytes_max, &fault) == 0) {
		fault.error = 0;
	}
	pthread_mutex_lock(&store->mutex);
	state_note(store, &fault);
	pthread_mutex_unlock(&store->mutex);
	loop_wake(store);
}

static void count(struct trace_store *store)
{
	struct trace_fault fault = {.error = 0};
	bool is_broken = trace_census_step(&store->census, &store->folder, &fault) != 0;
	pthread_mutex_lock(&store->mutex);
	if (is_broken) { // what cannot be walked through will not be written to either
		state_note(store, &fault);
		store->census.next_shard = TRACE_SHARDS;
	}
	store->status.is_counted = trace_census_is_complete(&store->census) && !is_broken;
	store->status.total = store->census.total;
	store->status.purged = store->census.purged;
	store->status.oldest_s = store->census.oldest_s;
	pthread_mutex_unlock(&store->mutex);
	if (is_broken) {
		loop_wake(store);
	}
}

static void write_batch(struct trace_store *store, struct trace_puts *batch, uint64_t bytes_max)
{
	trace_batch_write(&store->folder, &store->census, bytes_max, batch);
	pthread_mutex_lock(&store->mutex);
	batch_finish(store, batch);
	store->status.total = store->census.total;
	pthread_mutex_unlock(&store->mutex);
	loop_wake(store);
}

static void *run(void *context)
{
	struct trace_store *store = context;
	uint64_t probe_due_ns = 0;
	bool is_closing = false;
	bool is_idle = false;
	while (!is_closing || !is_idle) {
		struct trace_puts batch;
		pthread_mutex_lock(&store->mutex);
		work_await(store, probe_due_ns);
		batch_take(store, &batch);
		uint64_t bytes_max = store->bytes_max;
		bool is_failing = !store->status.is_writable;
		is_closing = store->is_closing;
		if (store->purge_before_s != 0) {
			trace_census_start(&store->census, store->purge_before_s);
			store->purge_before_s = 0;
		}
		pthread_mutex_unlock(&store->mutex);
		is_idle = STAILQ_EMPTY(&batch);
		if (!is_idle) {
			write_batch(store, &batch, bytes_max);
		} else if (is_failing && monotonic_ns() >= probe_due_ns) {
			probe(store, bytes_max);
			probe_due_ns = monotonic_ns() + TRACE_STORE_PROBE_INTERVAL_MS * NS_PER_MS;
		}
		if (!is_closing && !trace_census_is_complete(&store->census)) {
			count(store);
		}
	}
	return NULL;
}

static void state_tell(struct trace_store *store)
{
	struct trace_store_status status;
	trace_store_status(store, &status);
	if (status.is_writable != store->was_writable) {
		store->was_writable = status.is_writable;
		if (store->state_changed != NULL) {
			store->state_changed(status.is_writable ? NULL : &status.fault,
					     store->state_context);
		}
	}
}

static void put_free(struct trace_put *put)
{
	lookup_trace_release(put->trace);
	free(put);
}

static void deliver(struct trace_store *store)
{
	struct trace_puts finished = STAILQ_HEAD_INITIALIZER(finished);
	struct trace_put *put;
	pthread_mutex_lock(&store->mutex);
	STAILQ_CONCAT(&finished, &store->finished);
	STAILQ_FOREACH(put, &finished, entry)
	{
		store->status.waiting_count--;
	}
	pthread_mutex_unlock(&store->mutex);
	while ((put = STAILQ_FIRST(&finished)) != NULL) {
		STAILQ_REMOVE_HEAD(&finished, entry);
		if (put->done != NULL) {
			put->done(put->context, put->fault.error == 0 ? NULL : &put->fault,
				  put->file.digest);
		}
		put_free(put);
	}
}

static void on_done(evutil_socket_t fd, short what, void *context)
{
	uint64_t times;
	// Nothing to read is fine: a call before took it.
	(void)!read(fd, &times, sizeof(times));
	state_tell(context);
	deliver(context);
}

static int lock_init(struct trace_store *store)
{
	pthread_condattr_t attributes;
	int error = pthread_condattr_init(&attributes);
	if (error != 0) {
		return -error;
	}
	error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	error = error != 0 ? error : pthread_cond_init(&store->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (error == 0 && (error = pthread_mutex_init(&store->mutex, NULL)) != 0) {
		pthread_cond_destroy(&store->changed);
	}
	return -error;
}

static int thread_start(struct trace_store *store, struct event_base *base)
{
	store->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (store->done_fd < 0) {
		return -errno;
	}
	store->done_event = event_new(base, store->done_fd, EV_READ | EV_PERSIST, on_done, store);
	if (store->done_event == NULL || event_add(store->done_event, NULL) != 0) {
		return -ENOMEM;
	}
	int error = pthread_create(&store->thread, NULL, run, store);
	store->is_thread_running = error == 0;
	return -error;
}

int trace_store_open(const struct trace_store_config *config, struct trace_store **ret_store,
		     struct trace_fault *fault)
{
	struct trace_store *store = calloc(1, sizeof(*store));
	int error = store == NULL ? -ENOMEM : lock_init(store);
	if (error != 0) {
		free(store);
		return trace_fault_set(fault, error, "evidence: no memory: give the program more");
	}
	store->folder.fd = store->done_fd = -1;
	STAILQ_INIT(&store->waiting);
	STAILQ_INIT(&store->finished);
	store->bytes_max = config->bytes_max;
	trace_census_start(&store->census, 0);
	store->state_changed = config->state_changed;
	store->state_context = config->state_context;
	store->status.is_writable = store->was_writable = true;
	fault->error = 0;
	error = trace_folder_open(config->audit_log, true, &store->folder, fault);
	if (error == 0) {
		error = thread_start(store, config->base);
	}
	if (error != 0) {
		trace_store_close(store);
		return fault->error != 0
			       ? error
			       : trace_fault_set(fault, error,
						 "evidence: its thread cannot be started: raise "
						 "the program's limits");
	}
	*ret_store = store;
	return 0;
}

void trace_store_close(struct trace_store *store)
{
	if (store == NULL) {
		return;
	}
	if (store->is_thread_running) {
		pthread_mutex_lock(&store->mutex);
		store->is_closing = true;
		pthread_cond_signal(&store->changed);
		pthread_mutex_unlock(&store->mutex);
		pthread_join(store->thread, NULL);
		deliver(store);
	}
	if (store->done_event != NULL) {
		event_free(store->done_event);
	}
	if (store->done_fd >= 0) {
		close(store->done_fd);
	}
	trace_folder_close(&store->folder);
	pthread_cond_destroy(&store->changed);
	pthread_mutex_destroy(&store->mutex);
	free(store);
}

int trace_store_put(struct trace_store *store, struct lookup_trace *trace, trace_put_cb done,
		    void *context, struct trace_put **ret_put)
{
	struct trace_put *put = calloc(1, sizeof(*put));
	if (put == NULL) {
		return -ENOMEM;
	}
	*put = (struct trace_put) {
		.store = store, .trace = trace, .done = done, .context = context};
	pthread_mutex_lock(&store->mutex);
	bool is_full = store->status.waiting_count >= TRACE_STORE_WAITING_MAX;
	if (!is_full) {
		store->status.waiting_count++;
		STAILQ_INSERT_TAIL(&store->waiting, put, entry);
		pthread_cond_signal(&store->changed);
	}
	pthread_mutex_unlock(&store->mutex);
	if (is_full) {
		free(put);
		return -EAGAIN;
	}
	lookup_trace_acquire(trace);
	*ret_put = put;
	return 0;
}

void trace_put_cancel(struct trace_put *put)
{
	if (put != NULL) {
		put->done = NULL;
	}
}

void trace_store_limit(struct trace_store *store, uint64_t bytes_max)
{
	pthread_mutex_lock(&store->mutex);
	store->bytes_max = bytes_max;
	pthread_mutex_unlock(&store->mutex);
}

void trace_store_purge(struct trace_store *store, int64_t before_s)
{
	pthread_mutex_lock(&store->mutex);
	store->purge_before_s = before_s;
	pthread_cond_signal(&store->changed);
	pthread_mutex_unlock(&store->mutex);
}

bool trace_store_is_writable(struct trace_store *store)
{
	pthread_mutex_lock(&store->mutex);
	bool is_writable = store->status.is_writable;
	pthread_mutex_unlock(&store->mutex);
	return is_writable;
}

void trace_store_status(struct trace_store *store, struct trace_store_status *ret_status)
{
	pthread_mutex_lock(&store->mutex);
	*ret_status = store->status;
	pthread_mutex_unlock(&store->mutex);
}
