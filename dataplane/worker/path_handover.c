// SPDX-License-Identifier: BSD-3-Clause

#include "worker/path_handover.h"

#include "network/server_paths.h"
#include "worker/worker.h"

#include <rte_ring_elem.h>

#include <assert.h>
#include <unistd.h>

static_assert(sizeof(struct path_ask) % 4 == 0 && sizeof(struct path_answer) % 4 == 0,
	      "elements of a ring are whole words");

bool path_ask(struct worker *worker, const struct plx_ip *server)
{
	const struct path_ask ask = {.server = *server};
	return rte_ring_sp_enqueue_elem(worker->path_asks, (void *)(uintptr_t)&ask, sizeof(ask)) ==
	       0;
}

// Answers must be addressed to an address that queries were sent from.
static void note_source(struct worker *worker, const struct plx_ip *source)
{
	for (unsigned i = 0; i < WORKER_PATH_SOURCES_MAX; i++) {
		if (plx_ip_equal(&worker->path_sources[i], source)) {
			return;
		}
	}
	unsigned place = worker->path_source_count++ % WORKER_PATH_SOURCES_MAX;
	worker->path_sources[place] = *source;
	worker_collect_addresses(worker);
}

bool path_answers_learn(struct worker *worker, uint64_t now_ns)
{
	struct path_answer answer;
	bool has_some = false;
	while (rte_ring_sc_dequeue_elem(worker->path_answers, &answer, sizeof(answer)) == 0) {
		if (answer.is_open) {
			note_source(worker, &answer.source);
		}
		server_paths_learn(worker->paths, &answer.server,
				   answer.is_open ? &answer.header : NULL, now_ns);
		has_some = true;
	}
	return has_some;
}

unsigned path_asks_take(struct worker *worker, struct path_ask *ret_asks, unsigned max)
{
	unsigned room = rte_ring_free_count(worker->path_answers);
	return rte_ring_sc_dequeue_burst_elem(worker->path_asks, ret_asks, sizeof(*ret_asks),
					      max < room ? max : room, NULL);
}

bool path_asks_wait(const struct worker *worker)
{
	return !rte_ring_empty(worker->path_asks);
}

void path_answer(struct worker *worker, const struct path_answer *answer)
{
	// There is room: no more asks were taken.
	(void)rte_ring_sp_enqueue_elem(worker->path_answers, (void *)(uintptr_t)answer,
				       sizeof(*answer));
	// Pairs with the fence in worker_sleep: either it sees the answer, or we see that it sleeps.
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&worker->is_sleeping, __ATOMIC_RELAXED) != 0) {
		const uint64_t one = 1;
		ssize_t written = write(worker->wake_fd, &one, sizeof(one));
		(void)written; // a full counter already wakes it
	}
}
