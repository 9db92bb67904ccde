// SPDX-License-Identifier: BSD-3-Clause
// The configuration file as octets, for those who parse it or take its digest. Blocks on the disk: for the start and for
// reloads.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/settings/setting_fault.h>

#include <stddef.h>

#define PLX_SETTING_FILE_DEFAULT "/etc/parallax/parallax.yaml" // of both daemons
// Against a wrong path, such as a device or a log: the largest configuration has a few hundred KiB.
#define PLX_SETTING_FILE_BYTES_MAX (1024 * 1024)

// The caller frees *ret_bytes, which end with no NUL. -errno, -EFBIG or -ENOMEM and the fault, which names the file.
PLX_MUST_CHECK int plx_setting_file_read(const char *path, struct plx_setting_fault *fault,
					 char **ret_bytes, size_t *ret_length);
