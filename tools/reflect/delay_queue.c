// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/delay_queue.h"

#include <stdlib.h>

struct entry {
	void *item;
	uint64_t due_ns;
};

struct delay_queue {
	uint32_t mask;
	uint32_t head; // next to leave; both run freely
	uint32_t tail;
	uint64_t last_due_ns;
	struct entry entries[];
};

struct delay_queue *delay_queue_create(uint32_t slots)
{
	uint32_t size = 1;
	while (size < slots && size < DELAY_QUEUE_SLOTS_MAX) {
		size *= 2;
	}
	struct delay_queue *queue =
		calloc(1, sizeof(*queue) + (size_t)size * sizeof(queue->entries[0]));
	if (queue != NULL) {
		queue->mask = size - 1;
	}
	return queue;
}

void delay_queue_destroy(struct delay_queue *queue)
{
	free(queue);
}

bool delay_queue_push(struct delay_queue *queue, void *item, uint64_t due_ns)
{
	if (queue->tail - queue->head > queue->mask) {
		return false;
	}
	if (due_ns < queue->last_due_ns) {
		due_ns = queue->last_due_ns;
	}
	queue->last_due_ns = due_ns;
	queue->entries[queue->tail++ & queue->mask] = (struct entry) {item, due_ns};
	return true;
}

unsigned delay_queue_pop(struct delay_queue *queue, uint64_t now_ns, unsigned most,
			 void **ret_items)
{
	unsigned count = 0;
	while (count < most && delay_queue_next_ns(queue) <= now_ns) {
		ret_items[count++] = queue->entries[queue->head++ & queue->mask].item;
	}
	return count;
}

uint64_t delay_queue_next_ns(const struct delay_queue *queue)
{
	return queue->head == queue->tail ? UINT64_MAX
					  : queue->entries[queue->head & queue->mask].due_ns;
}
