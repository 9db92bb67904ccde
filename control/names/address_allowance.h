// SPDX-License-Identifier: BSD-3-Clause
// Which addresses a validation may connect to: plain global unicast, and what the configuration opens beyond it for a
// lab. The allowance is for tests; a daemon that serves the public has none. Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "names/address_prefix.h"

#include <stdbool.h>
#include <stddef.h>

// Searched for each address of each connection; a lab needs a handful.
#define ADDRESS_ALLOWANCE_MAX 64

struct address_allowance {
	size_t count;
	struct address_prefix prefixes[ADDRESS_ALLOWANCE_MAX];
};

// -ENOSPC when it is full.
PLX_MUST_CHECK int address_allowance_add(struct address_allowance *allowance,
					 const struct address_prefix *prefix);
// Whether the kernel may be asked to connect to it. `allowance` may be NULL: nothing is opened. It never opens
// unspecified, multicast, broadcast and reserved addresses, nor IPv6 forms that carry an IPv4 address: who wants
// 10.0.0.1 opens 10.0.0.0/8. When false, *ret_reason is a phrase of static storage, else NULL; ret_reason may be NULL.
bool address_may_be_contacted(const struct plx_ip *ip, const struct address_allowance *allowance,
			      const char **ret_reason);
