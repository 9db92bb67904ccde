// SPDX-License-Identifier: BSD-3-Clause
// The worker's end of one client's rings. Everything here runs in the worker loop: no system call except the kick
// of a client that sleeps.

#include "exchange/lane_state.h"

#include <parallax/exchange/wake_event.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

void exchange_lane_init(struct exchange_lane *lane, void *region, unsigned worker, unsigned client,
			enum plx_priority priority, struct exchange_lane_wake wake)
{
	struct plx_region_worker *rings = plx_region_worker(region, worker);
	*lane = (struct exchange_lane) {
		.priority = priority, .client = client, .wake = wake, .beat = &rings->beat};
	plx_ring_consumer_init(&lane->jobs, &rings->jobs, plx_region_job_bytes(region, worker),
			       PLX_JOB_RING_BYTES);
	plx_ring_producer_init(&lane->results, &rings->results,
			       plx_region_result_bytes(region, worker), PLX_RESULT_RING_BYTES);
}

enum plx_priority exchange_lane_priority(const struct exchange_lane *lane)
{
	return lane->priority;
}

unsigned exchange_lane_client(const struct exchange_lane *lane)
{
	return lane->client;
}

int exchange_lane_wake_fd(const struct exchange_lane *lane)
{
	return lane->wake.worker_fd;
}

bool exchange_lane_is_corrupt(const struct exchange_lane *lane)
{
	return lane->jobs.is_corrupt || lane->results.is_corrupt;
}

// One writer, so a plain addition; the store is atomic for the control thread that reads it.
static void counter_add_one(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

int exchange_lane_peek(struct exchange_lane *lane, struct plx_job *ret_job)
{
	if (PLX_UNLIKELY(lane->results.is_corrupt)) {
		return PLX_ERR_RING_CORRUPT;
	}
	const uint8_t *record;
	uint32_t length;
	int found = plx_ring_peek_in_place(&lane->jobs, &record, &length);
	if (found <= 0) {
		return found;
	}
	int error = plx_job_take(record, length, plx_ring_readable(&lane->jobs, record), ret_job);
	return error == 0 ? 1 : -EINVAL;
}

void exchange_lane_take(struct exchange_lane *lane)
{
	plx_ring_take(&lane->jobs);
	counter_add_one(&lane->jobs_taken);
}

bool exchange_lane_deliver(struct exchange_lane *lane, const struct plx_result *result,
			   const uint8_t *body)
{
	assert(result->body_length <= PLX_RESULT_BODY_MAX);
	uint32_t length = (uint32_t)sizeof(*result) + result->body_length;
	uint8_t *record = plx_ring_reserve(&lane->results, length);
	if (PLX_UNLIKELY(record == NULL)) {
		lane->refused_bytes = length;
		return false;
	}
	memcpy(record, result, sizeof(*result));
	if (result->body_length > 0) {
		memcpy(record + sizeof(*result), body, result->body_length);
	}
	lane->refused_bytes = 0;
	counter_add_one(&lane->results_delivered);
	return true;
}

void exchange_lane_flush(struct exchange_lane *lane)
{
	// Jobs first: a client that is woken by the results then finds room in the job ring. It never waits for
	// that room alone (results always follow), so nobody has to be kicked for it.
	bool is_client_waiting = plx_ring_release(&lane->jobs);
	bool is_client_asleep = plx_ring_publish(&lane->results);
	if (is_client_waiting || is_client_asleep) {
		plx_wake_socket_kick(lane->wake.client_fd);
	}
}

void exchange_lane_beat(struct exchange_lane *lane)
{
	__atomic_store_n(&lane->beat->count, ++lane->beat_count, __ATOMIC_RELAXED);
}

bool exchange_lane_announce_sleep(struct exchange_lane *lane)
{
	exchange_lane_flush(lane);
	bool has_jobs = plx_ring_consumer_asleep(&lane->jobs);
	// A client that leaves its results unread gets nothing new done, so that only room is worth being awake.
	return lane->refused_bytes > 0
		       ? plx_ring_producer_asleep(&lane->results, lane->refused_bytes)
		       : has_jobs;
}

void exchange_lane_announce_awake(struct exchange_lane *lane)
{
	plx_ring_consumer_awake(&lane->jobs);
	plx_ring_producer_awake(&lane->results);
}
