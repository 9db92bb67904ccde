// SPDX-License-Identifier: BSD-3-Clause
// Proofs of a world, and what they must be judged as.

#pragma once

#include "proof_world.h"

// State and cause.
#define WORLD_SECURE PLX_DNSSEC_SECURE, DNSSEC_CAUSE_NONE
#define WORLD_NO_DS PLX_DNSSEC_INSECURE, DNSSEC_CAUSE_NO_DS
#define WORLD_BOGUS(cause) PLX_DNSSEC_BOGUS, DNSSEC_CAUSE_##cause
#define WORLD_UNANSWERED PLX_DNSSEC_INDETERMINATE, DNSSEC_CAUSE_UNANSWERED

// Whether the last verdict is this one, decided at `zone`; prints what it is when it is not.
bool world_has_verdict(const struct world *world, enum plx_dnssec state, enum dnssec_cause cause,
		       const char *zone);
// Gathers, proves and compares, with a new budget.
bool world_proves(struct world *world, const char *name, uint16_t type, enum plx_dnssec state,
		  enum dnssec_cause cause, const char *zone);
// The same for a look-up that failed at the servers of `at`.
bool world_proves_failed(struct world *world, const char *at, enum plx_dnssec state,
			 enum dnssec_cause cause, const char *zone);
