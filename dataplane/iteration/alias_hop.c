// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/alias_hop.h"

#include <parallax/dns/rr_type.h>

#include <string.h>

struct findings {
	bool has_records;
	bool has_cname;
	bool has_dname;
	bool is_contradictory;
	struct plx_name cname_target;
	struct plx_name dname_owner;
	struct plx_name dname_target;
};

bool dname_substitute(const struct plx_name *name, const struct plx_name *owner,
		      const struct plx_name *target, struct plx_name *ret_name)
{
	size_t kept = (size_t)name->length - owner->length;
	if (kept + target->length > PLX_NAME_MAX) {
		return false;
	}
	ret_name->length = (uint8_t)(kept + target->length);
	memcpy(ret_name->wire, name->wire, kept);
	memcpy(ret_name->wire + kept, target->wire, target->length);
	return true;
}

// Takes the name at `offset`, or tells that another one was found before.
static bool take_name(const struct plx_message *message, uint32_t offset, bool has_one,
		      struct plx_name *name)
{
	return has_one ? plx_message_name_equal(message, offset, name)
		       : plx_message_name(message, offset, name, NULL) == 0;
}

static void take_dname(const struct plx_message *message, const struct plx_record *record,
		       const struct plx_name *zone, const struct plx_name *name,
		       struct findings *findings)
{
	PLX_UNINITIALIZED struct plx_name owner;
	if (plx_message_name(message, record->owner_offset, &owner, NULL) != 0 ||
	    owner.length >= name->length || !plx_name_is_below(name, &owner) ||
	    !plx_name_is_below(&owner, zone)) {
		return;
	}
	// One zone has no DNAME below another (RFC 6672 2.4).
	findings->is_contradictory |= !take_name(message, record->owner_offset, findings->has_dname,
						 &findings->dname_owner) ||
				      !take_name(message, record->rdata_offset, findings->has_dname,
						 &findings->dname_target);
	findings->has_dname = true;
}

static void read_answer(const struct plx_message *message, const struct plx_name *zone,
			const struct plx_name *name, uint16_t type, struct findings *findings)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	while (plx_message_next(message, &cursor, &record) &&
	       record.section == PLX_SECTION_ANSWER) {
		if (record.class != PLX_CLASS_IN) {
			continue;
		}
		bool is_at_name = plx_message_name_equal(message, record.owner_offset, name);
		if (is_at_name && record.type == type) {
			findings->has_records = true;
		}
		if (is_at_name && record.type == PLX_TYPE_CNAME) {
			findings->is_contradictory |=
				!take_name(message, record.rdata_offset, findings->has_cname,
					   &findings->cname_target);
			findings->has_cname = true;
		} else if (!is_at_name && record.type == PLX_TYPE_DNAME) {
			take_dname(message, &record, zone, name, findings);
		}
	}
}

// The name lies below a DNAME: nothing but what that yields can be there.
static enum alias_hop judge_dname(const struct findings *findings, const struct plx_name *name,
				  uint16_t type, struct plx_name *ret_target)
{
	PLX_UNINITIALIZED struct plx_name yielded;
	if (!dname_substitute(name, &findings->dname_owner, &findings->dname_target, &yielded)) {
		return findings->has_cname || findings->has_records ? ALIAS_HOP_CONTRADICTORY
								    : ALIAS_HOP_TOO_LONG;
	}
	if (findings->has_cname && !plx_name_equal(&findings->cname_target, &yielded)) {
		return ALIAS_HOP_CONTRADICTORY;
	}
	if (type == PLX_TYPE_CNAME) {
		// Only a server can say that it is there: without it the answer is incomplete (RFC 6672 3.1).
		return findings->has_cname ? ALIAS_HOP_RECORDS : ALIAS_HOP_CONTRADICTORY;
	}
	if (findings->has_records) {
		return ALIAS_HOP_CONTRADICTORY;
	}
	*ret_target = yielded;
	return ALIAS_HOP_TARGET;
}

enum alias_hop alias_hop_find(const struct plx_message *message, const struct plx_name *zone,
			      const struct plx_name *name, uint16_t type,
			      struct plx_name *ret_target)
{
	PLX_UNINITIALIZED struct findings findings;
	findings.has_records = false;
	findings.has_cname = false;
	findings.has_dname = false;
	findings.is_contradictory = false;
	read_answer(message, zone, name, type, &findings);
	if (findings.is_contradictory) {
		return ALIAS_HOP_CONTRADICTORY;
	}
	if (findings.has_dname) {
		return judge_dname(&findings, name, type, ret_target);
	}
	if (type == PLX_TYPE_CNAME || !findings.has_cname) {
		return findings.has_records ? ALIAS_HOP_RECORDS : ALIAS_HOP_NOTHING;
	}
	if (findings.has_records) {
		return ALIAS_HOP_CONTRADICTORY;
	}
	*ret_target = findings.cname_target;
	return ALIAS_HOP_TARGET;
}
