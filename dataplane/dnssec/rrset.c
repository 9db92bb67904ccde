// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/rrset.h"

#include "dnssec/judge_budget.h"

#include <parallax/base/byte_reader.h>
#include <parallax/dns/rr_type.h>

bool message_is_searchable(const struct plx_message *message)
{
	unsigned count = 0;
	for (unsigned section = 0; section < PLX_ARRAY_SIZE(message->record_count); section++) {
		count += message->record_count[section];
	}
	return count <= SEARCHED_RECORDS_MAX;
}

// The next record of the section that belongs to `owner`.
static bool next_of_owner(const struct plx_message *message, enum plx_section section,
			  const struct plx_name *owner, struct plx_record_cursor *cursor,
			  uint16_t type, struct plx_record *ret_record)
{
	while (plx_message_next(message, cursor, ret_record)) {
		if (ret_record->type == type && ret_record->section == section &&
		    ret_record->class == PLX_CLASS_IN &&
		    plx_message_name_equal(message, ret_record->owner_offset, owner)) {
			return true;
		}
	}
	return false;
}

static uint16_t type_covered(const struct plx_record *record)
{
	struct plx_reader reader = plx_reader_init(record->rdata, record->rdata_length);
	return plx_read_u16(&reader);
}

bool rrset_find(const struct plx_message *message, enum plx_section section,
		const struct plx_name *owner, uint16_t type, struct rrset *ret_rrset)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	uint16_t count = 0;
	uint16_t signature_count = 0;
	uint32_t ttl_s = UINT32_MAX;
	for (; next_of_owner(message, section, owner, &cursor, type, &record); count++) {
		ttl_s = record.ttl < ttl_s ? record.ttl : ttl_s;
	}
	if (count == 0) {
		return false;
	}
	cursor = plx_message_records(message);
	while (next_of_owner(message, section, owner, &cursor, PLX_TYPE_RRSIG, &record)) {
		signature_count = (uint16_t)(signature_count + (type_covered(&record) == type));
	}
	*ret_rrset = (struct rrset) {
		.message = message,
		.owner = *owner,
		.section = section,
		.type = type,
		.record_count = count,
		.signature_count = signature_count,
		.ttl_s = ttl_s,
	};
	plx_name_lower(&ret_rrset->owner);
	return true;
}

bool rrset_next(const struct rrset *rrset, struct plx_record_cursor *cursor,
		struct plx_record *ret_record)
{
	return next_of_owner(rrset->message, rrset->section, &rrset->owner, cursor, rrset->type,
			     ret_record);
}

bool rrset_next_signature(const struct rrset *rrset, struct plx_record_cursor *cursor,
			  struct rrsig *ret_rrsig)
{
	struct plx_record record;
	while (next_of_owner(rrset->message, rrset->section, &rrset->owner, cursor, PLX_TYPE_RRSIG,
			     &record)) {
		if (type_covered(&record) == rrset->type &&
		    rrsig_parse(record.rdata, record.rdata_length, ret_rrsig) == 0) {
			return true;
		}
	}
	return false;
}
