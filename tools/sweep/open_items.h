// SPDX-License-Identifier: BSD-3-Clause
// The look-ups that are asked and not answered: a fixed number of slots, the only memory of a sweep that grows
// with anything (its window). Slots are chained in input order, so that a checkpoint finds the first open line at
// the head and lists the others without sorting.
//
//	free ──acquire──► open ──(submit)──► with the dataplane ──result──► release
//	                    ▲                        │ lost, drained
//	                    └──────── waiting ◄──────┘

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>

#include <stdbool.h>
#include <stdint.h>

#define OPEN_ITEM_NONE UINT32_MAX

struct open_item {
	struct plx_job job; // job.tag: generation and slot
	uint64_t line;
	uint64_t offset;
	uint32_t older; // in input order
	uint32_t newer;
	uint32_t next_waiting; // also the chain of free slots
	uint32_t generation;
	uint8_t losses; // times that the dataplane ended or hung while it was asked
	bool is_open;
	bool is_asked; // submitted, and not put back to wait
};

struct open_items {
	struct open_item *slots;
	uint32_t count;
	uint32_t open_count;
	uint32_t waiting_count;
	uint32_t oldest;
	uint32_t newest;
	uint32_t first_free;
	uint32_t first_waiting;
	uint32_t last_waiting;
};

// -ENOMEM.
PLX_MUST_CHECK int open_items_init(struct open_items *items, uint32_t count);
void open_items_fini(struct open_items *items);

// The next free slot, not yet in order: open_items_commit or it stays free. NULL when all are open.
struct open_item *open_items_peek_free(struct open_items *items);
// Opens the slot that peek gave, as the newest, with a fresh tag.
void open_items_commit(struct open_items *items, struct open_item *item);
// The open item of a result's tag; NULL: none (a late or foreign result).
struct open_item *open_items_find(struct open_items *items, uint64_t tag);
void open_items_release(struct open_items *items, struct open_item *item);

// How many are with the dataplane.
static inline uint32_t open_items_asked_count(const struct open_items *items)
{
	return items->open_count - items->waiting_count;
}

// Items to be submitted (again), first in first out. NULL: none.
void open_items_wait(struct open_items *items, struct open_item *item);
struct open_item *open_items_first_waiting(struct open_items *items);
void open_items_drop_waiting(struct open_items *items); // the first: it was submitted
