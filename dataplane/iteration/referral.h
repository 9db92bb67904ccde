// SPDX-License-Identifier: BSD-3-Clause
// A referral (RFC 1034 4.3.2 step 3b): a server of a zone points to the servers of a child zone on the way to the name.
// Pure.

#pragma once

#include <parallax/dns/message_reader.h>

#include "iteration/ns_set.h"

#include <stdint.h>

// DS, NSEC and NSEC3 records of one referral, and their signatures: a proof needs 3 NSEC3 and a few DS.
#define REFERRAL_PROOF_RECORDS_MAX 16

enum referral_kind {
	REFERRAL_NOT_EVALUATED = 0,
	REFERRAL_DOWN,     // to a child zone at or above the name
	REFERRAL_NONE,     // no NS records in the authority section
	REFERRAL_UPWARD,   // to the zone itself or one above it: the server does not serve the zone
	REFERRAL_SIDEWAYS, // to a zone that the name is not in
	REFERRAL_CONTRADICTORY, // to two child zones
};

// What a later proof of the child's security reads (RFC 4035 5.2): where in the message each record begins.
struct referral_proof {
	uint8_t ds_count;
	uint8_t nsec_count;
	uint8_t nsec3_count;
	uint8_t record_count; // all, RRSIG of these types included
	bool is_cut;          // there were more
	uint32_t record_offsets[REFERRAL_PROOF_RECORDS_MAX];
};

struct referral {
	struct ns_set servers;
	struct referral_proof proof;
};

// Reads a checked message without an answer from a server of `zone`, to a question for `name` and `type`. A question for
// DS belongs to the parent (RFC 4035 3.1.4.1): its own zone is no child to be referred to.
enum referral_kind referral_read(const struct plx_message *message, const struct plx_name *zone,
				 const struct plx_name *name, uint16_t type,
				 struct referral *ret_referral);
