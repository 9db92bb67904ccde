// SPDX-License-Identifier: BSD-3-Clause

#include "resolver/answer.h"

#include <parallax/dns/rr_type.h>

enum hop {
	HOP_RECORDS,
	HOP_ALIAS,
	HOP_NOTHING,
	HOP_CONTRADICTORY,
};

// Looks for records of `qtype` or a CNAME at `owner` in the answer section. A name has one CNAME or other records, never
// both and never two (RFC 1034 3.6.2): which of them to believe would be a guess.
static enum hop find_hop(const struct plx_message *message, const struct plx_name *owner,
			 uint16_t qtype, struct plx_name *ret_target)
{
	if (message->record_count[PLX_SECTION_ANSWER] == 0) {
		return HOP_NOTHING;
	}
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	enum hop hop = HOP_NOTHING;
	while (plx_message_next(message, &cursor, &record) &&
	       record.section == PLX_SECTION_ANSWER) {
		if (record.class != PLX_CLASS_IN ||
		    (record.type != qtype && record.type != PLX_TYPE_CNAME) ||
		    !plx_message_name_equal(message, record.owner_offset, owner)) {
			continue;
		}
		if (record.type == qtype) {
			if (hop == HOP_ALIAS) {
				return HOP_CONTRADICTORY;
			}
			hop = HOP_RECORDS;
			continue;
		}
		if (hop == HOP_RECORDS ||
		    (hop == HOP_ALIAS &&
		     !plx_message_name_equal(message, record.rdata_offset, ret_target)) ||
		    plx_message_name(message, record.rdata_offset, ret_target, NULL) != 0) {
			return HOP_CONTRADICTORY;
		}
		hop = HOP_ALIAS;
	}
	return hop;
}

// An answer section without anything about the name asked for: empty but for signatures, or it is not an answer.
static bool has_foreign_answer(const struct plx_message *message)
{
	if (message->record_count[PLX_SECTION_ANSWER] == 0) {
		return false;
	}
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	while (plx_message_next(message, &cursor, &record) &&
	       record.section == PLX_SECTION_ANSWER) {
		if (record.type != PLX_TYPE_RRSIG) {
			return true;
		}
	}
	return false;
}

struct authority {
	bool has_soa; // of a zone that the name can be in
	bool has_other_soa;
	bool has_ns;
};

static struct authority read_many_soas(const struct plx_message *message,
				       const struct plx_name *name)
{
	struct authority authority = {.has_ns = message->has_authority_ns};
	struct plx_record_cursor cursor = plx_message_records(message);
	PLX_UNINITIALIZED struct plx_record record;
	while (plx_message_next(message, &cursor, &record) &&
	       record.section <= PLX_SECTION_AUTHORITY) {
		if (record.section == PLX_SECTION_AUTHORITY && record.class == PLX_CLASS_IN &&
		    record.type == PLX_TYPE_SOA) {
			bool is_above =
				plx_message_name_is_above(message, record.owner_offset, name);
			authority.has_soa |= is_above;
			authority.has_other_soa |= !is_above;
		}
	}
	return authority;
}

static struct authority read_authority(const struct plx_message *message,
				       const struct plx_name *name, bool is_question)
{
	if (message->soa_count > 1) {
		return read_many_soas(message, name);
	}
	uint32_t owner = message->soa_owner_offset;
	bool is_above = message->soa_count == 1 &&
			(is_question ? plx_message_name_is_above_question(message, owner)
				     : plx_message_name_is_above(message, owner, name));
	return (struct authority) {
		.has_soa = is_above,
		.has_other_soa = message->soa_count == 1 && !is_above,
		.has_ns = message->has_authority_ns,
	};
}

// The chain ended at `name` without records of the type asked for. Only who speaks for its zone can say that there are
// none: the SOA of the zone that an alias is in says nothing about the alias's target.
static enum answer_kind read_negative(const struct plx_message *message,
				      const struct plx_name *name, uint8_t alias_count)
{
	if (alias_count == 0 && has_foreign_answer(message)) {
		return ANSWER_CONTRADICTORY;
	}
	struct authority authority = read_authority(message, name, alias_count == 0);
	bool is_nxdomain =
		message->rcode == PLX_RCODE_NXDOMAIN; // of the last name in the chain, RFC 6604 3
	if (authority.has_soa) {
		return is_nxdomain ? ANSWER_NXDOMAIN : ANSWER_NODATA; // RFC 2308 2.1 and 2.2
	}
	if (alias_count > 0) {
		return ANSWER_UNFINISHED;
	}
	if (authority.has_other_soa || (authority.has_ns && (message->flags & PLX_FLAG_AA) == 0)) {
		return ANSWER_LAME; // another zone's word, or a referral
	}
	return is_nxdomain ? ANSWER_NXDOMAIN : ANSWER_NODATA; // RFC 2308 2.2, type 3
}

static bool was_visited(const struct answer *answer, const struct plx_name *start,
			const struct plx_name *target)
{
	if (plx_name_equal(start, target)) {
		return true;
	}
	for (unsigned i = 0; i < answer->alias_count; i++) {
		if (plx_name_equal(&answer->aliases[i], target)) {
			return true;
		}
	}
	return false;
}

void answer_read(const struct plx_message *message, const struct plx_name *name, uint16_t qtype,
		 struct answer *ret_answer)
{
	ret_answer->message = message;
	ret_answer->qtype = qtype;
	ret_answer->alias_count = 0;
	ret_answer->owner = name;
	if ((message->flags & (PLX_FLAG_AA | PLX_FLAG_RA)) == 0) {
		// Neither authoritative nor recursive: it cannot know, whatever it says.
		ret_answer->kind = ANSWER_LAME;
		return;
	}

	for (;;) {
		bool is_full = ret_answer->alias_count == PLX_ALIASES_MAX;
		PLX_UNINITIALIZED struct plx_name too_many;
		struct plx_name *target =
			is_full ? &too_many : &ret_answer->aliases[ret_answer->alias_count];
		switch (find_hop(message, ret_answer->owner, qtype, target)) {
		case HOP_RECORDS:
			ret_answer->kind = message->rcode == PLX_RCODE_NOERROR
						   ? ANSWER_RECORDS
						   : ANSWER_CONTRADICTORY;
			return;
		case HOP_NOTHING:
			ret_answer->kind =
				read_negative(message, ret_answer->owner, ret_answer->alias_count);
			return;
		case HOP_CONTRADICTORY:
			ret_answer->kind = ANSWER_CONTRADICTORY;
			return;
		case HOP_ALIAS:
			break;
		}
		if (was_visited(ret_answer, name, target)) {
			ret_answer->kind = ANSWER_LOOP;
			return;
		}
		if (is_full) {
			ret_answer->kind = ANSWER_LIMIT;
			return;
		}
		ret_answer->alias_count++;
		ret_answer->owner = target;
	}
}
