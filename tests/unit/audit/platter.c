// SPDX-License-Identifier: BSD-3-Clause
// The platter of the faulty disk.

#include "platter.h"

#include "faulty_disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void platter_demand(bool is_so, const char *what)
{
	if (!is_so) {
		fprintf(stderr, "faulty disk: expected that %s\n", what);
		abort();
	}
}

static bool flips(void)
{
	return faulty_disk_draw(2) == 0;
}

static int64_t cached_size(sqlite3_file *real)
{
	sqlite3_int64 size = 0;
	real->pMethods->xFileSize(real, &size);
	return size;
}

static void write_sectors(struct platter *platter, sqlite3_file *real, unsigned first,
			  unsigned count)
{
	int64_t begin = (int64_t)first * PLATTER_SECTOR_BYTES;
	int64_t end = begin + (int64_t)count * PLATTER_SECTOR_BYTES;
	// A short read fills with zeros.
	real->pMethods->xRead(real, platter->content + begin, (int)(end - begin), begin);
	if (platter->size < end) {
		int64_t size = cached_size(real);
		int64_t reached = end < size ? end : size;
		platter->size = platter->size < reached ? reached : platter->size;
	}
}

static void write_size(struct platter *platter, int64_t size)
{
	if (size < platter->size) {
		memset(platter->content + size, 0, (size_t)(platter->size - size));
	}
	platter->size = size;
	platter->is_size_dirty = false;
}

void platter_begin_new(struct platter *platter)
{
	if (platter->has_old) {
		write_size(platter, 0);
		platter->has_old = false;
	}
}

void platter_sync(struct platter *platter, sqlite3_file *real)
{
	for (unsigned i = 0; i < platter->sector_count; i++) {
		unsigned first = i;
		while (i < platter->sector_count && platter->is_dirty[i]) {
			platter->is_dirty[i++] = false;
		}
		if (i > first) {
			write_sectors(platter, real, first, i - first);
		}
	}
	write_size(platter, cached_size(real));
}

void platter_fail_sync(struct platter *platter, sqlite3_file *real)
{
	// Nothing, half, or all but the answer reached the platter.
	unsigned mercy = (unsigned)faulty_disk_draw(3);
	platter_begin_new(platter);
	for (unsigned i = 0; i < platter->sector_count; i++) {
		if (platter->is_dirty[i]) {
			platter->is_dirty[i] = false;
			if (faulty_disk_draw(2) < mercy) {
				write_sectors(platter, real, i, 1);
			} else {
				platter->is_lost[i] = true;
			}
		}
	}
}

void platter_evict(struct platter *platter, sqlite3_file *real)
{
	int64_t size = cached_size(real);
	for (unsigned i = 0; i < platter->sector_count; i++) {
		int64_t offset = (int64_t)i * PLATTER_SECTOR_BYTES;
		if (platter->is_lost[i] && !platter->is_dirty[i] && offset < size) {
			int64_t left = size - offset;
			real->pMethods->xWrite(
				real, platter->content + offset,
				left < PLATTER_SECTOR_BYTES ? (int)left : (int)PLATTER_SECTOR_BYTES,
				offset);
			platter->is_lost[i] = false;
		}
	}
}

void platter_mark(struct platter *platter, int64_t offset, int64_t count)
{
	platter_demand(offset + count <= PLATTER_BYTES_MAX, "the files stay small");
	for (unsigned i = (unsigned)(offset / PLATTER_SECTOR_BYTES);
	     i * PLATTER_SECTOR_BYTES < offset + count; i++) {
		platter->is_dirty[i] = true;
		platter->is_lost[i] = false;
		platter->sector_count = platter->sector_count > i ? platter->sector_count : i + 1;
	}
	platter->is_size_dirty = true;
}

void platter_write_back(struct platter *platter, sqlite3_file *real)
{
	for (unsigned i = 0; i < platter->sector_count && !platter->is_new; i++) {
		if (platter->is_dirty[i] && flips()) {
			write_sectors(platter, real, i, 1);
			platter->is_dirty[i] = false;
		}
	}
}

// One sector that was on its way: there, not there, or its beginning only.
static void settle_sector(struct platter *platter, int fd, unsigned sector)
{
	uint8_t cached[PLATTER_SECTOR_BYTES] = {0};
	off_t offset = (off_t)sector * PLATTER_SECTOR_BYTES;
	ssize_t count = pread(fd, cached, sizeof(cached), offset);
	uint64_t fate = faulty_disk_draw(8);
	if (count > 0 && fate < 5) {
		size_t kept = fate == 4 ? (size_t)faulty_disk_draw(PLATTER_SECTOR_BYTES)
					: PLATTER_SECTOR_BYTES;
		memcpy(platter->content + offset, cached, kept);
	}
}

void platter_settle(struct platter *platter)
{
	struct stat file = {0};
	bool exists = access(platter->path, F_OK) == 0;
	bool is_old = platter->has_old && flips();
	bool is_there = !platter->is_new || is_old || (exists && flips());
	int fd = open(platter->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	platter_demand(fd >= 0 && fstat(fd, &file) == 0, "the files can be opened");
	if (!is_old) {
		platter_begin_new(platter);
	}
	for (unsigned i = 0; i < platter->sector_count && !is_old; i++) {
		if (platter->is_dirty[i]) {
			settle_sector(platter, fd, i);
		}
	}
	write_size(platter,
		   !is_old && platter->is_size_dirty && flips() ? file.st_size : platter->size);
	for (int64_t i = platter->size; i < (int64_t)platter->sector_count * PLATTER_SECTOR_BYTES;
	     i++) {
		platter->content[i] = 0;
	}
	platter_demand(ftruncate(fd, 0) == 0 && pwrite(fd, platter->content, (size_t)platter->size,
						       0) == platter->size,
		       "the files can be written");
	close(fd);
	if (!is_there) {
		unlink(platter->path);
		write_size(platter, 0);
	}
	platter->is_new = !is_there;
	platter->has_old = false;
	platter->is_size_dirty = false;
	memset(platter->is_dirty, 0, platter->sector_count);
	memset(platter->is_lost, 0, platter->sector_count);
}

void platter_cut(struct platter *platter, int64_t size)
{
	unsigned first = (unsigned)((size + PLATTER_SECTOR_BYTES - 1) / PLATTER_SECTOR_BYTES);
	for (unsigned i = first; i < platter->sector_count; i++) {
		platter->is_dirty[i] = false;
		platter->is_lost[i] = false;
	}
	platter->is_size_dirty = true;
}

void platter_remove(struct platter *platter)
{
	platter->has_old = platter->has_old || !platter->is_new;
	platter->is_new = true;
	if (!platter->has_old) {
		write_size(platter, 0);
	}
	memset(platter->is_dirty, 0, platter->sector_count);
	memset(platter->is_lost, 0, platter->sector_count);
}
