// SPDX-License-Identifier: BSD-3-Clause
// One file of the faulty disk: what of it is on the platter, beside the real file, which is the page cache's view.

#pragma once

#include <sqlite3.h>

#include <stdbool.h>
#include <stdint.h>

#define PLATTER_SECTOR_BYTES 512u
#define PLATTER_BYTES_MAX (16u << 20)
#define PLATTER_SECTORS_MAX (PLATTER_BYTES_MAX / PLATTER_SECTOR_BYTES)

struct platter {
	char path[128];
	int64_t size;
	bool is_new;  // its name is not on the platter yet
	bool has_old; // `content` is still that of the file that had the name before
	bool is_size_dirty;
	unsigned sector_count; // ever written to
	bool is_dirty[PLATTER_SECTORS_MAX];
	bool is_lost[PLATTER_SECTORS_MAX]; // clean, but the platter has something else
	uint8_t content[PLATTER_BYTES_MAX];
};

// `real` is the file's handle below.
void platter_mark(struct platter *platter, int64_t offset, int64_t count);
// The file ends at `size`, in the page cache.
void platter_cut(struct platter *platter, int64_t size);
void platter_sync(struct platter *platter, sqlite3_file *real);
// As kernels do: some of it was written, none of it is dirty any more, and the next sync succeeds.
void platter_fail_sync(struct platter *platter, sqlite3_file *real);
// The page cache reads again what was lost: clean pages may be dropped whenever the kernel likes, and some file systems do
// so at once after an error.
void platter_evict(struct platter *platter, sqlite3_file *real);
// The kernel writes something by itself.
void platter_write_back(struct platter *platter, sqlite3_file *real);
// The file was removed; the directory is not synced.
void platter_remove(struct platter *platter);
// What had the name before is gone for good.
void platter_begin_new(struct platter *platter);
// The power was cut: the real file becomes what is on the platter, with a part of what was on its way.
void platter_settle(struct platter *platter);

// What the simulation itself rests on; ends the program. No CUnit assertion: those jump, also within a child.
void platter_demand(bool is_so, const char *what);
