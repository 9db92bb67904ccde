// SPDX-License-Identifier: BSD-3-Clause
// The records of one name and type in one section of a checked message, and the signatures over them.

#pragma once

#include "dnssec/rrsig.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/message_reader.h>

#include <stdbool.h>
#include <stdint.h>

// A view: the message must outlive it.
struct rrset {
	const struct plx_message *message;
	struct plx_name owner; // lower case
	enum plx_section section;
	uint16_t type;
	uint16_t record_count;    // duplicates included
	uint16_t signature_count; // RRSIG records that cover the type, unreadable ones included
	uint32_t ttl_s;           // the smallest of its records
};

// Whether it is of a size that is searched for DS or keys: SEARCHED_RECORDS_MAX.
PLX_PURE bool message_is_searchable(const struct plx_message *message);

// False when the section has no such record; ret_rrset is untouched then.
PLX_MUST_CHECK bool rrset_find(const struct plx_message *message, enum plx_section section,
			       const struct plx_name *owner, uint16_t type,
			       struct rrset *ret_rrset);
// Each record in turn, from a cursor of plx_message_records.
bool rrset_next(const struct rrset *rrset, struct plx_record_cursor *cursor,
		struct plx_record *ret_record);
// Each readable signature in turn, likewise.
bool rrset_next_signature(const struct rrset *rrset, struct plx_record_cursor *cursor,
			  struct rrsig *ret_rrsig);
