// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/region.h"

#include <errno.h>
#include <strings.h>

static const char *const names[REGION_COUNT] = {
	[REGION_UNKNOWN] = "unknown", [REGION_AFRINIC] = "AFRINIC", [REGION_APNIC] = "APNIC",
	[REGION_ARIN] = "ARIN",       [REGION_LACNIC] = "LACNIC",   [REGION_RIPE_NCC] = "RIPE NCC",
};

const char *region_name(enum region region)
{
	return names[(unsigned)region < REGION_COUNT ? region : REGION_UNKNOWN];
}

int region_parse(const char *text, enum region *ret_region)
{
	for (unsigned i = REGION_UNKNOWN + 1; i < REGION_COUNT; i++) {
		if (strcasecmp(text, names[i]) == 0) {
			*ret_region = (enum region)i;
			return 0;
		}
	}
	return -EINVAL;
}

region_set_t region_set_of(enum region region)
{
	if (region == REGION_UNKNOWN || (unsigned)region >= REGION_COUNT) {
		return 0;
	}
	return (region_set_t)(1u << region);
}

unsigned region_set_count(region_set_t set)
{
	return (unsigned)__builtin_popcount(set);
}
