// SPDX-License-Identifier: BSD-3-Clause
// Answers that wait: a bounded first-in first-out queue with a time for each. An entry never overtakes the one before
// it, so that jitter does not reorder. One thread; time is the caller's.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

#define DELAY_QUEUE_SLOTS_MAX (1u << 22)

struct delay_queue;

// For at least `slots` entries, 1 to DELAY_QUEUE_SLOTS_MAX. NULL when memory is out.
struct delay_queue *delay_queue_create(uint32_t slots);
// Entries still in it are the caller's to take out before.
void delay_queue_destroy(struct delay_queue *queue);
// False: full.
PLX_MUST_CHECK bool delay_queue_push(struct delay_queue *queue, void *item, uint64_t due_ns);
// Up to `most` entries that are due; returns their number.
unsigned delay_queue_pop(struct delay_queue *queue, uint64_t now_ns, unsigned most,
			 void **ret_items);
// When the first is due; UINT64_MAX when empty.
uint64_t delay_queue_next_ns(const struct delay_queue *queue);
