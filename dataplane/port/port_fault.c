// SPDX-License-Identifier: BSD-3-Clause

#include "port/port_fault.h"

#include <stdarg.h>
#include <stdio.h>

int port_fault_set(struct port_fault *fault, const char *step, int error, const char *format, ...)
{
	va_list arguments;
	fault->step = step;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return error;
}
