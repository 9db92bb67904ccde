// SPDX-License-Identifier: BSD-3-Clause

#include "base/table_memory.h"

#include "cunit_runner.h"

#include <stdint.h>
#include <string.h>

TEST(tables_of_any_size_are_zeroed_and_aligned)
{
	static const size_t sizes[] = {1, 4096, 2 * 1024 * 1024 - 1, 2 * 1024 * 1024, 5000000};
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *table = table_memory_map(sizes[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(table);
		size_t alignment = sizes[i] < 2 * 1024 * 1024 ? 4096 : 2 * 1024 * 1024;
		CU_ASSERT_EQUAL((uintptr_t)table % alignment, 0);
		CU_ASSERT_EQUAL(table[0], 0);
		CU_ASSERT_EQUAL(table[sizes[i] - 1], 0);
		memset(table, 0xff, sizes[i]);
		table_memory_unmap(table, sizes[i]);
	}
	table_memory_unmap(NULL, 5);
}

TEST(more_than_there_is_gives_nothing)
{
	CU_ASSERT_PTR_NULL(table_memory_map((size_t)1 << 62));
}

TEST_MAIN(table_memory, T(tables_of_any_size_are_zeroed_and_aligned),
	  T(more_than_there_is_gives_nothing))
