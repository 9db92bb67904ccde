// SPDX-License-Identifier: BSD-3-Clause
// Memory for large tables: zeroed, aligned to pages, mapped from the kernel so that a page is taken only when it is touched.
// calloc promises no such thing: it may write zeros (and does, with MALLOC_PERTURB_ or a recycled block).
// So that pages stay untouched, a table's zeros mean "free", and what was never used is handed out by a counter, after what
// was given back, instead of being linked at the start.

#pragma once

#include <stddef.h>

// For tables that are touched at random, or from the front on: in huge pages where the kernel gives them, for with pages of
// 4 KiB every access to a table of many MiB would miss the TLB as well. NULL: no memory.
void *table_memory_map(size_t bytes);
// For tables of which few places far apart are touched, or parts of large entries: in small pages, even where all memory is
// in huge ones.
void *table_memory_map_sparse(size_t bytes);
// Zeros it all and gives its pages back. `bytes` as it was mapped.
void table_memory_clear(void *table, size_t bytes);
// `table` may be NULL; `bytes` as it was mapped.
void table_memory_unmap(void *table, size_t bytes);
