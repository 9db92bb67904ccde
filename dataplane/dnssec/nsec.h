// SPDX-License-Identifier: BSD-3-Clause
// NSEC records (RFC 4034 section 4): between two neighbours in canonical order there is no other name.

#pragma once

#include "dnssec/type_bitmap.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stdbool.h>

struct nsec {
	struct plx_name owner; // lower case, as `next`
	struct plx_name next;
	struct type_bitmap types; // view of the message
};

// PLX_ERR_DNS_RDATA when it is malformed, or cannot be `zone`'s: the next name must be in the zone, and follow the owner
// or be the apex (BIND CVE-2026-13321). `owner` and `zone` in lower case.
PLX_MUST_CHECK int nsec_parse(const struct plx_name *owner, const struct plx_name *zone,
			      const uint8_t *rdata, size_t length, struct nsec *ret_nsec);
// `name` lies between owner and next: it owns no records. Other names may lie below it (nsec_is_empty_non_terminal).
PLX_PURE bool nsec_covers(const struct nsec *nsec, const struct plx_name *zone,
			  const struct plx_name *name);
// Covered, nothing lies below it, and the record may speak of it: not one of a delegation or DNAME above (RFC 6840 4.1).
PLX_PURE bool nsec_denies(const struct nsec *nsec, const struct plx_name *zone,
			  const struct plx_name *name);
// Covered, and the next name lies below it: it exists without records.
PLX_PURE bool nsec_is_empty_non_terminal(const struct nsec *nsec, const struct plx_name *zone,
					 const struct plx_name *name);
