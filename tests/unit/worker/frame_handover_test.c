// SPDX-License-Identifier: BSD-3-Clause
// Frames between workers and the control thread: neither side may sleep over one, and no flood may hold the event loop.

#include "worker/frame_handover.h"

#include "cunit_runner.h"
#include "engine_fixture.h"
#include "exchange/lane_wake.h"
#include "worker/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WORKERS 2

static struct fixture fixture;
static struct worker_environment environment;
static unsigned taken;

static struct rte_ring *make_ring(const char *name, unsigned size)
{
	struct rte_ring *ring = aligned_alloc(PLX_CACHE_LINE, (size_t)rte_ring_get_memsize(size));
	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT_EQUAL_FATAL(rte_ring_init(ring, name, size, RING_F_SP_ENQ | RING_F_SC_DEQ), 0);
	return ring;
}

static void start(void)
{
	fixture_start(&fixture, 1);
	memset(&environment, 0, sizeof(environment));
	environment.worker_count = WORKERS;
	environment.control_wake_fd = eventfd(0, EFD_NONBLOCK);
	for (uint16_t i = 0; i < WORKERS; i++) {
		struct worker *worker = aligned_alloc(PLX_CACHE_LINE, sizeof(*worker));
		CU_ASSERT_PTR_NOT_NULL_FATAL(worker);
		memset(worker, 0, sizeof(*worker));
		worker->environment = &environment;
		worker->index = i;
		worker->resolver = fixture.resolver;
		worker->has_receive_fds = true;
		worker->wake_fd = eventfd(0, EFD_NONBLOCK);
		worker->lanes_fd = lane_wake_open();
		worker->mailbox = make_ring("mailbox", 16);
		worker->frames_in = make_ring("frames_in", WORKER_FRAME_RING_SIZE);
		worker->frames_out = i == 0 ? make_ring("frames_out", 16) : NULL;
		environment.workers[i] = worker;
	}
	taken = 0;
}

static void stop(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		struct worker *worker = environment.workers[i];
		close(worker->wake_fd);
		close(worker->lanes_fd);
		free(worker->mailbox);
		free(worker->frames_in);
		free(worker->frames_out);
		free(worker);
	}
	close(environment.control_wake_fd);
	fixture_stop(&fixture);
}

// Nothing here looks into a frame.
static struct rte_mbuf *frame(void)
{
	static char octets[64];
	return (struct rte_mbuf *)(void *)octets;
}

static bool was_woken(int fd)
{
	uint64_t count;
	return read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count);
}

TEST(a_worker_does_not_sleep_over_a_frame_that_came_meanwhile)
{
	start();
	struct worker *worker = environment.workers[0];
	// It was awake a moment ago, so nobody wrote its eventfd.
	CU_ASSERT_TRUE(frame_send(worker, frame()));
	CU_ASSERT_FALSE(was_woken(worker->wake_fd));
	worker_sleep(worker, fixture.now_ns);
	CU_ASSERT_EQUAL(worker->counters.idle_sleeps, 0);
	CU_ASSERT_EQUAL(worker->is_sleeping, 0);
	stop();
}

TEST(a_worker_without_frames_sleeps)
{
	start();
	for (unsigned i = 0; i < WORKERS; i++) {
		struct worker *worker = environment.workers[i];
		const uint64_t one = 1; // ends the sleep at once
		CU_ASSERT_EQUAL(write(worker->wake_fd, &one, sizeof(one)), (ssize_t)sizeof(one));
		worker_sleep(worker, fixture.now_ns);
		CU_ASSERT_EQUAL(worker->counters.idle_sleeps, 1);
	}
	stop();
}

TEST(a_frame_wakes_a_worker_that_sleeps)
{
	start();
	struct worker *worker = environment.workers[0];
	worker->is_sleeping = 1;
	CU_ASSERT_TRUE(frame_send(worker, frame()));
	CU_ASSERT_TRUE(was_woken(worker->wake_fd));
	for (unsigned i = 1; i < 15; i++) {
		CU_ASSERT_TRUE(frame_send(worker, frame()));
	}
	CU_ASSERT_FALSE(frame_send(worker, frame())); // the ring is full
	stop();
}

static void take_and_hand_over_another(void *context, struct rte_mbuf *mbuf)
{
	struct worker *worker = context;
	taken++;
	(void)rte_ring_sp_enqueue(worker->frames_in, mbuf);
}

TEST(a_flood_that_never_ends_does_not_hold_the_control_thread)
{
	start();
	struct worker *worker = environment.workers[1];
	while (rte_ring_sp_enqueue(worker->frames_in, frame()) == 0) {
	}
	for (unsigned turn = 1; turn <= 3; turn++) {
		CU_ASSERT_EQUAL(frames_take(&environment, take_and_hand_over_another, worker),
				FRAMES_PER_TURN);
		CU_ASSERT_EQUAL(taken, turn * FRAMES_PER_TURN);
		CU_ASSERT_TRUE(was_woken(environment.control_wake_fd)); // it goes on next turn
	}
	stop();
}

static void take_only(void *context, struct rte_mbuf *mbuf)
{
	taken++;
}

TEST(all_frames_are_taken_in_the_end_and_then_nobody_is_woken)
{
	start();
	unsigned given = 0;
	for (unsigned i = 0; i < 200; i++) {
		given += rte_ring_sp_enqueue(environment.workers[i % WORKERS]->frames_in,
					     frame()) == 0;
	}
	CU_ASSERT_EQUAL(given, 200);
	CU_ASSERT_EQUAL(frames_take(&environment, take_only, NULL), 2 * FRAMES_PER_TURN);
	CU_ASSERT_TRUE(was_woken(environment.control_wake_fd));
	CU_ASSERT_EQUAL(frames_take(&environment, take_only, NULL), 200 - 2 * FRAMES_PER_TURN);
	CU_ASSERT_FALSE(was_woken(environment.control_wake_fd));
	CU_ASSERT_EQUAL(taken, 200);
	stop();
}

TEST_MAIN(frame_handover, T(a_worker_does_not_sleep_over_a_frame_that_came_meanwhile),
	  T(a_worker_without_frames_sleeps), T(a_frame_wakes_a_worker_that_sleeps),
	  T(a_flood_that_never_ends_does_not_hold_the_control_thread),
	  T(all_frames_are_taken_in_the_end_and_then_nobody_is_woken))
