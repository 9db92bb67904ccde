// SPDX-License-Identifier: BSD-3-Clause
// YYYYMMDDhhmmss, as RRSIG records and val-override-date have it, in UTC.

#pragma once

#include "scenario_text.h"

#define SCENARIO_DATE_DIGITS 14

// -EINVAL for anything but a date of the years 1970 to 9999.
PLX_MUST_CHECK int scenario_date_parse(const struct word *word, int64_t *ret_unix_s);
