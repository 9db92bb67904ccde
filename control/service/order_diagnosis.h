// SPDX-License-Identifier: BSD-3-Clause
// Diagnosis of what the perspectives found for an identifier; the order table puts it into the answer. It explains, and
// has no part in the decision.

#pragma once

struct json_t;
struct order_findings;

// An array, a new reference; NULL: none.
struct json_t *order_diagnose(void *context, const struct order_findings *findings);
