// SPDX-License-Identifier: BSD-3-Clause
// What fetches and handshakes may connect to and which redirects they follow: policy/redirect_rules and
// names/address_allowance in the form in which http_challenge/ asks.

#pragma once

#include "http_challenge/fetch.h"
#include "names/address_allowance.h"
#include "policy/dcv_switches.h"

// What it points to outlives all fetches.
struct connection_rules {
	const struct address_allowance *allowance; // NULL: plain global unicast only
	const struct dcv_switches *switches;
};

// `rules` must stay where it is.
struct fetch_rules connection_rules_of(struct connection_rules *rules);
