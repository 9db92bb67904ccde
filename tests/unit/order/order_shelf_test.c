// SPDX-License-Identifier: BSD-3-Clause
// Ids of orders and the shelf of those that have ended.

#include "cunit_runner.h"
#include "order/order_shelf.h"

#include <parallax/base/random_source.h>

#include <stdio.h>
#include <string.h>

static struct order_shelf shelf; // large

static char *text_of(size_t length)
{
	char *text = malloc(length + 1);
	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

static struct order_shelf_entry *add(struct plx_random *random, int64_t unix_us)
{
	char id[ORDER_ID_TEXT_MAX];
	order_id_make(unix_us, random, id);
	struct order_shelf_entry *entry = order_shelf_add(&shelf, id);
	CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
	return entry;
}

TEST(ids_are_valid_ordered_by_time_and_never_the_same)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {1};
	struct plx_random random;
	char before[ORDER_ID_TEXT_MAX] = "", id[ORDER_ID_TEXT_MAX];
	plx_random_init_fixed(&random, key);
	for (unsigned i = 0; i < 1000; i++) {
		order_id_make(INT64_C(1795435200000000) + i * 1000, &random, id);
		CU_ASSERT(order_id_is_valid(id));
		CU_ASSERT(strcmp(before, id) < 0);
		memcpy(before, id, sizeof(before));
	}
	// 1795435200000 ms, by the definition of a ULID.
	order_id_make(INT64_C(1795435200000000), &random, id);
	CU_ASSERT_EQUAL(strncmp(id, "01M844DZG0", 10), 0);
	order_id_make(-1, &random, id);
	CU_ASSERT_EQUAL(strncmp(id, "0000000000", 10), 0);
}

TEST(what_is_no_id_is_refused)
{
	CU_ASSERT_FALSE(order_id_is_valid(""));
	CU_ASSERT_FALSE(order_id_is_valid("01M83MB60000000000000000"));
	CU_ASSERT_FALSE(order_id_is_valid("01M83MB600000000000000000I"));
	CU_ASSERT_FALSE(order_id_is_valid("01m83mb6000000000000000000"));
	CU_ASSERT_FALSE(order_id_is_valid("01M83MB60000000000000000000"));
	CU_ASSERT(order_id_is_valid("01M83MB6000000000000000000"));
}

TEST(the_oldest_go_when_there_are_too_many_too_large_or_too_old)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {2};
	struct plx_random random;
	char ids[4][ORDER_ID_TEXT_MAX];
	plx_random_init_fixed(&random, key);
	order_shelf_init(&shelf, 3, 1000, 5000);
	for (unsigned i = 0; i < 4; i++) {
		struct order_shelf_entry *entry = add(&random, i);
		memcpy(ids[i], entry->id, sizeof(ids[i]));
		order_shelf_finish(&shelf, entry, ORDER_DECIDED, text_of(100), 100, i);
	}
	CU_ASSERT_PTR_NULL(order_shelf_find(&shelf, ids[0], 10));
	const struct order_shelf_entry *found = order_shelf_find(&shelf, ids[1], 10);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	CU_ASSERT_EQUAL(strlen(found->answer), 100);
	order_shelf_finish(&shelf, add(&random, 5), ORDER_DECIDED, text_of(950), 950, 20);
	CU_ASSERT_EQUAL(shelf.finished_count, 1); // all before it made room
	CU_ASSERT_PTR_NULL(order_shelf_find(&shelf, ids[3], 20));
	struct order_shelf_entry *running = add(&random, 6);
	CU_ASSERT_PTR_NOT_NULL(order_shelf_find(&shelf, running->id, 6000));
	CU_ASSERT_EQUAL(shelf.finished_count, 0); // too old; what runs is never
	CU_ASSERT_EQUAL(shelf.finished_bytes, 0);
	order_shelf_fini(&shelf);
}

TEST_MAIN(order_shelf, T(ids_are_valid_ordered_by_time_and_never_the_same),
	  T(what_is_no_id_is_refused),
	  T(the_oldest_go_when_there_are_too_many_too_large_or_too_old))
