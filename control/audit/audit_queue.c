// SPDX-License-Identifier: BSD-3-Clause
// The queue in front of the audit log's writer.

#include "audit/audit_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static void list_init(struct audit_request_list *list)
{
	list->head = NULL;
	list->tail = &list->head;
}

int audit_queue_init(struct audit_queue *queue, size_t record_max, size_t bytes_max)
{
	*queue = (struct audit_queue) {.record_max = record_max, .bytes_max = bytes_max};
	list_init(&queue->waiting);
	list_init(&queue->finished);
	pthread_condattr_t attributes;
	int error = pthread_condattr_init(&attributes);
	if (error != 0) {
		return -error;
	}
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	error = pthread_cond_init(&queue->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (error != 0) {
		return -error;
	}
	error = pthread_mutex_init(&queue->mutex, NULL);
	if (error != 0) {
		pthread_cond_destroy(&queue->changed);
	}
	return -error;
}

void audit_request_destroy(struct audit_request *request)
{
	for (size_t i = 0; i < request->row_count; i++) {
		audit_row_fini(&request->rows[i]);
	}
	free(request);
}

static void destroy_all(struct audit_request *request)
{
	while (request != NULL) {
		struct audit_request *next = request->next;
		audit_request_destroy(request);
		request = next;
	}
}

void audit_queue_fini(struct audit_queue *queue)
{
	destroy_all(queue->waiting.head);
	destroy_all(queue->finished.head);
	pthread_mutex_destroy(&queue->mutex);
	pthread_cond_destroy(&queue->changed);
}

int audit_queue_push(struct audit_queue *queue, struct audit_request *request)
{
	if (request->row_count > queue->record_max || request->bytes > queue->bytes_max) {
		return -EMSGSIZE;
	}
	int error = 0;
	pthread_mutex_lock(&queue->mutex);
	if (queue->is_closing) {
		error = -ESHUTDOWN;
	} else if (queue->record_count + request->row_count > queue->record_max ||
		   queue->bytes + request->bytes > queue->bytes_max) {
		error = -EAGAIN;
	} else {
		queue->record_count += request->row_count;
		queue->bytes += request->bytes;
		request->next = NULL;
		*queue->waiting.tail = request;
		queue->waiting.tail = &request->next;
		pthread_cond_signal(&queue->changed);
	}
	pthread_mutex_unlock(&queue->mutex);
	return error;
}

struct audit_request *audit_queue_take(struct audit_queue *queue, uint64_t deadline_ns,
				       bool *ret_is_closing)
{
	struct timespec deadline = {
		.tv_sec = (time_t)(deadline_ns / 1000000000u),
		.tv_nsec = (long)(deadline_ns % 1000000000u),
	};
	pthread_mutex_lock(&queue->mutex);
	int error = 0;
	while (queue->waiting.head == NULL && !queue->is_closing && error == 0) {
		error = pthread_cond_timedwait(&queue->changed, &queue->mutex, &deadline);
	}
	*ret_is_closing = queue->is_closing;
	struct audit_request *first = queue->waiting.head;
	if (first != NULL) {
		struct audit_request *last = first;
		size_t count = first->row_count;
		while (last->next != NULL &&
		       count + last->next->row_count <= AUDIT_BATCH_RECORDS_MAX) {
			last = last->next;
			count += last->row_count;
		}
		queue->waiting.head = last->next;
		if (last->next == NULL) {
			queue->waiting.tail = &queue->waiting.head;
		}
		last->next = NULL;
	}
	pthread_mutex_unlock(&queue->mutex);
	return first;
}

void audit_queue_finish(struct audit_queue *queue, struct audit_request *requests)
{
	struct audit_request **tail = &requests->next;
	while (*tail != NULL) {
		tail = &(*tail)->next;
	}
	pthread_mutex_lock(&queue->mutex);
	*queue->finished.tail = requests;
	queue->finished.tail = tail;
	pthread_mutex_unlock(&queue->mutex);
}

struct audit_request *audit_queue_collect(struct audit_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	struct audit_request *first = queue->finished.head;
	for (struct audit_request *request = first; request != NULL; request = request->next) {
		queue->record_count -= request->row_count;
		queue->bytes -= request->bytes;
	}
	list_init(&queue->finished);
	pthread_mutex_unlock(&queue->mutex);
	return first;
}

void audit_queue_close(struct audit_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	queue->is_closing = true;
	pthread_cond_signal(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
}

void audit_queue_load(struct audit_queue *queue, size_t *ret_records, size_t *ret_bytes)
{
	pthread_mutex_lock(&queue->mutex);
	*ret_records = queue->record_count;
	*ret_bytes = queue->bytes;
	pthread_mutex_unlock(&queue->mutex);
}
