// SPDX-License-Identifier: BSD-3-Clause
// What a look-up that a check rests upon says about the name servers. Pure.

#pragma once

#include "diagnosis/sighting.h"

// Look-ups of one check that are read: a climb, address look-ups of ten redirects.
#define DNS_SIGHTINGS_MAX 64

// By the first look-up of `result` that failed, else by the last one; NONE without look-ups. `other` as in sighting.h.
enum sighting_kind dns_sighting_of(const struct check_result *result,
				   const struct check_result *other);
