// SPDX-License-Identifier: BSD-3-Clause

#include "recursion/message_store.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

#define BLOCKS 20000

static struct message_store *store;
static uint8_t *blocks[BLOCKS];

TEST(blocks_are_apart_counted_and_given_back)
{
	CU_ASSERT_EQUAL(message_store_create(1024, &store), -EINVAL);
	CU_ASSERT_EQUAL_FATAL(message_store_create(MESSAGE_STORE_BYTES_MIN, &store), 0);
	static const uint32_t lengths[] = {1, 100, 120, 121, 500, 1232, 4000, 65535};
	for (unsigned i = 0; i < 8; i++) {
		blocks[i] = message_store_take(store, lengths[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(blocks[i]);
		CU_ASSERT_EQUAL(message_store_length(blocks[i]), lengths[i]);
		memset(blocks[i], (int)i, lengths[i]);
	}
	for (unsigned i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(blocks[i][0], i);
		CU_ASSERT_EQUAL(blocks[i][lengths[i] - 1], i);
		message_store_hold(blocks[i]);
		message_store_drop(store, blocks[i]);
		CU_ASSERT_TRUE(message_store_bytes_used(store) > 0);
		message_store_drop(store, blocks[i]);
	}
	CU_ASSERT_EQUAL(message_store_bytes_used(store), 0);
	CU_ASSERT_PTR_NULL(message_store_take(store, 1024 * 1024));
	message_store_destroy(store);
}

static unsigned fill(uint32_t length)
{
	unsigned count = 0;
	while (count < BLOCKS && (blocks[count] = message_store_take(store, length)) != NULL) {
		count++;
	}
	return count;
}

TEST(memory_that_one_size_used_serves_another)
{
	CU_ASSERT_EQUAL_FATAL(message_store_create(MESSAGE_STORE_BYTES_MIN, &store), 0);
	static const uint32_t lengths[] = {100, 65535, 1000, 100, 4000};
	for (unsigned i = 0; i < 5; i++) {
		unsigned count = fill(lengths[i]);
		CU_ASSERT_TRUE((uint64_t)count * lengths[i] * 2 + 128 * 1024 >=
			       MESSAGE_STORE_BYTES_MIN);
		CU_ASSERT_TRUE(message_store_bytes_used(store) <= message_store_bytes_max(store));
		CU_ASSERT_PTR_NULL(message_store_take(store, lengths[i]));
		// In another order than they were taken.
		for (unsigned j = 0; j < count; j += 2) {
			message_store_drop(store, blocks[j]);
		}
		for (unsigned j = 1; j < count; j += 2) {
			message_store_drop(store, blocks[j]);
		}
		CU_ASSERT_EQUAL(message_store_bytes_used(store), 0);
	}
	message_store_destroy(store);
}

TEST_MAIN(message_store, T(blocks_are_apart_counted_and_given_back),
	  T(memory_that_one_size_used_serves_another))
