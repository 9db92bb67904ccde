// SPDX-License-Identifier: BSD-3-Clause
// The slots of open_items.h.

#include "sweep/open_items.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int open_items_init(struct open_items *items, uint32_t count)
{
	*items = (struct open_items) {
		.slots = calloc(count, sizeof(struct open_item)),
		.count = count,
		.oldest = OPEN_ITEM_NONE,
		.newest = OPEN_ITEM_NONE,
		.first_free = 0,
		.first_waiting = OPEN_ITEM_NONE,
		.last_waiting = OPEN_ITEM_NONE,
	};
	if (items->slots == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < count; i++) {
		items->slots[i].next_waiting = i + 1 < count ? i + 1 : OPEN_ITEM_NONE;
	}
	return 0;
}

void open_items_fini(struct open_items *items)
{
	free(items->slots);
	*items = (struct open_items) {0};
}

static uint32_t slot_of(const struct open_items *items, const struct open_item *item)
{
	return (uint32_t)(item - items->slots);
}

struct open_item *open_items_peek_free(struct open_items *items)
{
	return items->first_free == OPEN_ITEM_NONE ? NULL : &items->slots[items->first_free];
}

void open_items_commit(struct open_items *items, struct open_item *item)
{
	uint32_t slot = slot_of(items, item);
	assert(slot == items->first_free && !item->is_open);
	items->first_free = item->next_waiting;
	item->generation++;
	item->job.tag = (uint64_t)item->generation << 32 | slot;
	item->losses = 0;
	item->is_open = true;
	item->next_waiting = OPEN_ITEM_NONE;
	item->newer = OPEN_ITEM_NONE;
	item->older = items->newest;
	if (items->newest == OPEN_ITEM_NONE) {
		items->oldest = slot;
	} else {
		items->slots[items->newest].newer = slot;
	}
	items->newest = slot;
	items->open_count++;
}

struct open_item *open_items_find(struct open_items *items, uint64_t tag)
{
	uint32_t slot = (uint32_t)tag;
	if (slot >= items->count) {
		return NULL;
	}
	struct open_item *item = &items->slots[slot];
	return item->is_open && item->is_asked && item->job.tag == tag ? item : NULL;
}

void open_items_release(struct open_items *items, struct open_item *item)
{
	uint32_t slot = slot_of(items, item);
	if (item->older == OPEN_ITEM_NONE) {
		items->oldest = item->newer;
	} else {
		items->slots[item->older].newer = item->newer;
	}
	if (item->newer == OPEN_ITEM_NONE) {
		items->newest = item->older;
	} else {
		items->slots[item->newer].older = item->older;
	}
	item->is_open = false;
	item->is_asked = false;
	item->next_waiting = items->first_free;
	items->first_free = slot;
	items->open_count--;
}

void open_items_wait(struct open_items *items, struct open_item *item)
{
	uint32_t slot = slot_of(items, item);
	item->is_asked = false;
	item->next_waiting = OPEN_ITEM_NONE;
	if (items->last_waiting == OPEN_ITEM_NONE) {
		items->first_waiting = slot;
	} else {
		items->slots[items->last_waiting].next_waiting = slot;
	}
	items->last_waiting = slot;
	items->waiting_count++;
}

struct open_item *open_items_first_waiting(struct open_items *items)
{
	return items->first_waiting == OPEN_ITEM_NONE ? NULL : &items->slots[items->first_waiting];
}

void open_items_drop_waiting(struct open_items *items)
{
	struct open_item *first = open_items_first_waiting(items);
	assert(first != NULL);
	items->first_waiting = first->next_waiting;
	if (items->first_waiting == OPEN_ITEM_NONE) {
		items->last_waiting = OPEN_ITEM_NONE;
	}
	first->next_waiting = OPEN_ITEM_NONE;
	first->is_asked = true;
	items->waiting_count--;
}
