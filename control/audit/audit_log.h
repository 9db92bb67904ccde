// SPDX-License-Identifier: BSD-3-Clause
// The audit log of parallaxd: append-only, chained by hashes, on stable storage before anything that rests on it is
// released. The subsystem in one picture:
//
//   event loop:  audit_append ──► queue ──► writer thread: BEGIN, all that waits, COMMIT (one fsync)
//                done(status) ◄── eventfd ◄──┘
//
// Appending never blocks the loop. All requests that wait while a commit runs share the next one (group commit), and
// those of one audit_append_all are committed together or not at all. On any failure (disk full, locked, I/O error) the
// transaction is rolled back, `done` gets the error, and the caller must release nothing; later appends are tried
// again, and a probe finds out when the file takes records again, so that service resumes without a restart and
// without a gap in the chain. SQLite is touched by the writer's thread only.
//
// `done` comes by an eventfd on the caller's own loop rather than by event_active: that would need libevent's locking
// switched on for every event of the daemon.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_fault.h"
#include "audit/audit_queue.h"
#include "audit/audit_record.h"
#include "audit/audit_store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_BUSY_TIMEOUT_MS 2000u
#define AUDIT_HEAD_INTERVAL_MS 60000u
// An order of 1,000 identifiers by six perspectives is about 14,000 records.
#define AUDIT_QUEUE_RECORDS_MAX 131072u
#define AUDIT_QUEUE_BYTES_MAX (128u << 20)
// How often a log that cannot be written is tried.
#define AUDIT_PROBE_INTERVAL_MS 250u

struct event_base;
struct evp_pkey_st;
struct audit_log;

// On the loop: the log takes no records any more, or for another reason than before (`fault`), or takes them again (NULL).
typedef void (*audit_state_cb)(const struct audit_fault *fault, void *context);

struct audit_log_config {
	const char *path;
	const char *previous_path; // the log that a new file continues; NULL: none
	const char *head_path;     // NULL: no head is kept
	struct evp_pkey_st
		*head_key; // Ed25519, borrowed for the log's life; NULL: the head is not signed
	struct event_base *base; // where `done` runs
	const char *version;     // of the program
	unsigned
		busy_timeout_ms; // how long another program's lock is waited for; 0: AUDIT_BUSY_TIMEOUT_MS
	unsigned head_interval_ms;    // 0: AUDIT_HEAD_INTERVAL_MS
	size_t queue_record_max;      // 0: AUDIT_QUEUE_RECORDS_MAX
	size_t queue_bytes_max;       // 0: AUDIT_QUEUE_BYTES_MAX
	audit_state_cb state_changed; // NULL: nobody wants to know
	void *state_context;
};

struct audit_log_status {
	bool is_writable;
	uint64_t sequence;        // last committed record
	uint64_t committed_count; // records since the log was opened
	uint64_t commit_count;
	uint64_t failed_count; // records that were not committed
	size_t queued_count;   // records not yet told
	size_t queued_bytes;
	struct audit_fault fault;      // last failure to commit; error 0 once it is writable again
	struct audit_fault head_fault; // last failure to write the head
	// Why the write-ahead log cannot be emptied: it keeps what was committed, and grows.
	struct audit_fault checkpoint_fault;
};

// Opens or makes the file, and starts the writer. Refuses a log that ends before its head (records were cut off), or
// that is not the head's. Strings are copied. -errno or PLX_ERR_AUDIT_*, with a text. Blocks; for start-up.
PLX_MUST_CHECK int audit_log_open(const struct audit_log_config *config, struct audit_log **ret_log,
				  struct audit_fault *fault);
// Commits what waits, runs each `done` that is due, writes the head, and closes. Not from within a `done`. NULL is fine.
void audit_log_close(struct audit_log *log);

// On the loop's thread. `done` runs later, once, on the loop, never within the call. Error: nothing was taken and `done`
// will not run: -EAGAIN (the queue is full: refuse the work with Retry-After), -EMSGSIZE (more than the queue can ever
// hold), PLX_ERR_AUDIT_RECORD (a member is missing; `fault` names it), -ENOMEM.
PLX_MUST_CHECK int audit_append(struct audit_log *log, const struct audit_record *record,
				audit_done_cb done, void *context, struct audit_fault *fault);
// The same for records that are committed together or not at all, in this order.
PLX_MUST_CHECK int audit_append_all(struct audit_log *log, const struct audit_record *records,
				    size_t count, audit_done_cb done, void *context,
				    struct audit_fault *fault);

// Did the last commit, or the last probe since, succeed? For readiness: take no new orders while false.
bool audit_is_writable(struct audit_log *log);
void audit_log_status(struct audit_log *log, struct audit_log_status *ret_status);
const char *audit_log_id(const struct audit_log *log);
