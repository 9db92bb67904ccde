// SPDX-License-Identifier: BSD-3-Clause
// Which addresses are not plain global unicast: the Reserved IP Addresses of the Baseline Requirements (1.6.1: any
// entry of the two IANA special-purpose registries), multicast, every form that carries an IPv4 address inside an IPv6
// one, and all of IPv6 outside 2000::/3. No certificate names them (BR 4.2.2) and no validation connects to them.
// Embedded forms are judged special outright, whatever they embed: a translator near us would reach the inner address.
// Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "names/address_prefix.h"

#include <stdbool.h>
#include <stddef.h>

// One range and what it is for.
struct special_range {
	struct address_prefix prefix;
	const char *reason;    // what the range is for, one phrase
	const char *reference; // the RFC that says so
	// An allowance of the configuration does not open it: nothing that answers for itself alone lives there.
	bool is_never_contacted;
};

// True also for anything that is not an address (family other than 4 and 6).
PLX_PURE bool address_is_special(const struct plx_ip *ip);
// The narrowest range that makes it special; NULL when it is plain global unicast. Static storage.
PLX_PURE const struct special_range *special_range_find(const struct plx_ip *ip);
// All ranges, for documentation and tests.
const struct special_range *special_range_list(size_t *ret_count);
