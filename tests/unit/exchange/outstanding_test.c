// SPDX-License-Identifier: BSD-3-Clause
// The table of look-ups that wait: tags come back once, and only for what is open.

#include "dataplane_link/outstanding.h"

#include "cunit_runner.h"

#include <stdint.h>

#define WINDOW 4

static struct outstanding table_of_window(uint32_t window)
{
	struct outstanding table;
	CU_ASSERT_EQUAL_FATAL(outstanding_init(&table, window), 0);
	return table;
}

TEST(tag_comes_back_once)
{
	struct outstanding table = table_of_window(WINDOW);
	uint64_t wire_tag = outstanding_add(&table, 0xfedcba9876543210, 257, 0);
	uint64_t user_tag = 0;
	CU_ASSERT_EQUAL(table.open_count, 1);
	CU_ASSERT_TRUE(outstanding_remove(&table, wire_tag, 0, &user_tag));
	CU_ASSERT_EQUAL(user_tag, 0xfedcba9876543210);
	CU_ASSERT_EQUAL(table.open_count, 0);
	CU_ASSERT_FALSE(outstanding_remove(&table, wire_tag, 0, &user_tag));
	outstanding_fini(&table);
}

TEST(reused_place_does_not_answer_to_its_former_tag)
{
	struct outstanding table = table_of_window(1);
	uint64_t user_tag = 0;
	uint64_t former = outstanding_add(&table, 1, 1, 0);
	CU_ASSERT_TRUE(outstanding_remove(&table, former, 0, &user_tag));
	uint64_t current = outstanding_add(&table, 2, 1, 0);
	CU_ASSERT_NOT_EQUAL(former, current);
	CU_ASSERT_FALSE(outstanding_remove(&table, former, 0, &user_tag));
	CU_ASSERT_TRUE(outstanding_remove(&table, current, 0, &user_tag));
	CU_ASSERT_EQUAL(user_tag, 2);
	outstanding_fini(&table);
}

TEST(tag_that_was_never_given_is_unknown)
{
	struct outstanding table = table_of_window(WINDOW);
	uint64_t user_tag = 0;
	CU_ASSERT_FALSE(outstanding_remove(&table, 0, 0, &user_tag));
	CU_ASSERT_FALSE(outstanding_remove(&table, UINT64_MAX, 0, &user_tag));
	uint64_t wire_tag = outstanding_add(&table, 1, 1, 0);
	CU_ASSERT_FALSE(outstanding_remove(&table, wire_tag + 1, 0, &user_tag));
	CU_ASSERT_FALSE(outstanding_remove(&table, wire_tag + (1ull << 32), 0, &user_tag));
	CU_ASSERT_FALSE(outstanding_remove(&table, wire_tag - (1ull << 32), 0, &user_tag));
	CU_ASSERT_TRUE(outstanding_remove(&table, wire_tag, 0, &user_tag));
	outstanding_fini(&table);
}

TEST(window_is_full_and_has_room_again)
{
	struct outstanding table = table_of_window(WINDOW);
	uint64_t wire_tags[WINDOW];
	uint64_t user_tag = 0;
	for (unsigned i = 0; i < WINDOW; i++) {
		CU_ASSERT_FALSE(outstanding_is_full(&table));
		wire_tags[i] = outstanding_add(&table, i, 1, 0);
	}
	CU_ASSERT_TRUE(outstanding_is_full(&table));
	CU_ASSERT_TRUE(outstanding_remove(&table, wire_tags[2], 0, &user_tag));
	CU_ASSERT_FALSE(outstanding_is_full(&table));
	wire_tags[2] = outstanding_add(&table, 9, 1, 0);
	CU_ASSERT_TRUE(outstanding_is_full(&table));
	CU_ASSERT_TRUE(outstanding_remove(&table, wire_tags[2], 0, &user_tag));
	CU_ASSERT_EQUAL(user_tag, 9);
	outstanding_fini(&table);
}

TEST(all_open_entries_are_walked_once)
{
	struct outstanding table = table_of_window(WINDOW);
	uint64_t user_tag = 0;
	uint16_t qtype = 0;
	uint64_t closed = outstanding_add(&table, 10, 1, 0);
	outstanding_add(&table, 11, 16, 0);
	outstanding_add(&table, 12, 257, 0);
	CU_ASSERT_TRUE(outstanding_remove(&table, closed, 0, &user_tag));
	uint32_t cursor = 0;
	CU_ASSERT_TRUE(outstanding_remove_next(&table, OUTSTANDING_ANY_WORKER, &cursor, &user_tag,
					       &qtype));
	CU_ASSERT_EQUAL(user_tag, 11);
	CU_ASSERT_EQUAL(qtype, 16);
	CU_ASSERT_TRUE(outstanding_remove_next(&table, OUTSTANDING_ANY_WORKER, &cursor, &user_tag,
					       &qtype));
	CU_ASSERT_EQUAL(user_tag, 12);
	CU_ASSERT_EQUAL(qtype, 257);
	CU_ASSERT_FALSE(outstanding_remove_next(&table, OUTSTANDING_ANY_WORKER, &cursor, &user_tag,
						&qtype));
	CU_ASSERT_EQUAL(table.open_count, 0);
	outstanding_fini(&table);
}

TEST(only_the_worker_that_was_asked_may_answer_and_its_look_ups_end_alone)
{
	struct outstanding table = table_of_window(WINDOW);
	uint64_t user_tag = 0;
	uint16_t qtype = 0;
	uint32_t cursor = 0;
	uint64_t first = outstanding_add(&table, 1, 1, 0);
	outstanding_add(&table, 2, 16, 7);
	outstanding_add(&table, 3, 1, 0);
	outstanding_add(&table, 4, 257, 7);
	CU_ASSERT_FALSE(outstanding_remove(&table, first, 7, &user_tag));
	CU_ASSERT_TRUE(outstanding_remove_next(&table, 7, &cursor, &user_tag, &qtype));
	CU_ASSERT_EQUAL(user_tag, 2);
	CU_ASSERT_EQUAL(qtype, 16);
	CU_ASSERT_TRUE(outstanding_remove_next(&table, 7, &cursor, &user_tag, &qtype));
	CU_ASSERT_EQUAL(user_tag, 4);
	CU_ASSERT_FALSE(outstanding_remove_next(&table, 7, &cursor, &user_tag, &qtype));
	CU_ASSERT_EQUAL(table.open_count, 2);
	CU_ASSERT_TRUE(outstanding_remove(&table, first, 0, &user_tag));
	outstanding_fini(&table);
}

TEST_MAIN(outstanding, T(only_the_worker_that_was_asked_may_answer_and_its_look_ups_end_alone),
	  T(tag_comes_back_once), T(reused_place_does_not_answer_to_its_former_tag),
	  T(tag_that_was_never_given_is_unknown), T(window_is_full_and_has_room_again),
	  T(all_open_entries_are_walked_once))
