// SPDX-License-Identifier: BSD-3-Clause
// What a worker of one perspective remembers between look-ups: who serves which zone, and what does not exist. Only what
// the parent of a zone said is kept, never what the zone says of itself: a zone whose parent has dropped it cannot stay
// alive by its own word (ghost domains, CVE-2012-1033, CVE-2022-30698).

#pragma once

#include <parallax/dns/name.h>

#include "iteration/delegation.h"
#include "iteration/packed_store.h"

#include <stdbool.h>
#include <stdint.h>

enum cache_use {
	CACHE_USE_NOT_EVALUATED = 0, // as CACHE_USE_EVIDENCE
	CACHE_USE_EVIDENCE, // the root and the TLD above the name only: all that says anything about the name is fresh
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

// RFC 2308 5: NODATA is of one type, NXDOMAIN of the name. It is not taken for the names below (RFC 8020): servers that
// deny an empty non-terminal are too many.
void negative_cache_put(struct packed_store *cache, const struct plx_name *name, uint16_t type,
			enum negative_kind kind, uint32_t ttl_s, uint64_t now_ns);
enum negative_kind negative_cache_get(struct packed_store *cache, const struct plx_name *name,
				      uint16_t type, enum cache_use use, uint64_t now_ns);

// Forgets everything at or below the zone; returns how many entries that were.
uint32_t delegation_cache_flush(struct packed_store *cache, const struct plx_name *zone);
