// SPDX-License-Identifier: BSD-3-Clause

#include "trace_store/trace_sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct sync_work {
	const int *fds;
	int *errors;
	unsigned count;
	atomic_uint next;
};

static void *work(void *context)
{
	struct sync_work *work = context;
	unsigned i;
	while ((i = atomic_fetch_add(&work->next, 1)) < work->count) {
		work->errors[i] = fsync(work->fds[i]) == 0 ? 0 : -errno;
	}
	return NULL;
}

void trace_sync_all(const int *fds, unsigned count, int *ret_errors)
{
	struct sync_work shared = {.fds = fds, .errors = ret_errors, .count = count};
	pthread_t helpers[TRACE_SYNC_THREADS - 1];
	unsigned started = 0;
	while (started < TRACE_SYNC_THREADS - 1 && started + 1 < count &&
	       pthread_create(&helpers[started], NULL, work, &shared) == 0) {
		started++;
	}
	work(&shared);
	while (started > 0) {
		pthread_join(helpers[--started], NULL);
	}
}
