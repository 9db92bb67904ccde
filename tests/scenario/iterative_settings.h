// SPDX-License-Identifier: BSD-3-Clause
// The settings of a scenario of iterative look-ups: those of Deckard, and those of Unbound that say the same. One whose
// being ignored could change what the scenario means is refused.

#pragma once

#include "dnssec/policy.h"
#include "dnssec/trust_anchor.h"
#include "iteration/delegation.h"
#include "iteration/server_choice.h"
#include "scenario.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

struct world;

struct iterative_settings {
	struct delegation root; // hints: stub-addr
	struct address_families families;
	bool asks_whole_names; // no QNAME minimisation
	bool validates;        // there is a trust anchor
	struct trust_anchors anchors;
	struct dnssec_policy policy;
	int64_t date_s; // Unix time at which the scenario begins
};

// Into world->settings. -EINVAL with a fault.
PLX_MUST_CHECK int iterative_settings_read(struct world *world, struct scenario_fault *fault);
// Whether a setting of that name makes a scenario an iterative one.
bool iterative_setting_is(const char *key);
