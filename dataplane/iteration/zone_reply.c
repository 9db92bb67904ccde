// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/zone_reply.h"

#include <parallax/dns/rr_type.h>

#include "iteration/alias_hop.h"

#include <string.h>

#define RCODE_YXDOMAIN 6

struct authority {
	bool has_soa;       // of a zone at or below the one asked that the name is in
	bool has_other_soa; // of any other
	bool has_child_ns;
	uint32_t negative_ttl_s;
};

// RFC 2308 5: the lesser of the SOA's TTL and its MINIMUM, the last 32 bits of it.
static uint32_t negative_ttl(const struct plx_record *soa)
{
	const uint8_t *m = soa->rdata + soa->rdata_length - 4;
	uint32_t minimum = (uint32_t)m[0] << 24 | (uint32_t)m[1] << 16 | (uint32_t)m[2] << 8 | m[3];
	uint32_t ttl = soa->ttl < minimum ? soa->ttl : minimum;
	return ttl < NEGATIVE_TTL_MAX_S ? ttl : NEGATIVE_TTL_MAX_S;
}

static struct authority read_authority(const struct plx_message *message,
				       const struct plx_name *zone, const struct plx_name *name,
				       uint16_t type)
{
	struct authority authority = {.negative_ttl_s = NEGATIVE_TTL_MAX_S};
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	while (plx_message_next(message, &cursor, &record)) {
		PLX_UNINITIALIZED struct plx_name owner;
		if (record.section != PLX_SECTION_AUTHORITY || record.class != PLX_CLASS_IN ||
		    (record.type != PLX_TYPE_SOA && record.type != PLX_TYPE_NS) ||
		    plx_message_name(message, record.owner_offset, &owner, NULL) != 0) {
			continue;
		}
		// The child's server knows nothing of its own DS (RFC 4035 3.1.4.1); the root has none.
		bool is_in_zone =
			plx_name_is_below(&owner, zone) && plx_name_is_below(name, &owner) &&
			(type != PLX_TYPE_DS || owner.length < name->length || name->length == 1);
		if (record.type == PLX_TYPE_NS) {
			authority.has_child_ns |= is_in_zone && owner.length > zone->length;
		} else if (is_in_zone) {
			uint32_t ttl_s = negative_ttl(&record);
			authority.has_soa = true;
			if (ttl_s < authority.negative_ttl_s) {
				authority.negative_ttl_s = ttl_s;
			}
		} else {
			authority.has_other_soa = true;
		}
	}
	return authority;
}

static bool has_answer(const struct plx_message *message)
{
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

// The authoritative chain ended at `owner` without records of the type.
static enum zone_reply_kind judge_negative(const struct plx_message *message,
					   const struct plx_name *zone, uint16_t type,
					   struct zone_reply *reply)
{
	bool is_alias = reply->alias_count > 0;
	if (!is_alias && has_answer(message)) {
		return ZONE_REPLY_BROKEN; // an answer to something else
	}
	struct authority authority = read_authority(message, zone, &reply->owner, type);
	if (!authority.has_soa && is_alias) {
		// Says nothing about the target, which may be in a child zone, or nothing that counts, when it is in another.
		return ZONE_REPLY_ALIAS;
	}
	if (!authority.has_soa && (authority.has_other_soa || authority.has_child_ns)) {
		return ZONE_REPLY_LAME; // the word of another zone, or a referral that claims authority
	}
	reply->negative_ttl_s = authority.has_soa ? authority.negative_ttl_s : 0;
	// Of the last name in the chain, RFC 6604 3.
	return message->rcode == PLX_RCODE_NXDOMAIN ? ZONE_REPLY_NXDOMAIN : ZONE_REPLY_NODATA;
}

static bool was_visited(const struct zone_reply *reply, const struct plx_name *start,
			const struct plx_name *target)
{
	bool visited = plx_name_equal(start, target);
	for (unsigned i = 0; i < reply->alias_count; i++) {
		visited |= plx_name_equal(&reply->aliases[i], target);
	}
	return visited;
}

// Follows the chain through what the zone may speak about.
static enum zone_reply_kind judge_authoritative(const struct plx_message *message,
						const struct plx_name *zone,
						const struct plx_name *name, uint16_t type,
						struct zone_reply *reply)
{
	for (;;) {
		PLX_UNINITIALIZED struct plx_name target;
		enum alias_hop hop = ALIAS_HOP_NOTHING;
		if (plx_name_is_below(&reply->owner, zone)) {
			hop = alias_hop_find(message, zone, &reply->owner, type, &target);
		}
		switch (hop) {
		case ALIAS_HOP_RECORDS:
			return message->rcode == PLX_RCODE_NOERROR ? ZONE_REPLY_RECORDS
								   : ZONE_REPLY_BROKEN;
		case ALIAS_HOP_NOTHING:
			return judge_negative(message, zone, type, reply);
		case ALIAS_HOP_TOO_LONG:
			return ZONE_REPLY_ALIAS_TOO_LONG;
		case ALIAS_HOP_TARGET:
			break;
		case ALIAS_HOP_CONTRADICTORY:
		case ALIAS_HOP_NOT_EVALUATED:
			return ZONE_REPLY_BROKEN;
		}
		if (was_visited(reply, name, &target)) {
			return ZONE_REPLY_ALIAS_LOOP;
		}
		if (reply->alias_count == WORK_ALIASES_MAX) {
			return ZONE_REPLY_ALIAS_LIMIT;
		}
		reply->aliases[reply->alias_count++] = target;
		reply->owner = target;
	}
}

static enum zone_reply_kind judge_unauthoritative(const struct plx_message *message,
						  const struct plx_name *zone,
						  const struct plx_name *name, uint16_t type,
						  struct zone_reply *reply)
{
	if (message->rcode != PLX_RCODE_NOERROR || has_answer(message)) {
		return ZONE_REPLY_LAME;
	}
	switch (referral_read(message, zone, name, type, &reply->referral)) {
	case REFERRAL_DOWN:
		// Names too long to keep leave nobody to ask.
		return reply->referral.servers.delegation.name_count > 0 ? ZONE_REPLY_REFERRAL
									 : ZONE_REPLY_BROKEN;
	case REFERRAL_NONE:
	case REFERRAL_UPWARD:
	case REFERRAL_SIDEWAYS:
		return ZONE_REPLY_LAME;
	case REFERRAL_CONTRADICTORY:
	case REFERRAL_NOT_EVALUATED:
		return ZONE_REPLY_BROKEN;
	}
	return ZONE_REPLY_BROKEN;
}

static enum zone_reply_kind judge(const struct plx_message *message, const struct plx_name *zone,
				  const struct plx_name *name, uint16_t type,
				  struct zone_reply *reply)
{
	if ((message->flags & PLX_FLAG_TC) != 0) {
		return ZONE_REPLY_TRUNCATED;
	}
	bool is_answer = message->rcode == PLX_RCODE_NOERROR ||
			 message->rcode == PLX_RCODE_NXDOMAIN || message->rcode == RCODE_YXDOMAIN;
	if (!is_answer) {
		return ZONE_REPLY_FAILED;
	}
	if (message->question_count != 1 || message->question_type != type ||
	    message->question_class != PLX_CLASS_IN ||
	    !plx_message_name_equal(message, PLX_DNS_HEADER_BYTES, name)) {
		return ZONE_REPLY_BROKEN;
	}
	if ((message->flags & PLX_FLAG_AA) == 0) {
		return judge_unauthoritative(message, zone, name, type, reply);
	}
	enum zone_reply_kind kind = judge_authoritative(message, zone, name, type, reply);
	// YXDOMAIN says one thing only.
	return message->rcode == RCODE_YXDOMAIN && kind != ZONE_REPLY_ALIAS_TOO_LONG
		       ? ZONE_REPLY_FAILED
		       : kind;
}

void zone_reply_judge(const struct plx_message *message, const struct plx_name *zone,
		      const struct plx_name *name, uint16_t type, struct zone_reply *ret_reply)
{
	ret_reply->rcode = message->rcode;
	ret_reply->alias_count = 0;
	ret_reply->owner = *name;
	ret_reply->negative_ttl_s = 0;
	ret_reply->kind = judge(message, zone, name, type, ret_reply);
}

const char *zone_reply_kind_name(enum zone_reply_kind kind)
{
	switch (kind) {
	case ZONE_REPLY_NOT_EVALUATED:
		return "not-evaluated";
	case ZONE_REPLY_RECORDS:
		return "records";
	case ZONE_REPLY_ALIAS:
		return "alias";
	case ZONE_REPLY_NODATA:
		return "nodata";
	case ZONE_REPLY_NXDOMAIN:
		return "nxdomain";
	case ZONE_REPLY_REFERRAL:
		return "referral";
	case ZONE_REPLY_TRUNCATED:
		return "truncated";
	case ZONE_REPLY_LAME:
		return "lame";
	case ZONE_REPLY_FAILED:
		return "failed";
	case ZONE_REPLY_BROKEN:
		return "broken";
	case ZONE_REPLY_ALIAS_LOOP:
		return "alias-loop";
	case ZONE_REPLY_ALIAS_LIMIT:
		return "alias-limit";
	case ZONE_REPLY_ALIAS_TOO_LONG:
		return "alias-too-long";
	}
	return "unknown";
}

enum plx_trace_verdict zone_reply_verdict(enum zone_reply_kind kind)
{
	switch (kind) {
	case ZONE_REPLY_RECORDS:
		return PLX_TRACE_RECORDS;
	case ZONE_REPLY_ALIAS:
		return PLX_TRACE_ALIAS;
	case ZONE_REPLY_NODATA:
		return PLX_TRACE_NODATA;
	case ZONE_REPLY_NXDOMAIN:
		return PLX_TRACE_NXDOMAIN;
	case ZONE_REPLY_REFERRAL:
		return PLX_TRACE_REFERRAL;
	case ZONE_REPLY_TRUNCATED:
		return PLX_TRACE_TRUNCATED;
	case ZONE_REPLY_LAME:
		return PLX_TRACE_LAME;
	case ZONE_REPLY_FAILED:
		return PLX_TRACE_FAILED;
	case ZONE_REPLY_ALIAS_LOOP:
		return PLX_TRACE_ALIAS_LOOP;
	case ZONE_REPLY_ALIAS_LIMIT:
		return PLX_TRACE_ALIAS_LIMIT;
	case ZONE_REPLY_ALIAS_TOO_LONG:
		return PLX_TRACE_ALIAS_TOO_LONG;
	case ZONE_REPLY_BROKEN:
	case ZONE_REPLY_NOT_EVALUATED:
		break;
	}
	return PLX_TRACE_BROKEN;
}
