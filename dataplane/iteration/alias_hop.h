// SPDX-License-Identifier: BSD-3-Clause
// One hop of an alias chain in an answer section: CNAME (RFC 1034 3.6.2), or DNAME with its synthesis checked
// (RFC 6672 2.2, 5.3.1). Pure.

#pragma once

#include <parallax/dns/message_reader.h>
#include <parallax/dns/name.h>

#include <stdint.h>

enum alias_hop {
	ALIAS_HOP_NOT_EVALUATED = 0,
	ALIAS_HOP_RECORDS, // the name has records of the type asked for
	ALIAS_HOP_TARGET,  // it is an alias
	ALIAS_HOP_NOTHING,
	ALIAS_HOP_CONTRADICTORY, // two targets, a CNAME beside records, a CNAME that its DNAME does not yield
	ALIAS_HOP_TOO_LONG, // the name that a DNAME yields is longer than 255 octets (RFC 6672 2.2, YXDOMAIN)
};

// What the answer section of a checked message says about `name` and `type`. A DNAME counts when it is at or below
// `zone`, whose server wrote the message, and above the name.
enum alias_hop alias_hop_find(const struct plx_message *message, const struct plx_name *zone,
			      const struct plx_name *name, uint16_t type,
			      struct plx_name *ret_target);
// `name` with its suffix `owner` replaced by `target`. False when that is longer than 255 octets.
bool dname_substitute(const struct plx_name *name, const struct plx_name *owner,
		      const struct plx_name *target, struct plx_name *ret_name);
