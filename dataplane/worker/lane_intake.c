// SPDX-License-Identifier: BSD-3-Clause
// The worker's end of the exchange: jobs from clients' lanes into the resolver or the recursor, interactive ones first, and
// results back. A job is taken out of its ring only once one of them has it, so that a full one makes clients wait.

#include "exchange/exchange_lane.h"
#include "exchange/lane_wake.h"
#include "recursion/recursor.h"
#include "worker/worker.h"

#include <errno.h>

#define INTAKE_PER_LANE 32 // jobs taken from one client before the next has its turn

enum lane_state { LANE_EMPTY, LANE_MORE, LANE_BLOCKED };

static bool is_broken(const struct worker *worker, unsigned client)
{
	return (worker->broken_lanes & 1u << client) != 0;
}

// The control thread ends the client, which comes back as WORKER_LANE_DETACH.
static void break_lane(struct worker *worker, unsigned client)
{
	if (is_broken(worker, client)) {
		return;
	}
	__atomic_store_n(&worker->broken_lanes, worker->broken_lanes | 1u << client,
			 __ATOMIC_SEQ_CST);
	worker->counters.jobs_rejected++;
	worker_notify_control(worker);
}

// Iterative look-ups are off: says so at once. -EBUSY when the client has no room for the result.
static int refuse_iterative(struct worker *worker, unsigned client, const struct plx_job *job,
			    uint64_t now_ns)
{
	const struct plx_result result = {
		.tag = job->tag,
		.time_ns = now_ns + worker->realtime_offset_ns,
		.qtype = plx_job_qtype(job),
		.status = PLX_STATUS_CANCELLED,
		.cause = PLX_CAUSE_NO_ITERATION,
	};
	return lane_deliver(worker, client, &result, NULL) ? 0 : -EBUSY;
}

static int submit_job(struct worker *worker, struct exchange_lane *lane, const struct plx_job *job,
		      uint64_t now_ns)
{
	unsigned client = exchange_lane_client(lane);
	enum plx_priority priority = exchange_lane_priority(lane);
	if (job->resolution != PLX_RESOLUTION_ITERATIVE) {
		return resolver_submit(worker->resolver, client, priority, job, now_ns);
	}
	if (worker->recursor == NULL) {
		return refuse_iterative(worker, client, job, now_ns);
	}
	int status = recursor_submit(worker->recursor, client, priority, job, now_ns);
	worker->counters.iterative_lookups += status == 0;
	return status;
}

static enum lane_state read_lane(struct worker *worker, struct exchange_lane *lane, uint64_t now_ns,
				 unsigned *taken)
{
	PLX_UNINITIALIZED struct plx_job job;
	unsigned client = exchange_lane_client(lane);
	if (is_broken(worker, client)) {
		return LANE_EMPTY;
	}
	for (unsigned i = 0; i < INTAKE_PER_LANE; i++) {
		int status = exchange_lane_peek(lane, &job);
		if (status == 0) {
			return LANE_EMPTY;
		}
		if (status < 0 && status != -EINVAL) {
			break_lane(worker, client);
			return LANE_EMPTY;
		}
		if (status > 0) {
			status = submit_job(worker, lane, &job, now_ns);
			if (status == -EAGAIN) {
				worker->blocked_lanes |= 1u << client;
				return LANE_BLOCKED;
			}
			if (status == -EBUSY) {
				worker->blocked_lanes |= 1u << client;
				return LANE_EMPTY; // leaves its results unread: nothing more for it now
			}
		}
		exchange_lane_take(lane);
		worker->dirty_lanes |= 1u << client;
		(*taken)++;
		if (status < 0) {
			worker->counters.jobs_rejected++;
		} else {
			worker->counters.jobs_received++;
		}
	}
	return LANE_MORE;
}

static unsigned intake_priority(struct worker *worker, enum plx_priority priority, uint64_t now_ns)
{
	struct worker_lanes *lanes = &worker->lanes[priority];
	unsigned taken = 0;
	for (unsigned i = 0; i < lanes->count; i++) {
		unsigned at = lanes->next + i;
		at = at >= lanes->count ? at - lanes->count : at;
		if (read_lane(worker, lanes->lanes[at], now_ns, &taken) == LANE_BLOCKED &&
		    worker->recursor == NULL) {
			break; // full for this priority: every lane of it would be refused
		}
	}
	if (lanes->count > 0 && ++lanes->next >= lanes->count) {
		lanes->next = 0;
	}
	return taken;
}

unsigned lane_intake(struct worker *worker, uint64_t now_ns)
{
	if (PLX_UNLIKELY(worker->is_draining)) {
		return 0;
	}
	worker->blocked_lanes = 0;
	unsigned taken = intake_priority(worker, PLX_PRIORITY_INTERACTIVE, now_ns);
	return taken + intake_priority(worker, PLX_PRIORITY_BULK, now_ns);
}

bool lane_deliver(void *context, unsigned client, const struct plx_result *result,
		  const uint8_t *body)
{
	struct worker *worker = context;
	struct exchange_lane *lane = worker->lane_of_client[client];
	if (lane == NULL) {
		return true; // detached: nobody waits for it any more
	}
	if (!exchange_lane_deliver(lane, result, body)) {
		if (exchange_lane_is_corrupt(lane)) {
			break_lane(worker, client); // there will never be room
		}
		return false;
	}
	worker->dirty_lanes |= 1u << client;
	return true;
}

void lane_flush_all(struct worker *worker)
{
	while (worker->dirty_lanes != 0) {
		unsigned client = (unsigned)__builtin_ctz(worker->dirty_lanes);
		worker->dirty_lanes &= worker->dirty_lanes - 1;
		exchange_lane_flush(worker->lane_of_client[client]);
	}
}

void lane_beat_all(struct worker *worker)
{
	for (unsigned priority = 0; priority < 2; priority++) {
		struct worker_lanes *lanes = &worker->lanes[priority];
		for (unsigned i = 0; i < lanes->count; i++) {
			exchange_lane_beat(lanes->lanes[i]);
		}
	}
}

static void show_lane_count(struct worker *worker)
{
	unsigned count = worker->lanes[PLX_PRIORITY_INTERACTIVE].count +
			 worker->lanes[PLX_PRIORITY_BULK].count;
	__atomic_store_n(&worker->lane_count, (uint8_t)count, __ATOMIC_RELAXED);
}

void lane_attach(struct worker *worker, struct exchange_lane *lane)
{
	unsigned client = exchange_lane_client(lane);
	struct worker_lanes *lanes = &worker->lanes[exchange_lane_priority(lane)];
	worker->lane_of_client[client] = lane;
	lanes->lanes[lanes->count++] = lane; // one lane a client: RESOLVER_CLIENTS_MAX places
	if (lane_wake_add(worker->lanes_fd, lane) != 0) {
		break_lane(worker, client); // its kicks would be missed
	}
	show_lane_count(worker);
}

void lane_detach(struct worker *worker, struct exchange_lane *lane)
{
	unsigned client = exchange_lane_client(lane);
	struct worker_lanes *lanes = &worker->lanes[exchange_lane_priority(lane)];
	worker->lane_of_client[client] = NULL;
	worker->dirty_lanes &= ~(1u << client);
	lane_wake_remove(worker->lanes_fd, lane);
	resolver_cancel_client(worker->resolver, client);
	if (worker->recursor != NULL) {
		recursor_cancel_client(worker->recursor, client);
	}
	for (unsigned i = 0; i < lanes->count; i++) {
		if (lanes->lanes[i] == lane) {
			lanes->lanes[i] = lanes->lanes[--lanes->count];
			break;
		}
	}
	if (lanes->next >= lanes->count) {
		lanes->next = 0;
	}
	// Before the completion, after which the place may belong to another client.
	__atomic_store_n(&worker->broken_lanes, worker->broken_lanes & ~(1u << client),
			 __ATOMIC_SEQ_CST);
	show_lane_count(worker);
}
