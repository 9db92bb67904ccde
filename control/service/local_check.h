// SPDX-License-Identifier: BSD-3-Clause
// One check at this very perspective, JSON to JSON: what a primary asks of itself and a remote is asked by its primary.

#pragma once

#include <parallax/base/attributes.h>

#include "check/json_members.h"

struct generation;
struct json_t;
struct local_check;

// `result` (check_result.h as JSON) is borrowed; NULL: no memory.
typedef void (*local_check_cb)(void *context, struct json_t *result);

// `check` (check_request.h) is not to be changed until the callback, which comes once, from the loop; the generation
// stays until then. -EAGAIN: too many run; -EINVAL: no check of ours, and the fault; -ENOMEM: then it never comes.
PLX_MUST_CHECK int local_check_start(struct generation *generation, struct json_t *check,
				     unsigned deadline_ms, local_check_cb callback, void *context,
				     struct local_check **ret_check, struct json_fault *fault);
// The callback does not come. NULL is accepted.
void local_check_cancel(struct local_check *check);
