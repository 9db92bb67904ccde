// SPDX-License-Identifier: BSD-3-Clause
// Why a benchmark cannot start or go on: one line for the user, and the exit status that belongs to it. Only main
// prints it.

#pragma once

#include <stdarg.h>
#include <stdio.h>

enum bench_exit {
	BENCH_EXIT_DONE = 0,
	BENCH_EXIT_USAGE = 1,
	BENCH_EXIT_LOSS = 2, // some queries were not answered
	BENCH_EXIT_UNREACHABLE = 3,
	BENCH_EXIT_INTERRUPTED = 130,
};

struct bench_failure {
	enum bench_exit exit_status;
	char text[1024];
};

// Returns -1, so that callers can `return bench_fail(...)`.
__attribute__((format(printf, 3, 4))) static inline int
bench_fail(struct bench_failure *failure, enum bench_exit exit_status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(failure->text, sizeof(failure->text), format, arguments);
	va_end(arguments);
	failure->exit_status = exit_status;
	return -1;
}
