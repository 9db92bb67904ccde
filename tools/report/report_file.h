// SPDX-License-Identifier: BSD-3-Clause
// A report in a file that is there whole or not at all. It is opened before the run, so that a path that cannot be written
// is told at once, and takes its name at the end. Devices and pipes are written as they are.

#pragma once

#include <parallax/base/attributes.h>

#include <stdio.h>

struct report_file {
	FILE *out; // NULL: none
	char *path;
	char *partial_path; // beside it; NULL: a device or a pipe
};

// -errno.
PLX_MUST_CHECK int report_file_open(const char *path, struct report_file *ret_file);
// Gives it its name, in place of a file that was there. -errno: what was there is unchanged.
PLX_MUST_CHECK int report_file_commit(struct report_file *file);
// Away with what was not committed. Twice is fine, and so is a zeroed one.
void report_file_close(struct report_file *file);
