// SPDX-License-Identifier: BSD-3-Clause
// A program of ours that we start, with a temporary folder for its socket, log and reports, and that ends with us.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/bench_failure.h"

#include <stdbool.h>

#include <sys/types.h>

struct child_process {
	pid_t pid;        // 0: none
	const char *name; // of the program, for messages
	char directory[64];
	char log_path[96];
};

// Makes the folder, so that paths in it can be among the arguments.
PLX_MUST_CHECK int child_process_prepare(struct child_process *child, const char *name,
					 struct bench_failure *failure);
// Starts `program` (NULL: the one of that name, see program_path.h) with a NULL-terminated list of arguments.
PLX_MUST_CHECK int child_process_start(struct child_process *child, const char *program,
				       const char *const *arguments, struct bench_failure *failure);
// False when it ended by itself: the failure then tells the last line that it wrote.
bool child_process_is_running(struct child_process *child, struct bench_failure *failure);
// Waits until it logged `text`. -1 and the failure when that took longer, or it ended before.
PLX_MUST_CHECK int child_process_await_log(struct child_process *child, const char *text,
					   unsigned patience_ms, struct bench_failure *failure);
// Waits until it ended by itself. -1 and the failure when that took longer or it failed.
PLX_MUST_CHECK int child_process_wait(struct child_process *child, unsigned patience_ms,
				      struct bench_failure *failure);
// Ends it, waits, and removes the folder with all files in it. A zeroed one is fine.
void child_process_stop(struct child_process *child);
