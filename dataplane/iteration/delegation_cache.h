// SPDX-License-Identifier: BSD-3-Clause
// What a worker of one perspective remembers between look-ups: who serves which zone, where name servers are that had to
// be asked for, and what does not exist. Of a zone only what its parent said is kept, never what the zone says of itself:
// a zone whose parent has dropped it cannot stay alive by its own word (ghost domains, CVE-2012-1033, CVE-2022-30698).

#pragma once

#include <parallax/dns/name.h>
#include <parallax/exchange/result.h>

#include "iteration/delegation.h"
#include "iteration/packed_store.h"

#include <stdbool.h>
#include <stdint.h>

enum cache_use {
	CACHE_USE_NOT_EVALUATED = 0, // as CACHE_USE_EVIDENCE
	CACHE_USE_EVIDENCE, // the root and the TLD above the name only: all that says anything about the name is fresh
	CACHE_USE_SERVERS, // who serves which zone and where, but no denials: a proof needs the reply itself
	CACHE_USE_ALL,
};

enum negative_kind {
	NEGATIVE_UNKNOWN = 0,
	NEGATIVE_NODATA,
	NEGATIVE_NXDOMAIN,
};

// Until delegation->expires_ns. A child's must not be later than its parent's was: the caller sees to it.
void delegation_cache_put(struct packed_store *cache, const struct delegation *delegation,
			  uint64_t now_ns);
// The delegation of the closest zone at or above `name`. False when not even the root is known.
bool delegation_cache_closest(struct packed_store *cache, const struct plx_name *name,
			      enum cache_use use, uint64_t now_ns,
			      struct delegation *ret_delegation);

// The addresses of a name server, from an authoritative answer about its name: one provider serves very many zones, and
// each would ask again. `type` is A or AAAA; until expires_ns. A count of 0: it has none. Never of use for evidence.
void address_cache_put(struct packed_store *cache, const struct plx_name *server, uint16_t type,
		       const struct plx_ip *addresses, unsigned count, uint64_t expires_ns,
		       uint64_t now_ns);
// How many there are; -1 when nothing is known.
int address_cache_get(struct packed_store *cache, const struct plx_name *server, uint16_t type,
		      enum cache_use use, uint64_t now_ns,
		      struct plx_ip ret_addresses[static DELEGATION_NAME_ADDRESSES_MAX]);

// RFC 2308 5: NODATA is of one type, NXDOMAIN of the name. It is not taken for the names below (RFC 8020): servers that
// deny an empty non-terminal are too many. Iteration never puts any: whoever judges them does, with what they are worth.
void negative_cache_put(struct packed_store *cache, const struct plx_name *name, uint16_t type,
			enum negative_kind kind, enum plx_dnssec dnssec, uint32_t ttl_s,
			uint64_t now_ns);
enum negative_kind negative_cache_get(struct packed_store *cache, const struct plx_name *name,
				      uint16_t type, enum cache_use use, uint64_t now_ns,
				      enum plx_dnssec *ret_dnssec);

// Forgets everything at or below the zone; returns how many entries that were.
uint32_t delegation_cache_flush(struct packed_store *cache, const struct plx_name *zone);
