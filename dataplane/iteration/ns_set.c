// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/ns_set.h"

#include <parallax/dns/rr_type.h>

#include <string.h>

struct candidates {
	unsigned count;
	uint32_t name_offsets[NS_SET_NAMES_READ_MAX];
	bool has_glue[NS_SET_NAMES_READ_MAX];
	unsigned glue_count;
	struct plx_ip glue[NS_SET_GLUE_READ_MAX];
	uint8_t glue_names[NS_SET_GLUE_READ_MAX];
};

bool ns_address_read(const struct plx_record *record, struct plx_ip *ret_ip)
{
	bool is_v4 = record->type == PLX_TYPE_A && record->rdata_length == 4;
	bool is_v6 = record->type == PLX_TYPE_AAAA && record->rdata_length == 16;
	if (record->class != PLX_CLASS_IN || (!is_v4 && !is_v6)) {
		return false;
	}
	*ret_ip = (struct plx_ip) {.family = is_v4 ? 4 : 6};
	memcpy(ret_ip->bytes, record->rdata, record->rdata_length);
	return true;
}

static void read_names(const struct plx_message *message, enum plx_section section,
		       const struct plx_name *owner, struct candidates *candidates,
		       struct ns_set *set)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	while (plx_message_next(message, &cursor, &record)) {
		if (record.section != section || record.type != PLX_TYPE_NS ||
		    record.class != PLX_CLASS_IN ||
		    !plx_message_name_equal(message, record.owner_offset, owner)) {
			continue;
		}
		set->record_count++;
		if (record.ttl < set->ttl) {
			set->ttl = record.ttl;
		}
		if (candidates->count < NS_SET_NAMES_READ_MAX) {
			candidates->has_glue[candidates->count] = false;
			candidates->name_offsets[candidates->count++] = record.rdata_offset;
		}
	}
}

static void read_glue(const struct plx_message *message, const struct plx_name *bailiwick,
		      struct candidates *candidates, struct ns_set *set)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	while (candidates->glue_count < NS_SET_GLUE_READ_MAX &&
	       plx_message_next(message, &cursor, &record)) {
		struct plx_ip address;
		PLX_UNINITIALIZED struct plx_name owner;
		if (record.section != PLX_SECTION_ADDITIONAL ||
		    !ns_address_read(&record, &address) ||
		    plx_message_name(message, record.owner_offset, &owner, NULL) != 0 ||
		    !plx_name_is_below(&owner, bailiwick)) {
			continue;
		}
		for (unsigned i = 0; i < candidates->count; i++) {
			if (plx_message_name_equal(message, candidates->name_offsets[i], &owner)) {
				candidates->has_glue[i] = true;
				candidates->glue[candidates->glue_count] = address;
				candidates->glue_names[candidates->glue_count++] = (uint8_t)i;
				if (record.ttl < set->ttl) {
					set->ttl = record.ttl;
				}
				break;
			}
		}
	}
}

void ns_set_read(const struct plx_message *message, enum plx_section section,
		 const struct plx_name *owner, const struct plx_name *bailiwick,
		 struct ns_set *ret_set)
{
	PLX_UNINITIALIZED struct candidates candidates;
	candidates.count = 0;
	candidates.glue_count = 0;
	ret_set->ttl = UINT32_MAX;
	ret_set->record_count = 0;
	delegation_start(&ret_set->delegation, owner, 0);
	read_names(message, section, owner, &candidates, ret_set);
	read_glue(message, bailiwick, &candidates, ret_set);

	int indexes[NS_SET_NAMES_READ_MAX];
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < candidates.count; i++) {
			PLX_UNINITIALIZED struct plx_name name;
			if (candidates.has_glue[i] == (pass == 0) &&
			    plx_message_name(message, candidates.name_offsets[i], &name, NULL) ==
				    0) {
				indexes[i] = delegation_add_name(&ret_set->delegation, &name);
			}
		}
	}
	for (unsigned i = 0; i < candidates.glue_count; i++) {
		int index = indexes[candidates.glue_names[i]];
		if (index >= 0) {
			(void)delegation_add_address(&ret_set->delegation, (unsigned)index,
						     &candidates.glue[i]);
		}
	}
}
