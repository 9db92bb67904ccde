// SPDX-License-Identifier: BSD-3-Clause

#include "base/table_memory.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE_BYTES (2ul * 1024 * 1024)

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_CHECKER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_LEAK_CHECKER
#endif

// What a table points to is in use: a leak checker looks at mapped memory only when told.
#ifdef HAS_LEAK_CHECKER
#include <sanitizer/lsan_interface.h>
#define TABLE_BEGINS(memory, bytes) __lsan_register_root_region(memory, bytes)
#define TABLE_ENDS(memory, bytes) __lsan_unregister_root_region(memory, bytes)
#else
#define TABLE_BEGINS(memory, bytes) (void)(memory)
#define TABLE_ENDS(memory, bytes) (void)(memory)
#endif

static size_t mapped_bytes(size_t bytes)
{
	return bytes < HUGE_PAGE_BYTES ? bytes
				       : (bytes + HUGE_PAGE_BYTES - 1) & ~(HUGE_PAGE_BYTES - 1);
}

static void *map(size_t bytes)
{
	void *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void *table_memory_map(size_t bytes)
{
	if (bytes < HUGE_PAGE_BYTES) {
		void *small = map(bytes);
		if (small != NULL) {
			TABLE_BEGINS(small, bytes);
		}
		return small;
	}
	// A huge page more, of which the parts before and behind the aligned table are given back.
	size_t length = mapped_bytes(bytes);
	uint8_t *memory = map(length + HUGE_PAGE_BYTES);
	if (memory == NULL) {
		return NULL;
	}
	size_t before = -(uintptr_t)memory & (HUGE_PAGE_BYTES - 1);
	if (before > 0) {
		munmap(memory, before);
	}
	munmap(memory + before + length, HUGE_PAGE_BYTES - before);
	// A kernel without huge pages refuses: the table then has small ones.
	(void)madvise(memory + before, length, MADV_HUGEPAGE);
	TABLE_BEGINS(memory + before, length);
	return memory + before;
}

void *table_memory_map_sparse(size_t bytes)
{
	void *memory = map(mapped_bytes(bytes));
	if (memory != NULL) {
		// A kernel without huge pages refuses, and gives none.
		(void)madvise(memory, mapped_bytes(bytes), MADV_NOHUGEPAGE);
		TABLE_BEGINS(memory, mapped_bytes(bytes));
	}
	return memory;
}

void table_memory_clear(void *table, size_t bytes)
{
	if (madvise(table, mapped_bytes(bytes), MADV_DONTNEED) != 0) {
		memset(table, 0, bytes); // locked memory is kept
	}
}

void table_memory_unmap(void *table, size_t bytes)
{
	if (table != NULL) {
		TABLE_ENDS(table, mapped_bytes(bytes));
		munmap(table, mapped_bytes(bytes));
	}
}
