// SPDX-License-Identifier: BSD-3-Clause
// The faulty disk. SQLite's own contract is kept: octets outside of a write are not touched by it (powersafe overwrite),
// and a directory's changes reach the platter in their order, at the latest when the directory is synced.

#include "faulty_disk.h"

#include "platter.h"

#include <sqlite3.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FILES_MAX 4u
#define SEED_STEP 0x9e3779b97f4a7c15ull

static struct disk {
	uint64_t random;
	struct disk_plan plan;
	unsigned operation_count;
	unsigned fault_count;
	char failing_suffix[16];
	unsigned failing_count;
	enum disk_end ended;
	char directory[96];
	struct platter platters[FILES_MAX];
} * disk;

static sqlite3_vfs *real_vfs;
static sqlite3_vfs faulty_vfs;

struct faulty_file {
	sqlite3_file base;
	struct platter *platter;
	bool syncs_directory;
	int last_errno;
	uint64_t real[]; // SQLite aligns by eight octets
};

// splitmix64
uint64_t faulty_disk_draw(uint64_t limit)
{
	uint64_t value = disk->random += SEED_STEP;
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
	value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
	return (value ^ (value >> 31)) % limit;
}

static bool happens(unsigned permille)
{
	return permille > 0 && faulty_disk_draw(1000) < permille;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return (sqlite3_file *)((struct faulty_file *)file)->real;
}

static void sync_directory(void)
{
	for (unsigned i = 0; i < FILES_MAX; i++) {
		struct platter *platter = &disk->platters[i];
		if (platter->path[0] != '\0') {
			platter_begin_new(platter);
			platter->is_new = access(platter->path, F_OK) != 0;
		}
	}
}

_Noreturn void faulty_disk_end(enum disk_end end)
{
	disk->ended = end;
	_exit(DISK_END_STATUS);
}

static bool ends_now(void)
{
	return disk->plan.end != DISK_STAYS && ++disk->operation_count >= disk->plan.end_after;
}

static int fail(struct faulty_file *file, int code, int system_error)
{
	disk->fault_count++;
	file->last_errno = system_error;
	errno = system_error;
	return code;
}

static int faulty_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int faulty_read(sqlite3_file *file, void *target, int count, sqlite3_int64 offset)
{
	struct faulty_file *self = (struct faulty_file *)file;
	if (happens(disk->plan.eviction_permille)) {
		platter_evict(self->platter, real_of(file));
	}
	if (happens(disk->plan.read_fault_permille)) {
		return fail(self, SQLITE_IOERR_READ, EIO);
	}
	return real_of(file)->pMethods->xRead(real_of(file), target, count, offset);
}

static int faulty_write(sqlite3_file *file, const void *source, int count, sqlite3_int64 offset)
{
	struct faulty_file *self = (struct faulty_file *)file;
	bool ends = ends_now();
	bool fails = happens(disk->plan.write_fault_permille);
	bool is_full = faulty_disk_draw(2) == 0;
	int written = !ends && !fails ? count : (int)faulty_disk_draw((uint64_t)count + 1);
	int code = real_of(file)->pMethods->xWrite(real_of(file), source, written, offset);
	platter_mark(self->platter, offset, written);
	if (ends) {
		faulty_disk_end(disk->plan.end);
	}
	if (happens(disk->plan.writeback_permille)) {
		platter_write_back(self->platter, real_of(file));
	}
	if (fails) {
		return is_full ? fail(self, SQLITE_FULL, ENOSPC)
			       : fail(self, SQLITE_IOERR_WRITE, EIO);
	}
	return code;
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct platter *platter = ((struct faulty_file *)file)->platter;
	if (ends_now()) {
		faulty_disk_end(disk->plan.end);
	}
	platter_cut(platter, size);
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static bool is_chosen_to_fail(const struct platter *platter)
{
	size_t length = strlen(platter->path);
	size_t suffix_length = strlen(disk->failing_suffix);
	if (disk->failing_count == 0 || length < suffix_length ||
	    strcmp(platter->path + length - suffix_length, disk->failing_suffix) != 0) {
		return false;
	}
	disk->failing_count--;
	return true;
}

static int faulty_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	struct faulty_file *self = (struct faulty_file *)file;
	if (ends_now()) {
		platter_write_back(self->platter, real_of(file));
		faulty_disk_end(disk->plan.end);
	}
	if (is_chosen_to_fail(self->platter) || happens(disk->plan.sync_fault_permille)) {
		platter_fail_sync(self->platter, real_of(file));
		if (disk->plan.eviction_permille > 0 && faulty_disk_draw(2) == 0) {
			platter_evict(self->platter, real_of(file));
		}
		return fail(self, SQLITE_IOERR_FSYNC, EIO);
	}
	platter_begin_new(self->platter);
	platter_sync(self->platter, real_of(file));
	if (self->syncs_directory) {
		sync_directory();
		self->syncs_directory = false;
	}
	return SQLITE_OK;
}

static int faulty_file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int faulty_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int faulty_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int faulty_check_lock(sqlite3_file *file, int *ret_is_reserved)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_is_reserved);
}

static int faulty_control(sqlite3_file *file, int operation, void *argument)
{
	if (operation == SQLITE_FCNTL_LAST_ERRNO) {
		*(int *)argument = ((struct faulty_file *)file)->last_errno;
		return SQLITE_OK;
	}
	return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int faulty_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int faulty_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int faulty_shm_map(sqlite3_file *file, int page, int size, int extend,
			  void volatile **ret_map)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret_map);
}

static int faulty_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void faulty_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int faulty_shm_unmap(sqlite3_file *file, int wants_deletion)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), wants_deletion);
}

static const sqlite3_io_methods faulty_methods = {
	.iVersion = 2, // no memory maps: they would pass us by
	.xClose = faulty_close,
	.xRead = faulty_read,
	.xWrite = faulty_write,
	.xTruncate = faulty_truncate,
	.xSync = faulty_sync,
	.xFileSize = faulty_file_size,
	.xLock = faulty_lock,
	.xUnlock = faulty_unlock,
	.xCheckReservedLock = faulty_check_lock,
	.xFileControl = faulty_control,
	.xSectorSize = faulty_sector_size,
	.xDeviceCharacteristics = faulty_characteristics,
	.xShmMap = faulty_shm_map,
	.xShmLock = faulty_shm_lock,
	.xShmBarrier = faulty_shm_barrier,
	.xShmUnmap = faulty_shm_unmap,
};

// NULL: not in the folder.
static struct platter *find_platter(const char *path)
{
	size_t length = strlen(disk->directory);
	if (path == NULL || strncmp(path, disk->directory, length) != 0 || path[length] != '/') {
		return NULL;
	}
	for (unsigned i = 0; i < FILES_MAX; i++) {
		struct platter *platter = &disk->platters[i];
		if (platter->path[0] == '\0') {
			snprintf(platter->path, sizeof(platter->path), "%s", path);
			platter->is_new = true;
		}
		if (strcmp(platter->path, path) == 0) {
			return platter;
		}
	}
	platter_demand(false, "there are no more files");
	return NULL;
}

static int faulty_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
		       int *ret_flags)
{
	(void)vfs;
	struct faulty_file *self = (struct faulty_file *)file;
	struct platter *platter = find_platter(path);
	if (platter == NULL) {
		return real_vfs->xOpen(real_vfs, path, file, flags, ret_flags);
	}
	*self = (struct faulty_file) {
		.platter = platter,
		.syncs_directory = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0,
	};
	int code = real_vfs->xOpen(real_vfs, path, real_of(file), flags, ret_flags);
	// SQLite calls xClose whenever there are methods.
	self->base.pMethods = real_of(file)->pMethods != NULL ? &faulty_methods : NULL;
	return code;
}

static int faulty_delete(sqlite3_vfs *vfs, const char *path, int syncs)
{
	(void)vfs;
	struct platter *platter = find_platter(path);
	if (platter != NULL) {
		if (ends_now()) {
			faulty_disk_end(disk->plan.end);
		}
		platter_remove(platter);
	}
	int code = real_vfs->xDelete(real_vfs, path, syncs);
	if (platter != NULL && syncs != 0) {
		sync_directory();
	}
	return code;
}

void faulty_disk_attach(const char *directory, uint64_t seed)
{
	disk = mmap(NULL, sizeof(*disk), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	platter_demand(disk != MAP_FAILED, "there is memory");
	disk->random = seed * SEED_STEP;
	snprintf(disk->directory, sizeof(disk->directory), "%s", directory);
	if (real_vfs == NULL) {
		real_vfs = sqlite3_vfs_find(NULL);
	}
	faulty_vfs = *real_vfs;
	faulty_vfs.zName = "faulty-disk";
	faulty_vfs.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
	faulty_vfs.xOpen = faulty_open;
	faulty_vfs.xDelete = faulty_delete;
	platter_demand(sqlite3_vfs_register(&faulty_vfs, 1) == SQLITE_OK, "SQLite takes it");
}

void faulty_disk_detach(void)
{
	sqlite3_vfs_unregister(&faulty_vfs);
	sqlite3_vfs_register(real_vfs, 1);
	munmap(disk, sizeof(*disk));
	disk = NULL;
}

void faulty_disk_plan(const struct disk_plan *plan)
{
	disk->plan = *plan;
	disk->operation_count = 0;
}

void faulty_disk_fail_syncs(const char *suffix, unsigned count)
{
	snprintf(disk->failing_suffix, sizeof(disk->failing_suffix), "%s", suffix);
	disk->failing_count = count;
}

unsigned faulty_disk_fault_count(void)
{
	return disk->fault_count;
}

void faulty_disk_restart(void)
{
	if (disk->ended == DISK_CUTS) {
		for (unsigned i = 0; i < FILES_MAX; i++) {
			if (disk->platters[i].path[0] != '\0') {
				platter_settle(&disk->platters[i]);
			}
		}
	}
	disk->ended = DISK_STAYS;
	disk->failing_count = 0;
	faulty_disk_plan(&(struct disk_plan) {0});
}
