// SPDX-License-Identifier: BSD-3-Clause
// The evidence of a primary's look-ups: its store beside the audit log, and how long it is kept. What retention removes is
// recorded in the audit log before it is removed, so that a file that is missing and one that was let go differ for ever.

#pragma once

#include <parallax/base/attributes.h>

#include "service/service_context.h"

struct json_t;

// After the audit log and the clock. Undone by evidence_keeper_close, once no check runs any more.
PLX_MUST_CHECK int evidence_keeper_open(struct service_context *service,
					struct service_fault *fault);
// NULL in the context is accepted.
void evidence_keeper_close(struct service_context *service);
// Another configuration is in force.
void evidence_keeper_renew(struct service_context *service);

// Is any kept, and can it be? Without it nothing passes, so that no order is taken.
bool evidence_keeper_is_ready(const struct service_context *service);
// For the status; null at a remote. NULL: no memory.
struct json_t *evidence_keeper_status(const struct service_context *service);
