// SPDX-License-Identifier: BSD-3-Clause
// Puts that are made together: all are written, then all are synced and named, then the folders are synced.

#pragma once

#include <parallax/base/attributes.h>

#include "trace_store/trace_store.h"

#include <sys/queue.h>

struct trace_put {
	STAILQ_ENTRY(trace_put) entry;
	struct trace_store *store;
	struct lookup_trace *trace; // read-only for the writer
	trace_put_cb done;          // loop only; NULL: cancelled
	void *context;
	struct trace_fault fault; // writer's until it is finished, as what follows
	bool is_store_at_fault;   // not the trace
	struct trace_file file;
};
STAILQ_HEAD(trace_puts, trace_put);

// Fills the fault and the file of each. At most TRACE_STORE_BATCH_MAX.
void trace_batch_write(struct trace_folder *folder, struct trace_census *census, uint64_t bytes_max,
		       struct trace_puts *puts);
// Would the store take something? Writes and syncs a file of no meaning.
PLX_MUST_CHECK int trace_batch_probe(struct trace_folder *folder, const struct trace_census *census,
				     uint64_t bytes_max, struct trace_fault *fault);
