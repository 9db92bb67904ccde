// SPDX-License-Identifier: BSD-3-Clause

#include "base/table_memory.h"

#include "cunit_runner.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB ((size_t)1024 * 1024)

static const size_t sizes[] = {1, 4096, 2 * MIB - 1, 2 * MIB, 5000000};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static size_t resident_pages(uint8_t *table, size_t bytes)
{
	static unsigned char pages[16 * MIB / 4096];
	size_t count = 0;
	CU_ASSERT_TRUE_FATAL(bytes <= 16 * MIB && sysconf(_SC_PAGESIZE) == 4096);
	CU_ASSERT_EQUAL_FATAL(mincore(table, bytes, pages), 0);
	for (size_t i = 0; i < (bytes + 4095) / 4096; i++) {
		count += pages[i] & 1;
	}
	return count;
}

TEST(tables_of_any_size_are_zeroed_and_aligned)
{
	for (unsigned i = 0; i < SIZES; i++) {
		uint8_t *table = table_memory_map(sizes[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(table);
		size_t alignment = sizes[i] < 2 * MIB ? 4096 : 2 * MIB;
		CU_ASSERT_EQUAL((uintptr_t)table % alignment, 0);
		CU_ASSERT_EQUAL(table[0], 0);
		CU_ASSERT_EQUAL(table[sizes[i] - 1], 0);
		memset(table, 0xff, sizes[i]);
		table_memory_unmap(table, sizes[i]);
	}
	table_memory_unmap(NULL, 5);
}

TEST(pages_are_taken_when_they_are_touched)
{
	uint8_t *table = table_memory_map(16 * MIB);
	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	CU_ASSERT_EQUAL(resident_pages(table, 16 * MIB), 0);
	table[5 * MIB] = 1;
	CU_ASSERT_TRUE(resident_pages(table, 4 * MIB) == 0);
	CU_ASSERT_TRUE(resident_pages(table + 4 * MIB, 2 * MIB) > 0);
	CU_ASSERT_TRUE(resident_pages(table + 6 * MIB, 10 * MIB) == 0);
	table_memory_unmap(table, 16 * MIB);
}

TEST(sparse_tables_take_small_pages)
{
	for (unsigned i = 0; i < SIZES; i++) {
		uint8_t *table = table_memory_map_sparse(sizes[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(table);
		CU_ASSERT_EQUAL((uintptr_t)table % 4096, 0);
		CU_ASSERT_EQUAL(resident_pages(table, sizes[i]), 0);
		table[sizes[i] / 2] = 1;
		CU_ASSERT_EQUAL(resident_pages(table, sizes[i]), 1);
		memset(table, 0xff, sizes[i]);
		table_memory_unmap(table, sizes[i]);
	}
}

TEST(what_is_cleared_is_zero_and_gives_its_pages_back)
{
	for (unsigned i = 0; i < SIZES; i++) {
		uint8_t *table = table_memory_map(sizes[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(table);
		memset(table, 0xff, sizes[i]);
		table_memory_clear(table, sizes[i]);
		CU_ASSERT_EQUAL(resident_pages(table, sizes[i]), 0);
		CU_ASSERT_EQUAL(table[0], 0);
		CU_ASSERT_EQUAL(table[sizes[i] - 1], 0);
		table_memory_unmap(table, sizes[i]);
	}
}

TEST(more_than_there_is_gives_nothing)
{
	CU_ASSERT_PTR_NULL(table_memory_map((size_t)1 << 62));
	CU_ASSERT_PTR_NULL(table_memory_map_sparse((size_t)1 << 62));
}

TEST_MAIN(table_memory, T(tables_of_any_size_are_zeroed_and_aligned),
	  T(pages_are_taken_when_they_are_touched), T(sparse_tables_take_small_pages),
	  T(what_is_cleared_is_zero_and_gives_its_pages_back), T(more_than_there_is_gives_nothing))
