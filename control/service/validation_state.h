// SPDX-License-Identifier: BSD-3-Clause
// Who validates the DNS answers of this perspective, and whether that was enough so far. No decision rests on it: a check
// of a primary whose answer nobody validated is an error by itself (BR 4.2.2.2).

#pragma once

#include <parallax/exchange/job.h>

#include <stdbool.h>
#include <stdint.h>

struct service_context;

struct validation_state {
	enum plx_resolution resolution; // of checks that start now
	bool is_required;               // by the rules of the day, here: at a primary
	uint64_t unvalidated;           // definitive answers since the start that nobody validated
	bool is_compliant;              // none of them, or none was required
};

struct validation_state validation_state_get(const struct service_context *service);
