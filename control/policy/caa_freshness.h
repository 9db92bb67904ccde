// SPDX-License-Identifier: BSD-3-Clause
// How long a CAA check serves: as rules/rule_table.h says (the greater of the TTL and 8 hours, BR 4.2.2.1), with a limit
// on the TTL. All times are Unix seconds.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

// A TTL may say 68 years. Caches cut it at a week (RFC 8767 4), and so does trust in a check.
#define CAA_TTL_MAX_S (7 * 24 * 3600)

// The last second at which a check of `checked` still serves. `ttl`: that of the RRset; 0 when it was empty.
PLX_PURE int64_t caa_usable_until(int64_t checked, uint32_t ttl);
// False as well when `checked` lies after `now`: one of the two clocks is wrong.
PLX_PURE bool caa_is_fresh(int64_t checked, uint32_t ttl, int64_t now);
