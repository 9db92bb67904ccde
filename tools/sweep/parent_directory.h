// SPDX-License-Identifier: BSD-3-Clause
// The directory that holds a file: it must be synced for the file's creation, removal or renaming to outlast a power
// cut.

#pragma once

#include <parallax/base/attributes.h>

// A descriptor, or -errno. The file itself need not exist.
PLX_MUST_CHECK int parent_directory_open(const char *path);
// Makes durable what happened to names in the directory. 0 too where the file system has nothing to sync; -errno.
PLX_MUST_CHECK int parent_directory_sync_fd(int fd);
// Both at once.
PLX_MUST_CHECK int parent_directory_sync(const char *path);
