// SPDX-License-Identifier: BSD-3-Clause
// The writer's loop. The only part of the audit log that reads clocks.

#include "audit/audit_writer.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS 1000000ull
// Checkpoints copy pages and sync twice: rarely enough to cost little, often enough to keep the log's tail small.
#define CHECKPOINT_BYTES (8u << 20)
#define CHECKPOINT_IDLE_MS 1000u

static uint64_t monotonic_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int64_t unix_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int insert_all(struct audit_writer *writer, const struct audit_request *batch,
		      struct audit_fault *fault)
{
	int error = 0;
	for (; batch != NULL && error == 0; batch = batch->next) {
		for (size_t i = 0; i < batch->row_count && error == 0; i++) {
			error = audit_store_insert(writer->store, &batch->rows[i], fault);
		}
	}
	return error;
}

static int commit_batch(struct audit_writer *writer, const struct audit_request *batch,
			struct audit_fault *fault)
{
	int error = audit_store_begin(writer->store, fault);
	if (error != 0) {
		return error;
	}
	error = insert_all(writer, batch, fault);
	if (error != 0) {
		audit_store_rollback(writer->store);
		return error;
	}
	return audit_store_commit(writer->store, fault);
}

static void wake_callers(struct audit_writer *writer)
{
	uint64_t one = 1;
	// Can only fail when the counter is about to overflow: the loop is awake then.
	(void)!write(writer->done_fd, &one, sizeof(one));
}

static void note_outcome(struct audit_writer *writer, size_t record_count,
			 const struct audit_fault *fault)
{
	pthread_mutex_lock(&writer->mutex);
	struct audit_log_status *status = &writer->status;
	status->is_writable = fault->error == 0;
	status->fault = *fault;
	status->sequence = audit_store_position(writer->store).sequence;
	if (fault->error != 0) {
		status->failed_count += record_count;
	} else if (record_count > 0) {
		status->committed_count += record_count;
		status->commit_count++;
	}
	pthread_mutex_unlock(&writer->mutex);
	writer->probe_due_ns =
		fault->error == 0 ? 0 : monotonic_ns() + AUDIT_PROBE_INTERVAL_MS * NS_PER_MS;
}

static void write_batch(struct audit_writer *writer, struct audit_request *batch)
{
	struct audit_fault fault = {0};
	size_t record_count = 0;
	int error = commit_batch(writer, batch, &fault);
	for (struct audit_request *request = batch; request != NULL; request = request->next) {
		request->status = error;
		record_count += request->row_count;
		writer->unchecked_bytes += error == 0 ? request->bytes : 0;
	}
	note_outcome(writer, record_count, &fault);
	audit_queue_finish(writer->queue, batch);
	wake_callers(writer);
}

static void write_head(struct audit_writer *writer)
{
	struct audit_position position = audit_store_position(writer->store);
	writer->head_due_ns = monotonic_ns() + writer->head_interval_ms * NS_PER_MS;
	if (writer->head_path == NULL || position.sequence == writer->head_sequence) {
		return;
	}
	struct audit_head head = {.position = position, .time_us = unix_us()};
	struct audit_fault fault = {0};
	memcpy(head.log_id, audit_store_log_id(writer->store), AUDIT_LOG_ID_BYTES);
	int error = writer->head_key == NULL ? 0 : audit_head_sign(&head, writer->head_key);
	if (error != 0) {
		audit_fault_set(&fault, error, "%s: the head cannot be signed: give an Ed25519 key",
				writer->head_path);
	} else if (audit_head_write(writer->head_path, &head, &fault) == 0) {
		writer->head_sequence = position.sequence;
	}
	pthread_mutex_lock(&writer->mutex);
	writer->status.head_fault = fault;
	pthread_mutex_unlock(&writer->mutex);
}

static uint64_t next_deadline_ns(const struct audit_writer *writer)
{
	uint64_t deadline_ns = writer->head_due_ns;
	if (writer->probe_due_ns != 0 && writer->probe_due_ns < deadline_ns) {
		deadline_ns = writer->probe_due_ns;
	}
	uint64_t idle_ns = monotonic_ns() + CHECKPOINT_IDLE_MS * NS_PER_MS;
	return writer->unchecked_bytes > 0 && idle_ns < deadline_ns ? idle_ns : deadline_ns;
}

static void run_checkpoint(struct audit_writer *writer)
{
	struct audit_fault fault = {0};
	int error = audit_store_checkpoint(writer->store, &fault);
	writer->unchecked_bytes = error == 0 ? 0 : 1; // tried again when idle
	pthread_mutex_lock(&writer->mutex);
	writer->status.checkpoint_fault = fault;
	pthread_mutex_unlock(&writer->mutex);
}

static void run_chores(struct audit_writer *writer, bool is_idle)
{
	uint64_t now_ns = monotonic_ns();
	if (is_idle && writer->probe_due_ns != 0 && now_ns >= writer->probe_due_ns) {
		struct audit_fault fault = {0};
		if (audit_store_probe(writer->store, &fault) == 0) {
			fault.error = 0;
		}
		note_outcome(writer, 0, &fault);
		wake_callers(writer); // the state may be another one
	}
	if (writer->unchecked_bytes >= CHECKPOINT_BYTES ||
	    (is_idle && writer->unchecked_bytes > 0)) {
		run_checkpoint(writer);
	}
	if (now_ns >= writer->head_due_ns) {
		write_head(writer);
	}
}

static void *run(void *context)
{
	struct audit_writer *writer = context;
	bool is_closing = false;
	struct audit_request *batch = NULL;
	do {
		batch = audit_queue_take(writer->queue, next_deadline_ns(writer), &is_closing);
		if (batch != NULL) {
			write_batch(writer, batch);
		}
		if (!is_closing) {
			run_chores(writer, batch == NULL);
		}
	} while (!is_closing || batch != NULL);
	write_head(writer);
	return NULL;
}

int audit_writer_start(struct audit_writer *writer)
{
	int error = pthread_mutex_init(&writer->mutex, NULL);
	if (error != 0) {
		return -error;
	}
	writer->status = (struct audit_log_status) {
		.is_writable = true,
		.sequence = audit_store_position(writer->store).sequence,
	};
	writer->head_due_ns = 0; // a head from the start: a log cut back to nothing is noticed too
	error = pthread_create(&writer->thread, NULL, run, writer);
	if (error != 0) {
		pthread_mutex_destroy(&writer->mutex);
	}
	return -error;
}

void audit_writer_join(struct audit_writer *writer)
{
	pthread_join(writer->thread, NULL);
	pthread_mutex_destroy(&writer->mutex);
}
