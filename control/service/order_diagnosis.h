// SPDX-License-Identifier: BSD-3-Clause
// Diagnosis of what the perspectives found for an identifier; the order table puts it into the answer. It explains, and
// has no part in the decision.

#pragma once

#include "order/order_findings.h"

#include <stddef.h>

struct json_t;

// An array, a new reference; NULL: none.
struct json_t *order_diagnose(void *context, const struct order_findings *findings);
// Which probes would say more; returns how many.
size_t order_probes_wanted(void *context, const struct order_findings *findings,
			   struct order_probe_wish ret_wishes[static ORDER_PROBES_MAX]);
