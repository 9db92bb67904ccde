// SPDX-License-Identifier: BSD-3-Clause
// net_memif (DPDK 22.11) unmaps the memory that it shares with a peer as soon as that peer goes, on DPDK's interrupt
// thread, while a worker may be in the middle of copying a packet from or to it: the process dies of SIGSEGV. The driver
// has marked the link as down by then, so it is enough to let every worker finish the turn that it is in. This module
// takes the place of munmap(2) in the process and makes that thread wait for it: a grace period, as in RCU.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

#define UNMAP_GUARD_WORKERS_MAX 64

// A worker that is going to run: `turns` grows with each turn of its loop, and is written by it alone. Main thread,
// before the worker is launched. -ENOSPC.
PLX_MUST_CHECK int unmap_guard_watch(const uint64_t *turns);
// Main thread, when no worker runs any more.
void unmap_guard_clear(void);
