// SPDX-License-Identifier: BSD-3-Clause
// A libpcap file (nanoseconds, Ethernet) in the one directory that captures may go to. Never follows a link, never
// overwrites, never grows beyond its limit.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_FILE_NAME_MAX 100
#define CAPTURE_FILE_HEADER_BYTES 24
#define CAPTURE_FILE_SNAP_BYTES 262144

struct capture_file;

// True for a plain file name: letters, digits, `.`, `_`, `-`, not starting with a dot.
PLX_PURE bool capture_file_name_is_valid(const char *name);
// 0 when files can be made there now; -ENOENT, -ENOTDIR, -EACCES, -EROFS ...
PLX_MUST_CHECK int capture_directory_check(const char *directory);
// NULL and ret_error: -EINVAL (the name), -EEXIST, -ENOENT (the directory), -EACCES ...
struct capture_file *capture_file_open(const char *directory, const char *name,
				       uint64_t limit_bytes, int *ret_error);
// 0; -EFBIG: the limit would be passed, nothing was written; -errno: the file is at fault. After an error the file
// ends with a whole record and takes no more.
PLX_MUST_CHECK int capture_file_write(struct capture_file *file, uint64_t realtime_ns,
				      const uint8_t *frame, size_t length);
uint64_t capture_file_bytes(const struct capture_file *file);
// Writes what is buffered. 0 or -errno.
PLX_MUST_CHECK int capture_file_flush(struct capture_file *file);
// Flushes and closes. NULL is accepted. 0 or -errno of what was still buffered.
int capture_file_close(struct capture_file *file);
