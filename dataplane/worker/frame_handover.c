// SPDX-License-Identifier: BSD-3-Clause

#include "worker/frame_handover.h"

#include "worker/worker.h"

#include <unistd.h>

static void wake(int fd)
{
	const uint64_t one = 1;
	ssize_t written = write(fd, &one, sizeof(one));
	(void)written; // a full counter already wakes its reader
}

bool frame_send(struct worker *worker, struct rte_mbuf *mbuf)
{
	if (rte_ring_sp_enqueue(worker->frames_out, mbuf) != 0) {
		return false;
	}
	// Pairs with the fence in worker_sleep: either it sees the frame, or we see that it sleeps.
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&worker->is_sleeping, __ATOMIC_RELAXED) != 0) {
		wake(worker->wake_fd);
	}
	return true;
}

unsigned frames_take(const struct worker_environment *environment,
		     void (*take)(void *context, struct rte_mbuf *mbuf), void *context)
{
	unsigned total = 0;
	bool has_more = false;
	for (unsigned i = 0; i < environment->worker_count; i++) {
		struct rte_ring *ring = environment->workers[i]->frames_in;
		void *mbufs[FRAMES_PER_TURN];
		unsigned count = rte_ring_sc_dequeue_burst(ring, mbufs, FRAMES_PER_TURN, NULL);
		for (unsigned j = 0; j < count; j++) {
			take(context, mbufs[j]);
		}
		total += count;
		has_more |= !rte_ring_empty(ring);
	}
	if (has_more) {
		wake(environment->control_wake_fd);
	}
	return total;
}
