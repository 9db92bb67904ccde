// SPDX-License-Identifier: BSD-3-Clause
// Proofs that something does not exist, from the NSEC or NSEC3 records of one message (RFC 4035 5.4, RFC 5155 section 8,
// RFC 6840 section 4). Only records whose signatures are valid take part, so a record that is missing, changed or
// another zone's proves nothing.

#pragma once

#include "dnssec/cause.h"
#include "dnssec/key_set.h"
#include "dnssec/nsec.h"
#include "dnssec/nsec3.h"
#include "dnssec/rrset_verify.h"

#include <parallax/dns/message_reader.h>

#include <stdbool.h>
#include <stdint.h>

enum denial_result {
	DENIAL_NOT_EVALUATED = 0,
	DENIAL_PROVED,
	DENIAL_OPT_OUT, // covered by an opt-out range: unsigned delegations may be there, nothing else
	DENIAL_MISSING,    // not proved
	DENIAL_LIMIT,      // the budget is used up
	DENIAL_ITERATIONS, // NSEC3 with more iterations than the policy allows
};

// What one message's authority section proves with.
struct denial_set {
	const struct judge *judge;
	struct plx_name zone;
	unsigned nsec_count;
	unsigned nsec3_count;
	struct nsec nsec[DENIAL_RECORDS_MAX];
	struct nsec3 nsec3[DENIAL_RECORDS_MAX]; // all of one chain
	bool has_too_many_iterations;
	enum dnssec_cause cause; // why records were left out
	uint32_t ttl_s;          // the smallest of the records taken
};

const char *denial_result_name(enum denial_result result);

// Checks the signatures of up to DENIAL_RECORDS_MAX RRsets. The message must outlive the set.
void denial_set_read(const struct judge *judge, const struct plx_message *message,
		     const struct key_set *keys, struct denial_set *ret_set);

// All names in lower case and in the zone.
// The name does not exist, and no wildcard makes it (RFC 4035 5.4, RFC 5155 8.4).
enum denial_result denial_of_name(const struct denial_set *set, const struct plx_name *name);
// The name, or the wildcard that makes it, has neither this type nor CNAME (RFC 5155 8.5-8.7).
enum denial_result denial_of_type(const struct denial_set *set, const struct plx_name *name,
				  uint16_t type);
// The name has no records of its own, so that the wildcard whose parent has `labels` labels speaks for it (RFC 4035
// 5.3.4, RFC 5155 8.8).
enum denial_result denial_of_closer(const struct denial_set *set, const struct plx_name *name,
				    unsigned labels);
// After denial_of_type(DS) proved it: is the name a zone cut (NS)? RFC 6840 4.4.
enum denial_result denial_is_delegation(const struct denial_set *set, const struct plx_name *name,
					bool *ret_is_delegation);
