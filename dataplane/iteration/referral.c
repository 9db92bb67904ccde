// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/referral.h"

#include <parallax/dns/rr_type.h>

static enum referral_kind judge_owner(const struct plx_name *owner, const struct plx_name *zone,
				      const struct plx_name *name, uint16_t type)
{
	if (plx_name_is_below(zone, owner)) {
		return REFERRAL_UPWARD;
	}
	bool is_on_the_way = plx_name_is_below(name, owner) &&
			     (type != PLX_TYPE_DS || owner->length < name->length);
	return is_on_the_way && plx_name_is_below(owner, zone) ? REFERRAL_DOWN : REFERRAL_SIDEWAYS;
}

// The child zone, of which there must be one. Records that lead elsewhere are dropped when there is a child.
static enum referral_kind find_child(const struct plx_message *message, const struct plx_name *zone,
				     const struct plx_name *name, uint16_t type,
				     struct plx_name *ret_child)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	enum referral_kind found = REFERRAL_NONE;
	while (plx_message_next(message, &cursor, &record)) {
		PLX_UNINITIALIZED struct plx_name owner;
		if (record.section != PLX_SECTION_AUTHORITY || record.type != PLX_TYPE_NS ||
		    record.class != PLX_CLASS_IN ||
		    (found == REFERRAL_DOWN &&
		     plx_message_name_equal(message, record.owner_offset, ret_child)) ||
		    plx_message_name(message, record.owner_offset, &owner, NULL) != 0) {
			continue;
		}
		enum referral_kind kind = judge_owner(&owner, zone, name, type);
		if (kind == REFERRAL_DOWN && found == REFERRAL_DOWN) {
			return REFERRAL_CONTRADICTORY;
		}
		if (kind == REFERRAL_DOWN) {
			*ret_child = owner;
		}
		if (found != REFERRAL_DOWN) {
			found = kind;
		}
	}
	return found;
}

static void note(struct referral_proof *proof, const struct plx_record *record)
{
	if (proof->record_count == REFERRAL_PROOF_RECORDS_MAX) {
		proof->is_cut = true;
		return;
	}
	proof->record_offsets[proof->record_count++] = record->owner_offset;
	if (record->type == PLX_TYPE_DS) {
		proof->ds_count++;
	} else if (record->type == PLX_TYPE_NSEC) {
		proof->nsec_count++;
	} else if (record->type == PLX_TYPE_NSEC3) {
		proof->nsec3_count++;
	}
}

// The type that an RRSIG covers, of other records their own.
static uint16_t proven_type(const struct plx_record *record)
{
	if (record->type == PLX_TYPE_RRSIG && record->rdata_length >= 2) {
		return (uint16_t)(record->rdata[0] << 8 | record->rdata[1]);
	}
	return record->type;
}

static void read_proof(const struct plx_message *message, const struct plx_name *zone,
		       const struct plx_name *child, struct referral_proof *proof)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	*proof = (struct referral_proof) {0};
	while (plx_message_next(message, &cursor, &record)) {
		uint16_t type = proven_type(&record);
		if (record.section != PLX_SECTION_AUTHORITY || record.class != PLX_CLASS_IN ||
		    (type != PLX_TYPE_DS && type != PLX_TYPE_NSEC && type != PLX_TYPE_NSEC3)) {
			continue;
		}
		PLX_UNINITIALIZED struct plx_name owner;
		if (plx_message_name(message, record.owner_offset, &owner, NULL) != 0 ||
		    !plx_name_is_below(&owner, type == PLX_TYPE_DS ? child : zone) ||
		    (type == PLX_TYPE_DS && owner.length != child->length)) {
			continue;
		}
		note(proof, &record);
	}
}

enum referral_kind referral_read(const struct plx_message *message, const struct plx_name *zone,
				 const struct plx_name *name, uint16_t type,
				 struct referral *ret_referral)
{
	PLX_UNINITIALIZED struct plx_name child;
	enum referral_kind kind = find_child(message, zone, name, type, &child);
	if (kind == REFERRAL_DOWN) {
		ns_set_read(message, PLX_SECTION_AUTHORITY, &child, zone, &ret_referral->servers);
		read_proof(message, zone, &child, &ret_referral->proof);
	}
	return kind;
}
