// SPDX-License-Identifier: BSD-3-Clause
// What iterative look-ups begin with, read once at the start: the root's servers, the trust anchors, the families that
// the port has addresses of.

#pragma once

#include "dnssec/policy.h"
#include "dnssec/trust_anchor.h"
#include "iteration/delegation.h"
#include "recursion/recursor.h"

#include <stdbool.h>

struct iteration_setup {
	bool is_on;
	bool validates;
	struct delegation root_hints;
	struct trust_anchors anchors;
	struct dnssec_policy policy;
	struct recursor_config recursor; // what all workers' recursors have in common
};
