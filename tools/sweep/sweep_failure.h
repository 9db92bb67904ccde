// SPDX-License-Identifier: BSD-3-Clause
// Why a sweep cannot start or go on: one line for the user that says where, what and how to mend it, and the
// exit status that belongs to it. Parts of the sweep fill it in; only main prints it.

#pragma once

#include <stdarg.h>
#include <stdio.h>

enum sweep_exit {
	SWEEP_EXIT_DONE = 0,
	SWEEP_EXIT_USAGE = 1, // or input or output that cannot be used
	SWEEP_EXIT_FAILURES = 2,
	SWEEP_EXIT_UNREACHABLE = 3,
	SWEEP_EXIT_INTERRUPTED = 130,
};

struct sweep_failure {
	enum sweep_exit exit_status;
	char text[768];
};

// Returns -1, so that callers can `return sweep_fail(...)`.
__attribute__((format(printf, 3, 4))) static inline int
sweep_fail(struct sweep_failure *failure, enum sweep_exit exit_status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(failure->text, sizeof(failure->text), format, arguments);
	va_end(arguments);
	failure->exit_status = exit_status;
	return -1;
}
