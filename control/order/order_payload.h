// SPDX-License-Identifier: BSD-3-Clause
// What a perspective signed, put together again from the record of its check or probe: docs/orders.md, "What is
// recorded". Pure.

#pragma once

#include <parallax/base/attributes.h>

struct json_t;

// The payload that the record's `signature` is of, an own reference. NULL: the record does not hold what was signed, or no
// memory.
PLX_MUST_CHECK struct json_t *order_payload_of(const struct json_t *record);
