// SPDX-License-Identifier: BSD-3-Clause
// The audit log as its callers see it: opening, appending, and outcomes on the event loop.

#include "audit/audit_log.h"

#include <parallax/base/error.h>

#include "audit/audit_head.h"
#include "audit/audit_writer.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct audit_log {
	struct audit_queue queue;
	struct audit_writer writer;
	struct event *done_event;
	audit_state_cb state_changed;
	void *state_context;
	int told_error; // of the state that was told last
	char log_id[AUDIT_LOG_ID_BYTES];
};

static void deliver(struct audit_log *log)
{
	struct audit_request *request = audit_queue_collect(&log->queue);
	while (request != NULL) {
		struct audit_request *next = request->next;
		request->done(request->status, request->context);
		audit_request_destroy(request);
		request = next;
	}
}

static void tell_state(struct audit_log *log)
{
	struct audit_log_status status;
	audit_log_status(log, &status);
	if (log->state_changed != NULL && status.fault.error != log->told_error) {
		log->state_changed(status.fault.error == 0 ? NULL : &status.fault,
				   log->state_context);
	}
	log->told_error = status.fault.error;
}

static void on_done(evutil_socket_t fd, short events, void *context)
{
	uint64_t count;
	// Nothing to read is fine: a call before took it.
	(void)!read(fd, &count, sizeof(count));
	tell_state(context);
	deliver(context);
}

// The log must still hold what its head remembers.
static int check_head(struct audit_log *log, const char *path, struct audit_fault *fault)
{
	struct audit_head head;
	struct audit_position found;
	int error = audit_head_read(path, &head, fault);
	if (error == -ENOENT) {
		*fault = (struct audit_fault) {0};
		return 0;
	}
	if (error != 0) {
		return error;
	}
	if (strcmp(head.log_id, log->log_id) != 0) {
		return audit_fault_set(
			fault, PLX_ERR_AUDIT_CHAIN,
			"%s: is the head of log %s, not of %s: move it away together "
			"with its log, or restore that log",
			path, head.log_id, log->log_id);
	}
	error = audit_store_find(log->writer.store, head.position.sequence, &found, fault);
	if (error != 0) {
		return error;
	}
	if (found.sequence == 0 || memcmp(found.hash, head.position.hash, AUDIT_HASH_BYTES) != 0) {
		return audit_fault_set(
			fault, PLX_ERR_AUDIT_CHAIN,
			"%s: says that the log reached record %llu, which is missing or "
			"another one now: keep both for the auditor, run `parallaxctl "
			"audit verify`, then begin a new log",
			path, (unsigned long long)head.position.sequence);
	}
	return 0;
}

static int open_store(struct audit_log *log, const struct audit_log_config *config,
		      struct audit_fault *fault)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	struct audit_store_config store = {
		.path = config->path,
		.previous_path = config->previous_path,
		.version = config->version,
		.busy_timeout_ms = config->busy_timeout_ms != 0 ? config->busy_timeout_ms
								: AUDIT_BUSY_TIMEOUT_MS,
		.now_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000,
	};
	int error = audit_store_open(&store, &log->writer.store, fault);
	if (error == 0) {
		memcpy(log->log_id, audit_store_log_id(log->writer.store), AUDIT_LOG_ID_BYTES);
	}
	if (error == 0 && config->head_path != NULL) {
		error = check_head(log, config->head_path, fault);
	}
	return error;
}

static void release(struct audit_log *log)
{
	if (log->done_event != NULL) {
		event_free(log->done_event);
	}
	if (log->writer.done_fd >= 0) {
		close(log->writer.done_fd);
	}
	audit_store_close(log->writer.store);
	free(log->writer.head_path);
	audit_queue_fini(&log->queue);
	free(log);
}

// What needs no file; -errno.
static int prepare(struct audit_log *log, const struct audit_log_config *config)
{
	struct audit_writer *writer = &log->writer;
	log->state_changed = config->state_changed;
	log->state_context = config->state_context;
	writer->queue = &log->queue;
	writer->head_key = config->head_key;
	writer->head_interval_ms =
		config->head_interval_ms != 0 ? config->head_interval_ms : AUDIT_HEAD_INTERVAL_MS;
	writer->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (writer->done_fd < 0) {
		return -errno;
	}
	if (config->head_path != NULL && (writer->head_path = strdup(config->head_path)) == NULL) {
		return -ENOMEM;
	}
	log->done_event =
		event_new(config->base, writer->done_fd, EV_READ | EV_PERSIST, on_done, log);
	return log->done_event != NULL && event_add(log->done_event, NULL) == 0 ? 0 : -ENOMEM;
}

static int start(struct audit_log *log, const struct audit_log_config *config,
		 struct audit_fault *fault)
{
	int error = prepare(log, config);
	if (error == 0) {
		error = open_store(log, config, fault);
	}
	if (error == 0) {
		error = audit_writer_start(&log->writer);
	}
	if (error != 0 && fault->error == 0) {
		audit_fault_set(fault, error,
				"%s: the audit log cannot be started: %s: raise the "
				"program's limits",
				config->path, plx_error_text(error));
	}
	return error;
}

int audit_log_open(const struct audit_log_config *config, struct audit_log **ret_log,
		   struct audit_fault *fault)
{
	*fault = (struct audit_fault) {0};
	struct audit_log *log = calloc(1, sizeof(*log));
	size_t record_max =
		config->queue_record_max != 0 ? config->queue_record_max : AUDIT_QUEUE_RECORDS_MAX;
	size_t bytes_max =
		config->queue_bytes_max != 0 ? config->queue_bytes_max : AUDIT_QUEUE_BYTES_MAX;
	if (log == NULL || audit_queue_init(&log->queue, record_max, bytes_max) != 0) {
		free(log);
		return audit_fault_set(fault, -ENOMEM,
				       "%s: cannot be opened: no memory: give the "
				       "program more",
				       config->path);
	}
	int error = start(log, config, fault);
	if (error != 0) {
		release(log);
		return error;
	}
	*ret_log = log;
	return 0;
}

void audit_log_close(struct audit_log *log)
{
	if (log == NULL) {
		return;
	}
	audit_queue_close(&log->queue);
	audit_writer_join(&log->writer);
	deliver(log);
	release(log);
}

// NULL: `fault` says why.
static struct audit_request *make_request(const struct audit_record *records, size_t count,
					  struct audit_fault *fault)
{
	struct audit_request *request =
		calloc(1, sizeof(*request) + count * sizeof(request->rows[0]));
	if (request == NULL) {
		audit_fault_set(fault, -ENOMEM, "audit record: no memory: give the program more");
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		if (audit_row_init(&request->rows[i], &records[i], fault) != 0) {
			audit_request_destroy(request);
			return NULL;
		}
		request->row_count++;
		request->bytes += request->rows[i].bytes;
	}
	return request;
}

int audit_append_all(struct audit_log *log, const struct audit_record *records, size_t count,
		     audit_done_cb done, void *context, struct audit_fault *fault)
{
	if (count == 0 || count > log->queue.record_max) {
		return audit_fault_set(fault, -EMSGSIZE,
				       "audit records: %zu at once, the queue takes 1 to %zu: "
				       "raise its limit",
				       count, log->queue.record_max);
	}
	struct audit_request *request = make_request(records, count, fault);
	if (request == NULL) {
		return fault->error;
	}
	request->done = done;
	request->context = context;
	int error = audit_queue_push(&log->queue, request);
	if (error != 0) {
		audit_request_destroy(request);
		return audit_fault_set(fault, error,
				       "audit records: the queue is full: %s: try again later, or "
				       "raise its limits",
				       plx_error_text(error));
	}
	return 0;
}

int audit_append(struct audit_log *log, const struct audit_record *record, audit_done_cb done,
		 void *context, struct audit_fault *fault)
{
	return audit_append_all(log, record, 1, done, context, fault);
}

bool audit_is_writable(struct audit_log *log)
{
	pthread_mutex_lock(&log->writer.mutex);
	bool is_writable = log->writer.status.is_writable;
	pthread_mutex_unlock(&log->writer.mutex);
	return is_writable;
}

void audit_log_status(struct audit_log *log, struct audit_log_status *ret_status)
{
	pthread_mutex_lock(&log->writer.mutex);
	*ret_status = log->writer.status;
	pthread_mutex_unlock(&log->writer.mutex);
	audit_queue_load(&log->queue, &ret_status->queued_count, &ret_status->queued_bytes);
}

const char *audit_log_id(const struct audit_log *log)
{
	return log->log_id;
}
