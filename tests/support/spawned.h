// SPDX-License-Identifier: BSD-3-Clause
// Programs run by tests, and directories that go with all that is in them.

#pragma once

#include <stddef.h>

#include <sys/types.h>

// Starts argv[0], found by PATH, with these files as standard streams (NULL: none). -1: it cannot be started.
pid_t spawned_start(const char *const *argv, const char *input_path, const char *output_path,
		    const char *error_path);
// Its exit status; 128 and more: it was killed.
int spawned_wait(pid_t pid);
// The whole file, by malloc; fails the test when it cannot be read.
char *spawned_file_text(const char *path);
void spawned_remove_tree(const char *path);
