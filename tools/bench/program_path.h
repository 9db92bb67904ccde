// SPDX-License-Identifier: BSD-3-Clause
// Where the programs are that this one starts: as installed, or as they lie in a build tree that nobody installed yet.

#pragma once

#include <limits.h>

// The first that can be run: `own_directory`/name, where it lies from there in an installation or a build tree, else
// the name alone, which exec looks for in PATH.
void program_path_find(const char *own_directory, const char *name, char ret_path[static PATH_MAX]);
