// SPDX-License-Identifier: BSD-3-Clause
// One writer (the main thread) sets the list up before workers run; the interrupt thread reads it.

#include "port/unmap_guard.h"

#include <rte_interrupts.h>

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS 50000
// A worker sleeps for 50 ms at most. One that hangs for longer than this would die instead of the link.
#define WAIT_MAX_NS 2000000000

static struct {
	unsigned count; // release by the main thread, acquire by who unmaps
	const uint64_t *turns[UNMAP_GUARD_WORKERS_MAX];
} guard;

int unmap_guard_watch(const uint64_t *turns)
{
	unsigned count = guard.count;
	if (count == UNMAP_GUARD_WORKERS_MAX) {
		return -ENOSPC;
	}
	guard.turns[count] = turns;
	__atomic_store_n(&guard.count, count + 1, __ATOMIC_RELEASE);
	return 0;
}

void unmap_guard_clear(void)
{
	__atomic_store_n(&guard.count, 0, __ATOMIC_RELEASE);
}

static void wait_for_turn(const uint64_t *turns, uint64_t seen, uint64_t *waited_ns)
{
	const struct timespec look = {.tv_nsec = LOOK_NS};
	while (__atomic_load_n(turns, __ATOMIC_ACQUIRE) == seen && *waited_ns < WAIT_MAX_NS) {
		nanosleep(&look, NULL);
		*waited_ns += LOOK_NS;
	}
}

static void wait_for_workers(void)
{
	uint64_t seen[UNMAP_GUARD_WORKERS_MAX], waited_ns = 0;
	unsigned count = __atomic_load_n(&guard.count, __ATOMIC_ACQUIRE);
	for (unsigned i = 0; i < count; i++) {
		seen[i] = __atomic_load_n(guard.turns[i], __ATOMIC_ACQUIRE);
	}
	for (unsigned i = 0; i < count; i++) {
		wait_for_turn(guard.turns[i], seen[i], &waited_ns);
	}
}

// Before libc's for all libraries of the process, for this is the program itself.
int munmap(void *address, size_t length)
{
	if (rte_thread_is_intr()) {
		wait_for_workers();
	}
	return (int)syscall(SYS_munmap, address, length);
}
