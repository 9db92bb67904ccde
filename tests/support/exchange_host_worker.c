// SPDX-License-Identifier: BSD-3-Clause
// The workers of the test dataplane: they serve the lanes of all clients, and sleep whenever there is nothing to do.

#include "exchange_host_state.h"

#include <parallax/exchange/wake_event.h>

#include "exchange/lane_state.h"
#include "exchange/lane_wake.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define JOBS_PER_TURN 32

static void body_fill(const struct plx_job *job, uint8_t *body)
{
	for (uint32_t i = 0; i < job->timeout_ms; i++) {
		body[i] = job->name.wire[i % job->name.length];
	}
}

bool exchange_host_body_is_right(const struct plx_job *job, const uint8_t *body, size_t length)
{
	if (length != job->timeout_ms) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (body[i] != job->name.wire[i % job->name.length]) {
			return false;
		}
	}
	return true;
}

static bool job_answer(struct host_worker *worker, struct served_lane *served,
		       const struct plx_job *job)
{
	struct plx_result result = {.tag = job->tag,
				    .qtype = job->qtype,
				    .body_length = job->timeout_ms,
				    .status = PLX_STATUS_ANSWERED};
	exchange_host_answer answer = worker->host->config.answer;
	if (answer != NULL) {
		result.body_length =
			(uint32_t)answer(job, &result, worker->body, sizeof(worker->body));
	} else {
		body_fill(job, worker->body);
	}
	return exchange_lane_deliver(served->lane, &result, worker->body);
}

static void job_park(struct host_worker *worker, struct served_lane *served,
		     const struct plx_job *job)
{
	struct exchange_host *host = worker->host;
	served->parked_job = *job;
	served->is_parked = true;
	pthread_mutex_lock(&host->lock);
	host->parked_count++;
	pthread_cond_broadcast(&host->changed);
	pthread_mutex_unlock(&host->lock);
}

static void job_serve(struct host_worker *worker, struct served_lane *served,
		      const struct plx_job *job)
{
	switch (job->qtype) {
	case EXCHANGE_HOST_HOLD:
		return;
	case EXCHANGE_HOST_DIE:
		exchange_lane_flush(served->lane);
		kill(getpid(), SIGKILL);
		return;
	case EXCHANGE_HOST_CORRUPT:
		__atomic_store_n(&served->lane->results.shared->published, 12345, __ATOMIC_SEQ_CST);
		plx_wake_socket_kick(served->lane->wake.client_fd);
		return;
	case EXCHANGE_HOST_TWICE:
		if (!job_answer(worker, served, job)) {
			return;
		}
		break;
	default:
		break;
	}
	if (!job_answer(worker, served, job)) {
		job_park(worker, served, job);
	}
}

// True: there may be more to do at once.
static bool lane_serve(struct host_worker *worker, struct served_lane *served)
{
	if (served->is_parked) {
		if (!job_answer(worker, served, &served->parked_job)) {
			return false;
		}
		served->is_parked = false;
	}
	unsigned taken = 0;
	while (taken < JOBS_PER_TURN && !served->is_parked) {
		struct plx_job job;
		int found = exchange_lane_peek(served->lane, &job);
		if (found == 0 || found == PLX_ERR_RING_CORRUPT) {
			break;
		}
		exchange_lane_take(served->lane);
		taken++;
		if (found == 1) {
			job_serve(worker, served, &job);
		} else {
			__atomic_add_fetch(&worker->host->bad_records, 1, __ATOMIC_RELAXED);
		}
	}
	exchange_lane_flush(served->lane);
	return taken > 0;
}

static bool lanes_serve(struct host_worker *worker)
{
	bool has_worked = false;
	if (__atomic_load_n(&worker->host->is_stalled, __ATOMIC_ACQUIRE)) {
		return false;
	}
	for (unsigned i = 0; i < worker->lane_count; i++) {
		has_worked |= lane_serve(worker, &worker->lanes[i]);
	}
	return has_worked;
}

static void lane_remove(struct host_worker *worker, struct exchange_lane *lane)
{
	for (unsigned i = 0; i < worker->lane_count; i++) {
		if (worker->lanes[i].lane == lane) {
			worker->lanes[i] = worker->lanes[--worker->lane_count];
		}
	}
}

static void commands_run(struct host_worker *worker)
{
	struct exchange_host *host = worker->host;
	bool has_finished = false;
	pthread_mutex_lock(&host->lock);
	for (unsigned i = 0; i < worker->command_count; i++) {
		struct exchange_lane *lane = worker->commands[i].lane;
		if (worker->commands[i].is_attach) {
			if (lane_wake_add(worker->lanes_fd, lane) != 0) {
				abort();
			}
			worker->lanes[worker->lane_count++] = (struct served_lane) {.lane = lane};
			continue;
		}
		lane_wake_remove(worker->lanes_fd, lane);
		lane_remove(worker, lane);
		host->finished[host->finished_count++] =
			(struct finished_lane) {.lane = lane, .worker = worker->index};
		has_finished = true;
	}
	worker->command_count = 0;
	pthread_mutex_unlock(&host->lock);
	if (has_finished) {
		plx_wake_event_kick(host->control_wake_fd);
	}
}

static bool lanes_have_jobs(struct host_worker *worker)
{
	for (unsigned i = 0; i < worker->lane_count; i++) {
		struct plx_job job;
		if (exchange_lane_peek(worker->lanes[i].lane, &job) != 0) {
			return true;
		}
	}
	return false;
}

static void lanes_beat(struct host_worker *worker)
{
	for (unsigned i = 0; i < worker->lane_count; i++) {
		exchange_lane_beat(worker->lanes[i].lane);
	}
}

// poll(2) with a beat now and then.
static int wakes_wait(struct host_worker *worker, struct pollfd wakes[2])
{
	int ready = 0;
	for (int waited_ms = 0; ready == 0 && waited_ms < EXCHANGE_HOST_DEADLINE_MS / 2;
	     waited_ms += EXCHANGE_BEAT_MS) {
		lanes_beat(worker);
		ready = poll(wakes, 2, EXCHANGE_BEAT_MS);
	}
	return ready;
}

static void hang_when_told(struct host_worker *worker)
{
	struct exchange_host *host = worker->host;
	pthread_mutex_lock(&host->lock);
	while (worker->must_hang) {
		worker->is_hanging = true;
		pthread_cond_broadcast(&host->changed);
		pthread_cond_wait(&host->changed, &host->lock);
	}
	worker->is_hanging = false;
	pthread_cond_broadcast(&host->changed);
	pthread_mutex_unlock(&host->lock);
}

static void worker_sleep(struct host_worker *worker)
{
	struct exchange_host *host = worker->host;
	bool has_work = false;
	bool is_stalled = __atomic_load_n(&host->is_stalled, __ATOMIC_ACQUIRE);
	for (unsigned i = 0; i < worker->lane_count; i++) {
		has_work |= exchange_lane_announce_sleep(worker->lanes[i].lane) && !is_stalled;
	}
	int own_fd = exchange_server_worker_wake_fd(host->server, worker->index);
	struct pollfd wakes[2] = {{.fd = own_fd, .events = POLLIN},
				  {.fd = worker->lanes_fd, .events = POLLIN}};
	if (!has_work) {
		int ready = wakes_wait(worker, wakes);
		if (ready == 0 && !is_stalled && lanes_have_jobs(worker)) {
			__atomic_add_fetch(&host->lost_wakeups, 1, __ATOMIC_RELAXED);
		}
	}
	plx_wake_event_drain(own_fd);
	lane_wake_drain(worker->lanes_fd);
	for (unsigned i = 0; i < worker->lane_count; i++) {
		exchange_lane_announce_awake(worker->lanes[i].lane);
	}
}

void *exchange_host_worker_run(void *context)
{
	struct host_worker *worker = context;
	while (!__atomic_load_n(&worker->host->is_stopping, __ATOMIC_ACQUIRE)) {
		hang_when_told(worker);
		commands_run(worker);
		lanes_beat(worker);
		if (!lanes_serve(worker)) {
			worker_sleep(worker);
		}
	}
	return NULL;
}
