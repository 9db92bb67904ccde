// SPDX-License-Identifier: BSD-3-Clause
// How a worker with nothing to do leaves the CPU to others and still wakes in time. It sleeps in ppoll on its wake
// eventfd (control thread, TCP thread write it), on its lanes' (clients) and, where the driver's queue is a socket, on
// that socket. No client holds a description that is read here, so that none can make the worker block.
// Without a socket it must look at the queue by itself: every SLEEP_IN_FLIGHT_US while answers are awaited, else after
// pauses that double up to SLEEP_IDLE_US.

#include "exchange/exchange_lane.h"
#include "exchange/lane_wake.h"
#include "recursion/recursor.h"
#include "worker/worker.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#define SLEEP_IN_FLIGHT_US 50u
#define SLEEP_FIRST_US 50u
#define SLEEP_IDLE_US 5000u         // 200 looks a second cost about 0.3 % of a core
#define SLEEP_SOCKET_US 50000u      // the socket wakes us; this only bounds a lost wake-up
#define SLEEP_SOCKET_FLIGHT_US 500u // steered answers and the TCP thread's rings do not

// The pause without an event, in microseconds.
static uint32_t pause_us(struct worker *worker)
{
	bool is_in_flight = worker->counters.questions_in_flight > 0 || worker->unsent_count > 0 ||
			    worker->counters.iterative_in_flight > 0;
	if (worker->has_receive_fds) {
		return is_in_flight ? SLEEP_SOCKET_FLIGHT_US : SLEEP_SOCKET_US;
	}
	if (is_in_flight) {
		return SLEEP_IN_FLIGHT_US;
	}
	uint32_t doubled = worker->sleep_us * 2;
	return doubled < SLEEP_FIRST_US  ? SLEEP_FIRST_US
	       : doubled > SLEEP_IDLE_US ? SLEEP_IDLE_US
					 : doubled;
}

// Tells clients that they must write their eventfd for us. True when a job came meanwhile. A lane whose next job found no
// room is not asked: only an answer or a timeout can help it.
static bool announce_sleep(struct worker *worker)
{
	bool has_jobs = false;
	if (worker->is_draining) {
		return false;
	}
	for (unsigned priority = 0; priority < 2; priority++) {
		if (worker->recursor == NULL &&
		    resolver_room(worker->resolver, (enum plx_priority)priority) == 0) {
			continue;
		}
		struct worker_lanes *lanes = &worker->lanes[priority];
		for (unsigned i = 0; i < lanes->count; i++) {
			unsigned client = exchange_lane_client(lanes->lanes[i]);
			if (((worker->broken_lanes | worker->blocked_lanes) & 1u << client) == 0) {
				has_jobs |= exchange_lane_announce_sleep(lanes->lanes[i]);
			}
		}
	}
	return has_jobs;
}

static void announce_awake(struct worker *worker)
{
	for (unsigned priority = 0; priority < 2; priority++) {
		struct worker_lanes *lanes = &worker->lanes[priority];
		for (unsigned i = 0; i < lanes->count; i++) {
			exchange_lane_announce_awake(lanes->lanes[i]);
		}
	}
}

static void wait_for_event(struct worker *worker, uint64_t wait_ns)
{
	struct pollfd fds[2 + WORKER_QUEUES_MAX] = {{.fd = worker->wake_fd, .events = POLLIN},
						    {.fd = worker->lanes_fd, .events = POLLIN}};
	for (unsigned i = 0; i < worker->queue_count; i++) {
		// An fd of -1 is skipped by the kernel.
		fds[i + 2] = (struct pollfd) {.fd = worker->queues[i].fd, .events = POLLIN};
	}
	struct timespec timeout = {
		.tv_sec = (time_t)(wait_ns / 1000000000),
		.tv_nsec = (long)(wait_ns % 1000000000),
	};
	int ready = ppoll(fds, 2u + worker->queue_count, &timeout, NULL);
	if (ready > 0 && fds[0].revents != 0) {
		uint64_t count;
		ssize_t got = read(worker->wake_fd, &count, sizeof(count));
		(void)got; // nobody else reads it; we are awake all the same
	}
	if (ready > 0 && fds[1].revents != 0) {
		lane_wake_drain(worker->lanes_fd);
	}
}

static bool has_control_work(const struct worker *worker)
{
	return !rte_ring_empty(worker->mailbox) ||
	       (worker->path_answers != NULL && !rte_ring_empty(worker->path_answers)) ||
	       (worker->frames_out != NULL && !rte_ring_empty(worker->frames_out));
}

static uint64_t next_wakeup(const struct worker *worker, uint64_t now_ns)
{
	uint64_t wakeup_ns = resolver_next_wakeup(worker->resolver, now_ns);
	if (worker->recursor == NULL) {
		return wakeup_ns;
	}
	uint64_t iterative_ns = recursor_next_wakeup(worker->recursor, now_ns);
	if (worker->waiting->count > 0 && now_ns + PATH_LOOK_NS < iterative_ns) {
		iterative_ns = now_ns + PATH_LOOK_NS;
	}
	return iterative_ns < wakeup_ns ? iterative_ns : wakeup_ns;
}

void worker_sleep(struct worker *worker, uint64_t now_ns)
{
	uint64_t wakeup_ns = next_wakeup(worker, now_ns);
	if (wakeup_ns <= now_ns) {
		return;
	}
	__atomic_store_n(&worker->is_sleeping, 1, __ATOMIC_SEQ_CST);
	// Pairs with the fence in frame_send, which wakes only those that it sees asleep.
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!announce_sleep(worker) && !has_control_work(worker)) {
		worker->sleep_us = pause_us(worker);
		uint64_t wait_ns = worker->sleep_us * 1000ull;
		if (wakeup_ns - now_ns < wait_ns) {
			wait_ns = wakeup_ns - now_ns;
		}
		worker->counters.idle_sleeps++;
		wait_for_event(worker, wait_ns);
	}
	announce_awake(worker);
	__atomic_store_n(&worker->is_sleeping, 0, __ATOMIC_RELAXED);
}
