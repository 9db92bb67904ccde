// SPDX-License-Identifier: BSD-3-Clause
// A parallax-dataplane of our own, with its control socket in a temporary folder, that ends with us.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/bench_failure.h"

#include <limits.h>
#include <stdbool.h>

#include <sys/types.h>

struct dataplane_child {
	pid_t pid; // 0: none
	char directory[64];
	char socket_path[96];
	char log_path[96];
};

// Starts `program` (NULL: parallax-dataplane beside our own binary, or in PATH) with the arguments, a NULL-terminated
// list, behind --socket. Returns before it listens.
PLX_MUST_CHECK int dataplane_child_start(struct dataplane_child *child, const char *program,
					 const char *const *arguments,
					 struct bench_failure *failure);
// False when it ended by itself: the failure then tells the last line that it wrote.
bool dataplane_child_is_running(struct dataplane_child *child, struct bench_failure *failure);
// Ends it, waits, and removes the folder. A zeroed one is fine.
void dataplane_child_stop(struct dataplane_child *child);
