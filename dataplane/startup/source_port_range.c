// SPDX-License-Identifier: BSD-3-Clause

#include "startup/source_ports.h"

#include <stdio.h>

// The first port of `first`..`last` that the list ("8080,9000-9100") does not reserve; past `last` when it has all.
static unsigned first_unreserved(const char *list, unsigned first, unsigned last)
{
	unsigned port = first;
	const char *at = list;
	unsigned from, to;
	int read = 0;
	while (port <= last && sscanf(at, "%u%n", &from, &read) == 1) {
		at += read;
		to = from;
		if (sscanf(at, "-%u%n", &to, &read) == 1) {
			at += read;
		}
		if (from <= port && port <= to) {
			port = to + 1; // the kernel prints the list in ascending order
		}
		at += *at == ',' ? 1 : 0;
	}
	return port;
}

bool source_ports_are_free(const struct options_port_range *ours,
			   const struct options_port_range *kernel, const char *reserved)
{
	if (ours->last < kernel->first || ours->first > kernel->last) {
		return true;
	}
	unsigned first = ours->first > kernel->first ? ours->first : kernel->first;
	unsigned last = ours->last < kernel->last ? ours->last : kernel->last;
	return first_unreserved(reserved, first, last) > last;
}
