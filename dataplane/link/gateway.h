// SPDX-License-Identifier: BSD-3-Clause
// Which of several gateways is in use, per family. All of them stay in the neighbour table and are asked every 5 s; the
// one in use is left when it has not answered three questions and another one answers, for the first in the operator's
// order that does: 8 s after its last answer. A preferred one comes back into use after it has answered for
// GATEWAY_RETURN_NS without a break. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include "link/neighbor_table.h"
#include "link/route.h"

#define GATEWAY_RETURN_NS (60ull * 1000000000)

struct gateway_set {
	struct plx_ip gateways[LINK_GATEWAYS_MAX]; // in order of preference within a family
	unsigned count;
	int in_use[2];        // index per family (IPv4, IPv6); -1: the family has no gateway
	uint64_t switchovers; // times that `in_use` moved
};

// Adds all gateways to the table. -EINVAL (not unicast, twice), -ENOSPC.
PLX_MUST_CHECK int gateway_set_init(struct gateway_set *set, const struct plx_ip *gateways,
				    unsigned count, struct neighbor_table *table, uint64_t now_ns);
// Looks at the table again; true when a gateway in use changed.
bool gateway_set_update(struct gateway_set *set, const struct neighbor_table *table,
			uint64_t now_ns);
// The gateway in use for a family (4 or 6); NULL when the family has none. It need not answer: when none does, it is
// the last that did.
const struct plx_ip *gateway_set_current(const struct gateway_set *set, uint8_t family);
// When a preferred gateway may return; UINT64_MAX when none waits.
uint64_t gateway_set_next_wakeup(const struct gateway_set *set, const struct neighbor_table *table);
