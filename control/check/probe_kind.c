// SPDX-License-Identifier: BSD-3-Clause

#include "check/probe_kind.h"

#include <string.h>

static const char *const names[PROBE_KIND_COUNT] = {
	[PROBE_NONE] = "none",
	[PROBE_USER_AGENT] = "user-agent",
	[PROBE_ADDRESS_FAMILY] = "address-family",
	[PROBE_LATER] = "later",
};

const char *probe_kind_name(enum probe_kind kind)
{
	return (unsigned)kind < PROBE_KIND_COUNT ? names[kind] : names[PROBE_NONE];
}

enum probe_kind probe_kind_find(const char *name)
{
	for (int kind = PROBE_NONE + 1; kind < PROBE_KIND_COUNT; kind++) {
		if (strcmp(names[kind], name) == 0) {
			return (enum probe_kind)kind;
		}
	}
	return PROBE_NONE;
}
