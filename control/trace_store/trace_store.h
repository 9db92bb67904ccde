// SPDX-License-Identifier: BSD-3-Clause
// The evidence of look-ups on its way to stable storage:
//
//   event loop:  trace_store_put ──► queue ──► thread: JSON, SHA-256, write, sync, rename, sync (trace_sync.h)
//                done(digest)    ◄── eventfd ◄──┘
//
// A check ends only when its evidence is there (perform/check_traces.h), so that a record in the audit log never names a file
// that a crash or a power cut could take away. All that waits while the disk works is the next batch. Evidence that
// nobody's record names, since the order was cancelled or the process ended, is harmless.
//
// A disk that is full, or a store that has reached its size, fails the puts; the store then says that it is not writable
// (no order is taken), and a probe finds out when it is again.

#pragma once

#include <parallax/base/attributes.h>

#include "trace_store/trace_census.h"
#include "trace_store/trace_digest.h"
#include "trace_store/trace_fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct lookup_trace;
struct trace_put;
struct trace_store;

// Together with the traces themselves bounded by LOOKUP_TRACE_BYTES_MAX.
#define TRACE_STORE_WAITING_MAX 131072u
#define TRACE_STORE_BATCH_MAX 64u // files that are written, then synced, at a time
#define TRACE_STORE_PROBE_INTERVAL_MS 250u

// On the loop: the store takes nothing any more (`fault`), or again (NULL).
typedef void (*trace_state_cb)(const struct trace_fault *fault, void *context);

struct trace_store_config {
	const char *audit_log; // the store is beside it, and moves to the archive with it
	struct event_base *base;
	uint64_t bytes_max;           // of all files; 0: what the disk has
	trace_state_cb state_changed; // NULL: nobody wants to know
	void *state_context;
};

struct trace_store_status {
	bool is_writable;
	struct trace_fault fault; // of the last failure; error 0 once it is writable again
	bool is_counted;          // the counts below are of all that is there
	struct trace_shard_count total;
	struct trace_shard_count purged; // since the start
	int64_t oldest_s; // of the last walk through all: when its oldest file was written; INT64_MAX: none
	uint64_t stored_count; // since the start, doubles included
	uint64_t failed_count;
	size_t waiting_count;
};

// Makes the folder and starts the thread. -errno and the fault. Blocks; for start-up.
PLX_MUST_CHECK int trace_store_open(const struct trace_store_config *config,
				    struct trace_store **ret_store, struct trace_fault *fault);
// Puts must have ended or been cancelled. Not from a callback. NULL is fine.
void trace_store_close(struct trace_store *store);

// `fault` NULL: it is on stable storage under `digest`. Else it is not. Both are borrowed for the call.
typedef void (*trace_put_cb)(void *context, const struct trace_fault *fault, const char *digest);
// On the loop's thread; takes a reference of the trace. `done` comes later, once, from the loop. -EAGAIN: too many wait;
// -ENOMEM: then it never comes.
PLX_MUST_CHECK int trace_store_put(struct trace_store *store, struct lookup_trace *trace,
				   trace_put_cb done, void *context, struct trace_put **ret_put);
// There will be no callback. NULL is fine.
void trace_put_cancel(struct trace_put *put);

// Another limit, from a new configuration.
void trace_store_limit(struct trace_store *store, uint64_t bytes_max);
// Ends, in the background, what was last written before this Unix time. The caller has recorded that it does.
void trace_store_purge(struct trace_store *store, int64_t before_s);
bool trace_store_is_writable(struct trace_store *store);
void trace_store_status(struct trace_store *store, struct trace_store_status *ret_status);
