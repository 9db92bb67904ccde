// SPDX-License-Identifier: BSD-3-Clause
// When a turn of the loop looks at what is due.

#include "recursion/recursor.h"
#include "worker/worker.h"

// After a pause of ours (another process had the CPU) answers wait in the queue whose time is over by the clock. They count,
// so they are read first.
void worker_run_timers(struct worker *worker, unsigned received, uint64_t now_ns)
{
	if (received >= WORKER_BURST && worker->timers_late_turns < TIMERS_LATE_TURNS_MAX) {
		worker->timers_late_turns++;
		return;
	}
	worker->timers_late_turns = 0;
	resolver_expire(worker->resolver, now_ns);
	if (worker->recursor != NULL) {
		recursor_expire(worker->recursor, now_ns);
	}
}
