// SPDX-License-Identifier: BSD-3-Clause
// Which address of a delegation to ask next: the fastest ones, chance between equals (a guess more for who forges
// answers, RFC 5452 4.4), now and then one that nothing is known of. Pure but for the book's note of a probe.

#pragma once

#include <parallax/base/random_source.h>

#include "iteration/delegation.h"
#include "iteration/server_book.h"
#include "iteration/work_budget.h"

#include <stdbool.h>
#include <stdint.h>

// Servers so much slower than the fastest count as equal to it.
#define SERVER_BAND_NS (20ull * 1000 * 1000)
// One choice in so many goes to a server of unknown speed while others are known.
#define SERVER_EXPLORE_ONE_IN 8
// Queries that one address gets for one step of a look-up, the first one included.
#define SERVER_TRIES_MAX 3

// What this host can reach. Both false: nothing can be asked.
struct address_families {
	bool has_ipv4;
	bool has_ipv6;
	bool may_ask_loopback; // of tests only: a delegation to 127.0.0.1 must not make us ask our own host
};

// Whether any query may be sent there at all: not to the unspecified, loopback, multicast or link-local addresses.
PLX_PURE bool server_address_is_usable(const struct plx_ip *ip,
				       const struct address_families *families);
// `tries[i]` queries went to address i for this step; UINT8_MAX: not to be asked again. Fewer tries come first, then
// servers without marks, then those that are not silent. Returns the index of the address, or -1 when none is left.
int server_choose(struct server_book *book, const struct delegation *delegation,
		  const uint8_t tries[static DELEGATION_ADDRESSES_MAX],
		  const struct work_budget *budget, const struct address_families *families,
		  struct plx_random *random, uint64_t now_ns);
