// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/timer_fifo.h"

#include "base/table_memory.h"

#include <assert.h>
#include <errno.h>

static size_t entries_bytes(const struct timer_fifo *fifo)
{
	return (size_t)fifo->capacity * TIMER_CLASSES * sizeof(*fifo->entries);
}

int timer_fifo_init(struct timer_fifo *fifo, uint32_t capacity)
{
	assert(capacity > 0 && (capacity & (capacity - 1)) == 0);
	*fifo = (struct timer_fifo) {.capacity = capacity};
	// Memory is used only as far as a ring's positions travel.
	fifo->entries = table_memory_map(entries_bytes(fifo));
	return fifo->entries == NULL ? -ENOMEM : 0;
}

void timer_fifo_fini(struct timer_fifo *fifo)
{
	table_memory_unmap(fifo->entries, entries_bytes(fifo));
	fifo->entries = NULL;
}

unsigned timer_class_choose(uint64_t timeout_ns, uint64_t left_ns)
{
	unsigned class = 0;
	while (class < TIMER_CLASSES - 1 && timer_class_ns(class) < timeout_ns) {
		class ++;
	}
	while (class > 0 && timer_class_ns(class) > left_ns) {
		class --;
	}
	return class;
}

static struct timer_entry *entry_at(const struct timer_fifo *fifo, unsigned class,
				    uint32_t position)
{
	return &fifo->entries[(size_t) class * fifo->capacity + (position & (fifo->capacity - 1))];
}

uint32_t timer_fifo_room(const struct timer_fifo *fifo)
{
	uint32_t most = 0;
	for (unsigned class = 0; class < TIMER_CLASSES; class ++) {
		uint32_t armed = fifo->tail[class] - fifo->head[class];
		most = armed > most ? armed : most;
	}
	return fifo->capacity - most;
}

void timer_fifo_arm(struct timer_fifo *fifo, unsigned class, uint32_t slot, uint32_t generation,
		    uint64_t now_ns)
{
	assert(class < TIMER_CLASSES && fifo->tail[class] - fifo->head[class] < fifo->capacity);
	*entry_at(fifo, class, fifo->tail[class]++) = (struct timer_entry) {
		.due_ns = now_ns + timer_class_ns(class),
		.slot = slot,
		.generation = generation,
	};
}

void timer_fifo_disarm_last(struct timer_fifo *fifo, uint32_t slot, uint32_t generation)
{
	for (unsigned class = 0; class < TIMER_CLASSES; class ++) {
		if (fifo->head[class] == fifo->tail[class]) {
			continue;
		}
		const struct timer_entry *last = entry_at(fifo, class, fifo->tail[class] - 1);
		if (last->slot == slot && last->generation == generation) {
			fifo->tail[class]--;
			return;
		}
	}
}

unsigned timer_fifo_pop(struct timer_fifo *fifo, uint64_t now_ns, unsigned max,
			struct timer_entry *ret_entries)
{
	unsigned count = 0;
	for (unsigned class = 0; class < TIMER_CLASSES; class ++) {
		if (fifo->head[class] == fifo->tail[class]) {
			// An empty ring starts over, so that light traffic keeps touching the same few pages.
			fifo->head[class] = fifo->tail[class] = 0;
			continue;
		}
		while (count < max && fifo->head[class] != fifo->tail[class]) {
			const struct timer_entry *entry = entry_at(fifo, class, fifo->head[class]);
			if (entry->due_ns > now_ns) {
				break;
			}
			ret_entries[count++] = *entry;
			fifo->head[class]++;
		}
	}
	return count;
}

uint64_t timer_fifo_next_ns(const struct timer_fifo *fifo)
{
	uint64_t next_ns = UINT64_MAX;
	for (unsigned class = 0; class < TIMER_CLASSES; class ++) {
		if (fifo->head[class] != fifo->tail[class]) {
			uint64_t due_ns = entry_at(fifo, class, fifo->head[class])->due_ns;
			next_ns = due_ns < next_ns ? due_ns : next_ns;
		}
	}
	return next_ns;
}
