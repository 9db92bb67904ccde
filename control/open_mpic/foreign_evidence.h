// SPDX-License-Identifier: BSD-3-Clause
// The `details` of a foreign CheckResponse as evidence of ours. For open_mpic_foreign.c.

#pragma once

#include "check/check_request.h"
#include "check/check_result.h"

#include <parallax/base/attributes.h>

struct json_t;

// Sets evidence (an object), found_at and dnssec of a result whose kind and outcome are set, and turns a permission that
// cannot be relied upon into an error. -EINVAL and the fault, whose pointer begins at `details`; evidence may be set
// then.
PLX_MUST_CHECK int foreign_evidence_read(const struct check_request *request,
					 struct json_t *details, struct check_result *result,
					 struct json_fault *fault);
