// SPDX-License-Identifier: BSD-3-Clause
// Unix time of a worker, which keeps CLOCK_MONOTONIC: what lies between the two changes when the clock is set, and when the
// machine was suspended.

#include "recursion/recursor.h"
#include "worker/worker.h"

void worker_follow_realtime(struct worker *worker)
{
	worker->realtime_offset_ns = worker_clock_realtime_offset();
	resolver_set_realtime_offset(worker->resolver, worker->realtime_offset_ns);
	if (worker->recursor != NULL) {
		recursor_set_realtime_offset(worker->recursor, worker->realtime_offset_ns);
	}
}
