// SPDX-License-Identifier: BSD-3-Clause
// A table of fixed size with a free list; places are used again last in, first out, while they are still cached.

#include "dataplane_link/outstanding.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define NO_ENTRY UINT32_MAX

int outstanding_init(struct outstanding *table, uint32_t window)
{
	struct outstanding_entry *entries = calloc(window, sizeof(*entries));
	if (entries == NULL) {
		return -ENOMEM;
	}
	*table =
		(struct outstanding) {.entries = entries, .window = window, .first_free = NO_ENTRY};
	return 0;
}

void outstanding_fini(struct outstanding *table)
{
	free(table->entries);
	*table = (struct outstanding) {0};
}

static uint32_t place_take(struct outstanding *table)
{
	if (table->first_free == NO_ENTRY) {
		return table->touched++;
	}
	uint32_t place = table->first_free;
	table->first_free = table->entries[place].next_free;
	return place;
}

uint64_t outstanding_add(struct outstanding *table, uint64_t user_tag, uint16_t qtype,
			 uint16_t worker)
{
	assert(!outstanding_is_full(table));
	uint32_t place = place_take(table);
	struct outstanding_entry *entry = &table->entries[place];
	entry->generation++;
	entry->user_tag = user_tag;
	entry->qtype = qtype;
	entry->worker = worker;
	table->open_count++;
	return (uint64_t)entry->generation << 32 | place;
}

static void entry_close(struct outstanding *table, uint32_t place)
{
	struct outstanding_entry *entry = &table->entries[place];
	entry->generation++;
	entry->next_free = table->first_free;
	table->first_free = place;
	table->open_count--;
}

bool outstanding_remove(struct outstanding *table, uint64_t wire_tag, uint16_t worker,
			uint64_t *ret_user_tag)
{
	uint32_t place = (uint32_t)wire_tag;
	uint32_t generation = (uint32_t)(wire_tag >> 32);
	if (place >= table->touched || (generation & 1) == 0 ||
	    table->entries[place].generation != generation ||
	    table->entries[place].worker != worker) {
		return false;
	}
	*ret_user_tag = table->entries[place].user_tag;
	entry_close(table, place);
	return true;
}

bool outstanding_remove_next(struct outstanding *table, uint16_t worker, uint32_t *cursor,
			     uint64_t *ret_user_tag, uint16_t *ret_qtype)
{
	while (*cursor < table->touched) {
		uint32_t place = (*cursor)++;
		const struct outstanding_entry *entry = &table->entries[place];
		if ((entry->generation & 1) == 1 &&
		    (worker == OUTSTANDING_ANY_WORKER || entry->worker == worker)) {
			*ret_user_tag = entry->user_tag;
			*ret_qtype = entry->qtype;
			entry_close(table, place);
			return true;
		}
	}
	return false;
}
