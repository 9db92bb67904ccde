// SPDX-License-Identifier: BSD-3-Clause
// Requests to append, between the threads that make them and the one that writes. Bounded by records and by bytes;
// what was taken counts until its caller was told, so the bound holds for all that the log keeps in memory.
//
//   push ──► waiting ──take──► (writer) ──finish──► finished ──collect──► callback

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_row.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

// One transaction takes waiting requests up to this, at least one: bounds how long a commit can take.
#define AUDIT_BATCH_RECORDS_MAX 4096u

// `status`: 0 when all records of the append are on stable storage, else why none of them is known to be.
typedef void (*audit_done_cb)(int status, void *context);

struct audit_request {
	struct audit_request *next;
	audit_done_cb done;
	void *context;
	int status;
	size_t bytes;
	size_t row_count;
	struct audit_row rows[];
};

struct audit_request_list {
	struct audit_request *head;
	struct audit_request **tail;
};

struct audit_queue {
	pthread_mutex_t mutex;
	pthread_cond_t changed; // the writer waits for it; CLOCK_MONOTONIC
	struct audit_request_list waiting;
	struct audit_request_list finished;
	size_t record_max;
	size_t bytes_max;
	size_t record_count; // waiting, being written, and finished
	size_t bytes;
	bool is_closing;
};

PLX_MUST_CHECK int audit_queue_init(struct audit_queue *queue, size_t record_max, size_t bytes_max);
// Frees what is left, uncalled.
void audit_queue_fini(struct audit_queue *queue);

// Any thread. -EAGAIN: full. -EMSGSIZE: would not fit into an empty queue. -ESHUTDOWN: closing. Takes the request on 0.
PLX_MUST_CHECK int audit_queue_push(struct audit_queue *queue, struct audit_request *request);
// The writer: waits until something waits, the queue closes, or the deadline (CLOCK_MONOTONIC). NULL: nothing.
struct audit_request *audit_queue_take(struct audit_queue *queue, uint64_t deadline_ns,
				       bool *ret_is_closing);
// The writer: hands a list back, with its statuses set.
void audit_queue_finish(struct audit_queue *queue, struct audit_request *requests);
// The callers' thread: what is finished.
struct audit_request *audit_queue_collect(struct audit_queue *queue);
// No pushes from here on; the writer empties what waits.
void audit_queue_close(struct audit_queue *queue);
// Of waiting, being written and finished.
void audit_queue_load(struct audit_queue *queue, size_t *ret_records, size_t *ret_bytes);

void audit_request_destroy(struct audit_request *request);
