// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_shelf.h"

#include <stdlib.h>
#include <string.h>

// The ids are ours and end in random characters: nobody chooses the bucket. FNV-1a.
static struct order_shelf_bucket *bucket_of(struct order_shelf *shelf, const char *id)
{
	uint32_t hash = 2166136261u;
	for (const char *c = id; *c != '\0'; c++) {
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	}
	return &shelf->buckets[hash % ORDER_SHELF_BUCKETS];
}

void order_shelf_init(struct order_shelf *shelf, size_t count_max, size_t bytes_max,
		      int64_t age_max_ms)
{
	*shelf = (struct order_shelf) {
		.count_max = count_max, .bytes_max = bytes_max, .age_max_ms = age_max_ms};
	TAILQ_INIT(&shelf->ages);
	for (unsigned i = 0; i < ORDER_SHELF_BUCKETS; i++) {
		LIST_INIT(&shelf->buckets[i]);
	}
}

void order_shelf_remove(struct order_shelf *shelf, struct order_shelf_entry *entry)
{
	if (entry->ending != ORDER_ENDING_NOT_EVALUATED) {
		TAILQ_REMOVE(&shelf->ages, entry, age_link);
		shelf->finished_count--;
		shelf->finished_bytes -= entry->answer_length;
	}
	LIST_REMOVE(entry, bucket_link);
	free(entry->answer);
	free(entry);
}

void order_shelf_fini(struct order_shelf *shelf)
{
	for (unsigned i = 0; i < ORDER_SHELF_BUCKETS; i++) {
		while (!LIST_EMPTY(&shelf->buckets[i])) {
			order_shelf_remove(shelf, LIST_FIRST(&shelf->buckets[i]));
		}
	}
}

static void remove_aged(struct order_shelf *shelf, int64_t now_ms)
{
	struct order_shelf_entry *oldest;
	while ((oldest = TAILQ_FIRST(&shelf->ages)) != NULL) {
		if (shelf->finished_count <= shelf->count_max &&
		    shelf->finished_bytes <= shelf->bytes_max &&
		    now_ms - oldest->finished_ms <= shelf->age_max_ms) {
			return;
		}
		order_shelf_remove(shelf, oldest);
	}
}

struct order_shelf_entry *order_shelf_add(struct order_shelf *shelf, const char *id)
{
	struct order_shelf_entry *entry = calloc(1, sizeof(*entry));
	if (entry == NULL) {
		return NULL;
	}
	memcpy(entry->id, id, sizeof(entry->id));
	LIST_INSERT_HEAD(bucket_of(shelf, id), entry, bucket_link);
	return entry;
}

void order_shelf_finish(struct order_shelf *shelf, struct order_shelf_entry *entry,
			enum order_ending ending, char *answer, size_t answer_length,
			int64_t now_ms)
{
	entry->ending = ending;
	entry->answer = answer;
	entry->answer_length = answer_length;
	entry->finished_ms = now_ms;
	TAILQ_INSERT_TAIL(&shelf->ages, entry, age_link);
	shelf->finished_count++;
	shelf->finished_bytes += answer_length;
	remove_aged(shelf, now_ms);
}

const struct order_shelf_entry *order_shelf_find(struct order_shelf *shelf, const char *id,
						 int64_t now_ms)
{
	struct order_shelf_entry *entry;
	remove_aged(shelf, now_ms);
	if (!order_id_is_valid(id)) {
		return NULL;
	}
	LIST_FOREACH(entry, bucket_of(shelf, id), bucket_link)
	{
		if (strcmp(entry->id, id) == 0) {
			return entry;
		}
	}
	return NULL;
}
