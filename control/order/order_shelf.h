// SPDX-License-Identifier: BSD-3-Clause
// Orders by their id, for those who ask later: which are running, and what the finished ones came to. Finished ones are
// kept up to a number, a sum of octets and an age; the oldest go first. The audit log keeps them for years.

#pragma once

#include <parallax/base/attributes.h>

#include "order/order_admission.h"
#include "order/order_id.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define ORDER_SHELF_BUCKETS 4096

struct order_shelf_entry {
	char id[ORDER_ID_TEXT_MAX];
	enum order_ending ending; // ORDER_ENDING_NOT_EVALUATED: running
	char *answer;             // JSON when ORDER_DECIDED, else NULL
	size_t answer_length;
	int64_t finished_ms;
	LIST_ENTRY(order_shelf_entry) bucket_link;
	TAILQ_ENTRY(order_shelf_entry) age_link; // finished ones, oldest first
};
LIST_HEAD(order_shelf_bucket, order_shelf_entry);
TAILQ_HEAD(order_shelf_ages, order_shelf_entry);

struct order_shelf {
	size_t count_max;
	size_t bytes_max;
	int64_t age_max_ms;
	size_t finished_count;
	size_t finished_bytes;
	struct order_shelf_ages ages;
	struct order_shelf_bucket buckets[ORDER_SHELF_BUCKETS];
};

void order_shelf_init(struct order_shelf *shelf, size_t count_max, size_t bytes_max,
		      int64_t age_max_ms);
void order_shelf_fini(struct order_shelf *shelf);

// A running order. NULL without memory. The entry stays until it is finished and aged, or removed.
struct order_shelf_entry *order_shelf_add(struct order_shelf *shelf, const char *id);
// Takes `answer` (by malloc, or NULL). The entry may be gone afterwards.
void order_shelf_finish(struct order_shelf *shelf, struct order_shelf_entry *entry,
			enum order_ending ending, char *answer, size_t answer_length,
			int64_t now_ms);
void order_shelf_remove(struct order_shelf *shelf, struct order_shelf_entry *entry);
// NULL: not known, or no longer. Valid until the next call that changes the shelf.
const struct order_shelf_entry *order_shelf_find(struct order_shelf *shelf, const char *id,
						 int64_t now_ms);
