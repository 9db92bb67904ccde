// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/packed_store.h"

#include <parallax/base/random_source.h>

#include "cunit_runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct plx_siphash_key key = {1, 2};
static struct packed_store *store;

static void start(size_t memory_bytes)
{
	CU_ASSERT_EQUAL_FATAL(packed_store_create(memory_bytes, &key, &store), 0);
}

static bool put(const char *name, const char *value, uint64_t expires_ns, uint64_t now_ns)
{
	return packed_store_put(store, (const uint8_t *)name, strlen(name), (const uint8_t *)value,
				strlen(value), expires_ns, now_ns);
}

static bool has(const char *name, const char *value, uint64_t now_ns)
{
	uint8_t stored[PACKED_STORE_VALUE_MAX];
	uint64_t expires_ns;
	size_t length = packed_store_get(store, (const uint8_t *)name, strlen(name), now_ns, stored,
					 &expires_ns);
	return length == strlen(value) && memcmp(stored, value, length) == 0;
}

TEST(what_is_put_is_found_until_it_expires)
{
	start(PACKED_STORE_BYTES_MIN);
	CU_ASSERT_TRUE(put("a", "first", 100, 0));
	CU_ASSERT_TRUE(has("a", "first", 99));
	CU_ASSERT_TRUE(has("a", "", 100));
	CU_ASSERT_TRUE(has("b", "", 0));
	CU_ASSERT_TRUE(put("a", "second, a longer one", 200, 0));
	CU_ASSERT_TRUE(has("a", "second, a longer one", 199));
	CU_ASSERT_EQUAL(packed_store_counts(store).entries, 1);
	CU_ASSERT_FALSE(put("c", "x", 5, 5));
	packed_store_destroy(store);
}

TEST(sizes_out_of_range_are_refused)
{
	static const uint8_t octets[PACKED_STORE_VALUE_MAX + 1];
	uint8_t stored[PACKED_STORE_VALUE_MAX];
	uint64_t expires_ns;
	CU_ASSERT_EQUAL(packed_store_create(PACKED_STORE_BYTES_MIN - 1, &key, &store), -EINVAL);
	CU_ASSERT_EQUAL(packed_store_create(SIZE_MAX, &key, &store), -EINVAL);
	start(PACKED_STORE_BYTES_MIN);
	CU_ASSERT_FALSE(packed_store_put(store, octets, 0, octets, 1, 1, 0));
	CU_ASSERT_FALSE(packed_store_put(store, octets, PACKED_STORE_KEY_MAX + 1, octets, 1, 1, 0));
	CU_ASSERT_FALSE(packed_store_put(store, octets, 1, octets, 0, 1, 0));
	CU_ASSERT_FALSE(
		packed_store_put(store, octets, 1, octets, PACKED_STORE_VALUE_MAX + 1, 1, 0));
	CU_ASSERT_TRUE(packed_store_put(store, octets, PACKED_STORE_KEY_MAX, octets,
					PACKED_STORE_VALUE_MAX, 1, 0));
	CU_ASSERT_EQUAL(
		packed_store_get(store, octets, PACKED_STORE_KEY_MAX, 0, stored, &expires_ns),
		PACKED_STORE_VALUE_MAX);
	CU_ASSERT_EQUAL(
		packed_store_get(store, octets, PACKED_STORE_KEY_MAX + 1, 0, stored, &expires_ns),
		0);
	packed_store_destroy(store);
}

TEST(memory_stays_as_it_is_and_what_is_used_stays_in)
{
	start(256 * 1024);
	CU_ASSERT_TRUE(put("in use", "kept", UINT64_MAX, 0));
	char name[32];
	char value[600];
	unsigned found = 0;
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "entry %u", i);
		CU_ASSERT_TRUE(put(name, value, UINT64_MAX, 0));
		found += has("in use", "kept", 0);
	}
	CU_ASSERT_EQUAL(found, 20000);
	struct packed_store_counts counts = packed_store_counts(store);
	CU_ASSERT_EQUAL(counts.memory_bytes, 256 * 1024);
	CU_ASSERT_EQUAL(counts.evictions, 20001 - counts.entries);
	// 5 chunks each.
	CU_ASSERT_TRUE(counts.entries > 200 && counts.entries < 400);
	CU_ASSERT_TRUE(has(name, value, 0));
	packed_store_destroy(store);
}

TEST(random_use_agrees_with_a_plain_table)
{
	// 64 keys fit into any store: none may be evicted, and each must have its last value.
	static uint8_t values[64][PACKED_STORE_VALUE_MAX];
	static size_t lengths[64];
	struct plx_random random;
	plx_random_init_fixed(&random, (const uint8_t[PLX_RANDOM_KEY_BYTES]) {7});
	memset(lengths, 0, sizeof(lengths));
	start(1024 * 1024);
	for (unsigned round = 0; round < 20000; round++) {
		uint8_t name[PACKED_STORE_KEY_MAX] = {(uint8_t)(plx_random_u32(&random) % 64)};
		size_t name_length = 1 + name[0] * 4;
		if (plx_random_u32(&random) % 2 == 0) {
			size_t length = 1 + plx_random_u32(&random) % PACKED_STORE_VALUE_MAX;
			plx_random_bytes(&random, values[name[0]], length);
			lengths[name[0]] = length;
			CU_ASSERT_TRUE_FATAL(packed_store_put(store, name, name_length,
							      values[name[0]], length, 1, 0));
		} else {
			uint8_t stored[PACKED_STORE_VALUE_MAX];
			uint64_t expires_ns;
			size_t length =
				packed_store_get(store, name, name_length, 0, stored, &expires_ns);
			CU_ASSERT_EQUAL_FATAL(length, lengths[name[0]]);
			CU_ASSERT_EQUAL_FATAL(memcmp(stored, values[name[0]], length), 0);
		}
	}
	CU_ASSERT_EQUAL(packed_store_counts(store).evictions, 0);
	packed_store_destroy(store);
}

static bool begins_with(const void *context, const uint8_t *name, size_t length)
{
	const char *first = context;
	return length > 0 && name[0] == (uint8_t)*first;
}

TEST(a_flush_removes_what_it_is_told_to)
{
	start(PACKED_STORE_BYTES_MIN);
	CU_ASSERT_TRUE(put("a1", "x", 9, 0) && put("a2", "x", 9, 0) && put("b1", "x", 9, 0));
	CU_ASSERT_EQUAL(packed_store_flush(store, begins_with, "a"), 2);
	CU_ASSERT_TRUE(has("b1", "x", 0) && has("a1", "", 0));
	CU_ASSERT_EQUAL(packed_store_flush(store, NULL, NULL), 1);
	CU_ASSERT_EQUAL(packed_store_counts(store).entries, 0);
	packed_store_destroy(store);
}

TEST_MAIN(packed_store, T(what_is_put_is_found_until_it_expires), T(sizes_out_of_range_are_refused),
	  T(memory_stays_as_it_is_and_what_is_used_stays_in),
	  T(random_use_agrees_with_a_plain_table), T(a_flush_removes_what_it_is_told_to))
