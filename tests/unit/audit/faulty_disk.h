// SPDX-License-Identifier: BSD-3-Clause
// A disk below SQLite that behaves as disks do when they fail: a VFS around the system's own that remembers, for the
// files of one folder, what reached the platter and what only the page cache holds. Syncs fail once and forget what they
// should have written, writes fail or end in the middle, and when the power is cut a random part of what was not synced
// is there, the rest is not, sectors in any order and torn ones among them.
//
// All of it is drawn from one seed. The state is shared memory, so that the process that uses the disk may be a child
// that dies in the middle of any operation; its parent then has the files as the page cache (killed) or the platter
// (power cut) has them.

#pragma once

#include <stdbool.h>
#include <stdint.h>

enum disk_end {
	DISK_STAYS,
	DISK_KILLS, // the process ends, the page cache stays
	DISK_CUTS,  // the power is cut
};

// What goes wrong, out of 1,000 operations of each sort.
struct disk_plan {
	unsigned sync_fault_permille;
	unsigned write_fault_permille; // EIO, or ENOSPC in the middle
	unsigned read_fault_permille;
	unsigned
		eviction_permille; // pages that are clean but differ from the platter are read from there again
	unsigned writeback_permille; // the kernel writes something by itself
	enum disk_end end;
	unsigned
		end_after; // operations from now; then the process ends with status DISK_END_STATUS
};

#define DISK_END_STATUS 53

// Makes it the default VFS of this process, over the files SQLite opens in `directory`.
void faulty_disk_attach(const char *directory, uint64_t seed);
void faulty_disk_detach(void);
void faulty_disk_plan(const struct disk_plan *plan);
// The next `count` syncs of a file whose name ends so fail; the ones after them do what they can.
void faulty_disk_fail_syncs(const char *suffix, unsigned count);
// Ends this process at once.
_Noreturn void faulty_disk_end(enum disk_end end);
// In the parent, once the child has ended: the files become what is left of them. Nothing goes wrong any more.
void faulty_disk_restart(void);
// A number below `limit`, from the same seed.
uint64_t faulty_disk_draw(uint64_t limit);
// Faults injected since the attachment.
unsigned faulty_disk_fault_count(void);
