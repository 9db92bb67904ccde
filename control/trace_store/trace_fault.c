// SPDX-License-Identifier: BSD-3-Clause

#include "trace_store/trace_fault.h"

#include <parallax/base/error.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int trace_fault_set(struct trace_fault *fault, int error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fault->error = error;
	(void)vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return error;
}

static const char *remedy_of(int error)
{
	switch (error) {
	case -ENOSPC:
	case -EDQUOT:
		return "free space, or archive the audit log with its evidence and begin a new one";
	case -EFBIG:
		return "raise the process's limit of file sizes";
	case -EACCES:
	case -EPERM:
		return "give the daemon's account write access";
	case -EROFS:
		return "mount it for writing";
	case -EMFILE:
	case -ENFILE:
		return "raise the limit of open files";
	default:
		return "look at the kernel's log for the disk's errors";
	}
}

int trace_fault_of_file(struct trace_fault *fault, int error, const char *path, const char *what)
{
	return trace_fault_set(fault, error, "%s: cannot be %s: %s: %s", path, what,
			       plx_error_text(error), remedy_of(error));
}
