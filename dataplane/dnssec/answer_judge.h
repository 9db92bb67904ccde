// SPDX-License-Identifier: BSD-3-Clause
// One step of an answer: what a zone, known to be signed, says of one name. Follows no alias and asks nobody: the caller
// judges the target by the keys of the zone that the target is in.

#pragma once

#include "dnssec/cause.h"
#include "dnssec/denial.h"
#include "dnssec/key_set.h"
#include "dnssec/rrset_verify.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/message_reader.h>
#include <parallax/exchange/result.h>

enum judged_kind {
	JUDGED_NOT_EVALUATED = 0, // with every state but SECURE and INSECURE
	JUDGED_RECORDS,
	JUDGED_ALIAS, // CNAME, or DNAME above the name
	JUDGED_NODATA,
	JUDGED_NXDOMAIN,
};

struct answer_verdict {
	enum plx_dnssec state;
	enum dnssec_cause cause; // NONE when secure
	enum judged_kind kind;
	struct plx_name target; // of an alias, lower case
	uint32_t ttl_s;         // how long the verdict holds
};

const char *judged_kind_name(enum judged_kind kind);

// `name` in lower case and in the zone of `keys`. `message` went through plx_message_check. Of a positive answer all
// records of name and type in the answer section are meant; nothing else in the message is judged. A denial decides by
// what it proves, not by the RCODE: NXDOMAIN with a proof of no data is no data.
struct answer_verdict answer_judge(const struct judge *judge, const struct plx_message *message,
				   const struct plx_name *name, uint16_t type,
				   const struct key_set *keys);

// What a proof that did not succeed makes of a name: state and cause. Shared with delegation_judge.h.
struct answer_verdict denial_verdict(const struct denial_set *set, enum denial_result result);
