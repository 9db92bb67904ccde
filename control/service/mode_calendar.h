// SPDX-License-Identifier: BSD-3-Clause
// The configured modes and windows as a schedule. No clock: the caller says what time it is.

#pragma once

#include <parallax/base/attributes.h>

#include "config/config.h"
#include "mode/mode_schedule.h"

#include <stdint.h>

// Into `ret_schedule`, which is large: heap or static. PLX_ERR_CONFIG and the fault (FILE:LINE:COLUMN): a window does not
// fit, or a mode is weaker than the rules demand at some time from `now_s` on and `force` is not set.
PLX_MUST_CHECK int mode_calendar_make(const char *path, const struct config_profiles *profiles,
				      int64_t now_s, struct mode_schedule *ret_schedule,
				      struct plx_setting_fault *fault);
