// SPDX-License-Identifier: BSD-3-Clause

#include "recursion/message_store.h"

#include "base/table_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define SPAN_BYTES (128u * 1024)
#define SPAN_NONE UINT32_MAX

// Block sizes, headers included. The last one holds a message of 65535 octets.
static const uint32_t class_bytes[] = {128, 256, 512, 1024, 2048, 4096, 16384, SPAN_BYTES};
#define CLASSES (sizeof(class_bytes) / sizeof(class_bytes[0]))

struct block {
	union {
		uint32_t holders;
		uint32_t next_free; // offset in the span; SPAN_BYTES: the last one
	};
	uint32_t length;
	uint8_t octets[];
};

struct span {
	uint32_t free_block; // offset of the first; SPAN_BYTES: none
	uint32_t unused;     // offset of what was never handed out
	uint32_t used_count;
	uint32_t next; // of the class's spans with room, or of the empty ones
	uint32_t previous;
	uint32_t class;
};

struct message_store {
	uint8_t *memory;
	struct span *spans;
	uint32_t span_count;
	uint32_t first_empty;
	uint32_t first_with_room[CLASSES];
	uint64_t bytes_used;
};

int message_store_create(uint64_t bytes_max, struct message_store **ret_store)
{
	if (bytes_max < MESSAGE_STORE_BYTES_MIN || bytes_max / SPAN_BYTES >= SPAN_NONE) {
		return -EINVAL;
	}
	struct message_store *store = calloc(1, sizeof(*store));
	if (store == NULL) {
		return -ENOMEM;
	}
	store->span_count = (uint32_t)(bytes_max / SPAN_BYTES);
	store->memory = table_memory_map((size_t)store->span_count * SPAN_BYTES);
	store->spans = calloc(store->span_count, sizeof(*store->spans));
	if (store->memory == NULL || store->spans == NULL) {
		message_store_destroy(store);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < store->span_count; i++) {
		store->spans[i].next = i + 1 < store->span_count ? i + 1 : SPAN_NONE;
	}
	for (unsigned class = 0; class < CLASSES; class ++) {
		store->first_with_room[class] = SPAN_NONE;
	}
	*ret_store = store;
	return 0;
}

void message_store_destroy(struct message_store *store)
{
	if (store != NULL) {
		table_memory_unmap(store->memory, (size_t)store->span_count * SPAN_BYTES);
		free(store->spans);
		free(store);
	}
}

static uint8_t *span_memory(const struct message_store *store, uint32_t span)
{
	return store->memory + (size_t)span * SPAN_BYTES;
}

static void link_span(struct message_store *store, uint32_t index)
{
	struct span *span = &store->spans[index];
	uint32_t *first = &store->first_with_room[span->class];
	span->next = *first;
	span->previous = SPAN_NONE;
	if (*first != SPAN_NONE) {
		store->spans[*first].previous = index;
	}
	*first = index;
}

static void unlink_span(struct message_store *store, uint32_t index)
{
	const struct span *span = &store->spans[index];
	if (span->next != SPAN_NONE) {
		store->spans[span->next].previous = span->previous;
	}
	if (span->previous != SPAN_NONE) {
		store->spans[span->previous].next = span->next;
	} else {
		store->first_with_room[span->class] = span->next;
	}
}

static uint32_t span_for(struct message_store *store, uint32_t class)
{
	uint32_t index = store->first_with_room[class];
	if (index != SPAN_NONE || store->first_empty == SPAN_NONE) {
		return index;
	}
	index = store->first_empty;
	store->first_empty = store->spans[index].next;
	store->spans[index] = (struct span) {.free_block = SPAN_BYTES, .class = class};
	link_span(store, index);
	return index;
}

static bool is_full(const struct span *span)
{
	return span->free_block == SPAN_BYTES &&
	       span->unused + class_bytes[span->class] > SPAN_BYTES;
}

uint8_t *message_store_take(struct message_store *store, uint32_t length)
{
	uint32_t class = 0;
	while (class < CLASSES && class_bytes[class] < length + sizeof(struct block)) {
		class ++;
	}
	uint32_t index = class < CLASSES ? span_for(store, class) : SPAN_NONE;
	if (index == SPAN_NONE) {
		return NULL;
	}
	struct span *span = &store->spans[index];
	uint32_t offset = span->free_block;
	struct block *block = (struct block *)(span_memory(store, index) + offset);
	if (offset != SPAN_BYTES) {
		span->free_block = block->next_free;
	} else {
		block = (struct block *)(span_memory(store, index) + span->unused);
		span->unused += class_bytes[class];
	}
	span->used_count++;
	if (is_full(span)) {
		unlink_span(store, index);
	}
	store->bytes_used += class_bytes[class];
	block->holders = 1;
	block->length = length;
	return block->octets;
}

static struct block *block_of(uint8_t *octets)
{
	return (struct block *)(octets - sizeof(struct block));
}

void message_store_hold(uint8_t *octets)
{
	block_of(octets)->holders++;
}

void message_store_drop(struct message_store *store, uint8_t *octets)
{
	struct block *block = block_of(octets);
	if (--block->holders > 0) {
		return;
	}
	size_t offset = (size_t)((uint8_t *)block - store->memory);
	uint32_t index = (uint32_t)(offset / SPAN_BYTES);
	struct span *span = &store->spans[index];
	store->bytes_used -= class_bytes[span->class];
	bool was_full = is_full(span);
	block->next_free = span->free_block;
	span->free_block = (uint32_t)(offset % SPAN_BYTES);
	span->used_count--;
	if (was_full) {
		link_span(store, index);
	}
	if (span->used_count == 0) {
		unlink_span(store, index);
		span->next = store->first_empty;
		store->first_empty = index;
	}
}

uint32_t message_store_length(const uint8_t *octets)
{
	return ((const struct block *)(octets - sizeof(struct block)))->length;
}

uint64_t message_store_bytes_used(const struct message_store *store)
{
	return store->bytes_used;
}

uint64_t message_store_bytes_max(const struct message_store *store)
{
	return (uint64_t)store->span_count * SPAN_BYTES;
}
