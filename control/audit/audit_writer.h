// SPDX-License-Identifier: BSD-3-Clause
// The thread that writes the audit log: takes what waits, commits it in one transaction, hands back the outcome.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_head.h"
#include "audit/audit_log.h"
#include "audit/audit_queue.h"
#include "audit/audit_store.h"

#include <pthread.h>

struct audit_writer {
	struct audit_queue *queue; // shared, has its own lock
	struct audit_store *store; // the thread's while it runs
	int done_fd;               // eventfd, written after each batch and probe
	char *head_path;           // NULL: none
	struct evp_pkey_st *head_key;
	unsigned head_interval_ms;
	uint64_t head_sequence; // thread only: what the head says
	uint64_t head_due_ns;   // thread only
	uint64_t probe_due_ns;  // thread only
	size_t unchecked_bytes; // thread only: committed since the last checkpoint
	pthread_t thread;
	pthread_mutex_t mutex;          // of what follows
	struct audit_log_status status; // queued_* are the queue's
};

// All members above `head_sequence` are set by the caller. -errno of thread creation.
PLX_MUST_CHECK int audit_writer_start(struct audit_writer *writer);
// The queue is closed: waits until everything is written.
void audit_writer_join(struct audit_writer *writer);
