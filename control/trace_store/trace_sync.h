// SPDX-License-Identifier: BSD-3-Clause
// fsync of many files and folders at a time. One after another each waits for a flush of the disk of its own, however little
// there is left to write; together they share a few.

#pragma once

// Threads at a time, the caller's among them. More gain nothing: flushes are shared by then.
#define TRACE_SYNC_THREADS 8u

// ret_errors[i]: 0 or -errno of fsync(fds[i]). Fewer threads than that, down to the caller's alone, when the system gives no
// more. Returns when all have ended.
void trace_sync_all(const int *fds, unsigned count, int *ret_errors);
