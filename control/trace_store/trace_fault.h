// SPDX-License-Identifier: BSD-3-Clause
// Why evidence could not be stored or found, in one line for a person: where, what, how to mend.

#pragma once

#include <parallax/base/attributes.h>

#define TRACE_FAULT_TEXT_BYTES 512

struct trace_fault {
	int error; // 0: none; else -errno
	char text[TRACE_FAULT_TEXT_BYTES];
};

// Fills `fault` and returns `error`. A longer text is cut.
int trace_fault_set(struct trace_fault *fault, int error, const char *format, ...) PLX_PRINTF(3, 4);
// "PATH: cannot be WHAT: No space left on device: free space". Returns `error`.
int trace_fault_of_file(struct trace_fault *fault, int error, const char *path, const char *what);
