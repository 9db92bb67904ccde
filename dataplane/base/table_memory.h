// SPDX-License-Identifier: BSD-3-Clause
// Memory for tables that are touched at random: zeroed, aligned to pages, and in huge pages where the kernel gives
// them, for with pages of 4 KiB every access to a table of many MiB would miss the TLB as well. Pages are taken only when
// touched.

#pragma once

#include <stddef.h>

// NULL: no memory.
void *table_memory_map(size_t bytes);
// `table` may be NULL; `bytes` as it was mapped.
void table_memory_unmap(void *table, size_t bytes);
