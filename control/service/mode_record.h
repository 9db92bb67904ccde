// SPDX-License-Identifier: BSD-3-Clause
// Changes of the mode as records of the audit log, there and back.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_fault.h"
#include "mode/mode_state.h"
#include "mode/mode_window_list.h"

#include <stddef.h>

struct json_t;

// The body of a mode-change record, a new reference. NULL: no memory.
struct json_t *mode_record_make(const struct mode_change *change);
// False when it is not such a body.
PLX_MUST_CHECK bool mode_record_read(const char *body, size_t length,
				     struct mode_change *ret_change);
// {"profile","mode","demanded","compliant","forced","cause","actor","reason","next_change"}: what holds for orders that
// start now. NULL: no memory.
struct json_t *mode_effective_make(enum profile profile, const struct mode_effective *effective);

// Takes up the last change of each profile, and the windows that operators added and did not remove, from the log at
// `path`. Blocks; for the start. As audit_query_run.
PLX_MUST_CHECK int mode_record_restore(const char *path, struct mode_state *state,
				       struct mode_window_list *windows, struct audit_fault *fault);
