// SPDX-License-Identifier: BSD-3-Clause
// Timers without cancellation. A few timeout classes, each a ring of (slot, generation) in the order they were
// armed, so that the oldest of a class is always at its head: arming and expiring are O(1) on sequential memory, and
// an answer writes nothing here. An entry whose generation has moved on is skipped by whoever pops it.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

// Doubling classes: a timeout is rounded to one of them.
#define TIMER_CLASSES 8
#define TIMER_CLASS_SHORTEST_MS 25 // 25, 50, 100, 200, 400, 800, 1600, 3200

struct timer_entry {
	uint64_t due_ns;
	uint32_t slot;
	uint32_t generation;
};

struct timer_fifo {
	struct timer_entry *entries; // one allocation, TIMER_CLASSES rings of `capacity`
	uint32_t capacity;           // a power of two
	uint32_t head[TIMER_CLASSES];
	uint32_t tail[TIMER_CLASSES];
};

// -ENOMEM. `capacity` entries per class; a power of two.
PLX_MUST_CHECK int timer_fifo_init(struct timer_fifo *fifo, uint32_t capacity);
void timer_fifo_fini(struct timer_fifo *fifo);

static inline uint64_t timer_class_ns(unsigned class)
{
	return (uint64_t)TIMER_CLASS_SHORTEST_MS * 1000 * 1000 << class;
}

// The shortest class that is not shorter than `timeout_ns` (the longest if none is), but, so that no wait passes a
// deadline, the longest that ends within `left_ns` when that is less. At least class 0.
unsigned timer_class_choose(uint64_t timeout_ns, uint64_t left_ns);

// How many more entries every class can take: asked before queries are sent, so that none goes without its timer.
uint32_t timer_fifo_room(const struct timer_fifo *fifo);
static inline bool timer_fifo_has_room(const struct timer_fifo *fifo)
{
	return timer_fifo_room(fifo) > 0;
}
// The caller asked for room. `now_ns` never goes backward.
void timer_fifo_arm(struct timer_fifo *fifo, unsigned class, uint32_t slot, uint32_t generation,
		    uint64_t now_ns);
// Takes back the entry just armed, if it is this one.
void timer_fifo_disarm_last(struct timer_fifo *fifo, uint32_t slot, uint32_t generation);
// Takes up to `max` entries that are due, those of a class in order; returns how many.
unsigned timer_fifo_pop(struct timer_fifo *fifo, uint64_t now_ns, unsigned max,
			struct timer_entry *ret_entries);
// When the next entry is due; UINT64_MAX when there is none.
uint64_t timer_fifo_next_ns(const struct timer_fifo *fifo);
