// SPDX-License-Identifier: BSD-3-Clause
// The chain of trust (RFC 4035 section 5): trust anchors or a signed parent vouch for a DNSKEY, that key for the zone's
// DNSKEY RRset, its keys for the zone's data and for its children's DS records.
//
//	anchors --DS--> keys of "." --DS--> keys of "test." --DS--> keys of "example.test." --> answer_judge
//	                                \--> proof of no DS: insecure from here down

#pragma once

#include "dnssec/delegation_judge.h"
#include "dnssec/ds.h"
#include "dnssec/key_set.h"

struct chain_verdict {
	enum delegation_kind kind;
	enum plx_dnssec state;
	enum dnssec_cause cause;
	uint32_t ttl_s; // how long it holds
	struct key_set *
		keys; // when state is SECURE and kind is SIGNED; the caller owns it (key_set_destroy)
};

// The keys of the zone that `ds` vouches for, from an answer with its DNSKEY RRset. `ds` holds supported records only, at
// least one.
struct chain_verdict chain_keys(const struct judge *judge, const struct ds_set *ds,
				const struct plx_message *dnskey_message);

// From a parent to `child` in one step. `dnskey_message` may be NULL: then a signed delegation is bogus, as a zone whose
// keys cannot be had is. With kind NOT_A_CUT go on with the parent's keys.
struct chain_verdict chain_step(const struct judge *judge, const struct key_set *parent,
				const struct plx_name *child, const struct plx_message *ds_message,
				const struct plx_message *dnskey_message);
