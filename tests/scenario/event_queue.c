// SPDX-License-Identifier: BSD-3-Clause

#include "event_queue.h"

#include <errno.h>
#include <stdlib.h>

static bool is_before(const struct arrival *a, const struct arrival *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void swap(struct arrival *a, struct arrival *b)
{
	struct arrival kept = *a;
	*a = *b;
	*b = kept;
}

void event_queue_fini(struct event_queue *queue)
{
	for (size_t i = 0; i < queue->count; i++) {
		free(queue->heap[i].wire);
	}
	free(queue->heap);
	*queue = (struct event_queue) {0};
}

int event_queue_add(struct event_queue *queue, const struct arrival *arrival)
{
	if (queue->count == queue->capacity) {
		size_t capacity = queue->capacity == 0 ? 64 : 2 * queue->capacity;
		struct arrival *heap = realloc(queue->heap, capacity * sizeof(*heap));
		if (heap == NULL) {
			return -ENOMEM;
		}
		queue->heap = heap;
		queue->capacity = capacity;
	}
	size_t at = queue->count++;
	queue->heap[at] = *arrival;
	queue->heap[at].order = queue->next_order++;
	while (at > 0 && is_before(&queue->heap[at], &queue->heap[(at - 1) / 2])) {
		swap(&queue->heap[at], &queue->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	return 0;
}

uint64_t event_queue_next_ns(const struct event_queue *queue)
{
	return queue->count > 0 ? queue->heap[0].at_ns : UINT64_MAX;
}

bool event_queue_take(struct event_queue *queue, uint64_t now_ns, struct arrival *ret_arrival)
{
	if (event_queue_next_ns(queue) > now_ns || queue->count == 0) {
		return false;
	}
	*ret_arrival = queue->heap[0];
	queue->heap[0] = queue->heap[--queue->count];
	for (size_t at = 0;;) {
		size_t first = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
			if (child < queue->count &&
			    is_before(&queue->heap[child], &queue->heap[first])) {
				first = child;
			}
		}
		if (first == at) {
			return true;
		}
		swap(&queue->heap[at], &queue->heap[first]);
		at = first;
	}
}
