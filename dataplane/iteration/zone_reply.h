// SPDX-License-Identifier: BSD-3-Clause
// What a reply means that came from a server of a zone: an answer, an alias, a referral further down, a negative answer,
// or nothing that can be used. Everything in it about names outside the zone is dropped: of them the server has no say.
// Pure.

#pragma once

#include <parallax/dns/message_reader.h>
#include <parallax/exchange/trace.h>

#include "iteration/referral.h"
#include "iteration/work_budget.h"

#include <stdint.h>

// RFC 2308 5: one to three hours; a validation is not to rest on an old "nothing there".
#define NEGATIVE_TTL_MAX_S 3600

enum zone_reply_kind {
	ZONE_REPLY_NOT_EVALUATED = 0,
	ZONE_REPLY_RECORDS, // the RRset at `owner`
	ZONE_REPLY_ALIAS, // the chain leads to `owner`, about which the reply says nothing that counts
	ZONE_REPLY_NODATA,   // `owner` has none of this type
	ZONE_REPLY_NXDOMAIN, // `owner` does not exist
	ZONE_REPLY_REFERRAL,
	ZONE_REPLY_TRUNCATED, // TC: whatever else it says, ask by TCP
	ZONE_REPLY_LAME,      // not authoritative, or referred up, sideways or to nothing
	ZONE_REPLY_FAILED,    // an RCODE that answers nothing
	ZONE_REPLY_BROKEN,    // no reading of it is safe
	ZONE_REPLY_ALIAS_LOOP,
	ZONE_REPLY_ALIAS_LIMIT,    // more than WORK_ALIASES_MAX hops
	ZONE_REPLY_ALIAS_TOO_LONG, // RFC 6672 2.2
};

struct zone_reply {
	enum zone_reply_kind kind;
	uint16_t rcode;
	uint8_t alias_count;
	struct plx_name aliases[WORK_ALIASES_MAX]; // targets in order; the last one is `owner`
	struct plx_name owner;                     // the question's name when there is no alias
	// Of NODATA and NXDOMAIN: how long it may be remembered (RFC 2308 5), 0 without an SOA.
	uint32_t negative_ttl_s;
	struct referral referral; // of ZONE_REPLY_REFERRAL only
};

// `message` was checked and is the reply to `name` and `type` from a server of `zone`, which the name is in.
void zone_reply_judge(const struct plx_message *message, const struct plx_name *zone,
		      const struct plx_name *name, uint16_t type, struct zone_reply *ret_reply);
const char *zone_reply_kind_name(enum zone_reply_kind kind);
// The same in a trace; what was not evaluated is broken.
enum plx_trace_verdict zone_reply_verdict(enum zone_reply_kind kind);
