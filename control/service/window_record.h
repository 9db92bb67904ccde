// SPDX-License-Identifier: BSD-3-Clause
// Operators' changes of the schedule as records of the audit log, there and back. They are mode-change records with
// cause "window": the mode in effect is the same before and after, until the window begins or ends.

#pragma once

#include <parallax/base/attributes.h>

#include "mode/mode_window_list.h"

#include <stddef.h>

struct json_t;

// {"profile","name","mode","start","end","forced"}, `end` null for never. NULL: no memory.
struct json_t *window_object_make(const struct mode_window *window);
// The body of a mode-change record, a new reference. `mode` is in effect now. NULL: no memory.
struct json_t *window_record_make(const struct mode_window_change *change, enum mode mode);
// False when it is not such a body; ret_change is untouched then.
PLX_MUST_CHECK bool window_record_read(const char *body, size_t length,
				       struct mode_window_change *ret_change);
