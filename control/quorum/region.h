// SPDX-License-Identifier: BSD-3-Clause
// The service regions of the five regional Internet registries, and sets of them. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

enum region {
	REGION_UNKNOWN = 0,
	REGION_AFRINIC,
	REGION_APNIC,
	REGION_ARIN,
	REGION_LACNIC,
	REGION_RIPE_NCC,
	REGION_COUNT,
};

// One bit per region; REGION_UNKNOWN and impossible values have none, so that they never count.
typedef uint8_t region_set_t;

// "RIPE NCC" and the like, as the registries write themselves; "unknown". Static storage.
const char *region_name(enum region region);
// One of the five names in any case, as in Open MPIC's configuration. -EINVAL.
PLX_MUST_CHECK int region_parse(const char *text, enum region *ret_region);

region_set_t region_set_of(enum region region);
unsigned region_set_count(region_set_t set);
