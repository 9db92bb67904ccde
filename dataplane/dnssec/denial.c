// SPDX-License-Identifier: BSD-3-Clause
// Gathers the records that may prove, and picks the flavour.

#include "dnssec/denial.h"

#include "dnssec/denial_flavours.h"
#include "dnssec/name_order.h"

#include <parallax/dns/rr_type.h>

const char *denial_result_name(enum denial_result result)
{
	switch (result) {
	case DENIAL_NOT_EVALUATED:
		return "not-evaluated";
	case DENIAL_PROVED:
		return "proved";
	case DENIAL_OPT_OUT:
		return "opt-out";
	case DENIAL_MISSING:
		return "missing";
	case DENIAL_LIMIT:
		return "limit";
	case DENIAL_ITERATIONS:
		return "iterations";
	}
	return "unknown";
}

static bool add_nsec(struct denial_set *set, const struct rrset *rrset,
		     const struct plx_record *record)
{
	struct nsec *nsec = &set->nsec[set->nsec_count];
	if (nsec_parse(&rrset->owner, &set->zone, record->rdata, record->rdata_length, nsec) < 0) {
		return false;
	}
	set->nsec_count++;
	return true;
}

static bool add_nsec3(struct denial_set *set, const struct rrset *rrset,
		      const struct plx_record *record)
{
	struct nsec3 *nsec3 = &set->nsec3[set->nsec3_count];
	if (nsec3_parse(&rrset->owner, &set->zone, record->rdata, record->rdata_length, nsec3) <
	    0) {
		return false;
	}
	// Only now: its signature is valid, so the number is the zone's own (RFC 9276 3.2).
	if (nsec3->iterations > set->judge->policy->nsec3_iterations_max) {
		set->has_too_many_iterations = true;
		return false;
	}
	if (set->nsec3_count > 0 && !nsec3_has_same_chain(nsec3, &set->nsec3[0])) {
		return false;
	}
	set->nsec3_count++;
	return true;
}

static void add_rrset(struct denial_set *set, const struct rrset *rrset, const struct key_set *keys)
{
	struct rrset_verdict verdict = rrset_verify(set->judge, rrset, keys);
	if (verdict.state != PLX_DNSSEC_SECURE) {
		dnssec_cause_raise(&set->cause, verdict.cause);
		return;
	}
	// A record made from a wildcard says nothing about the name that it is made for (Unbound CVE-2017-15105). A name
	// has one NSEC or NSEC3.
	struct plx_record_cursor cursor = plx_message_records(rrset->message);
	struct plx_record record;
	if (verdict.is_expanded || set->judge->workspace->record_count != 1 ||
	    !rrset_next(rrset, &cursor, &record)) {
		dnssec_cause_raise(&set->cause, DNSSEC_CAUSE_DENIAL_MISSING);
		return;
	}
	bool is_added = rrset->type == PLX_TYPE_NSEC ? add_nsec(set, rrset, &record)
						     : add_nsec3(set, rrset, &record);
	if (!is_added) {
		dnssec_cause_raise(&set->cause, DNSSEC_CAUSE_DENIAL_MISSING);
	} else if (verdict.ttl_s < set->ttl_s) {
		set->ttl_s = verdict.ttl_s;
	}
}

void denial_set_read(const struct judge *judge, const struct plx_message *message,
		     const struct key_set *keys, struct denial_set *ret_set)
{
	struct rrset seen[DENIAL_RECORDS_MAX];
	unsigned seen_count = 0;
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	*ret_set = (struct denial_set) {.judge = judge, .zone = keys->zone, .ttl_s = UINT32_MAX};
	if (message->record_count[PLX_SECTION_AUTHORITY] > SEARCHED_RECORDS_MAX) {
		dnssec_cause_raise(&ret_set->cause, DNSSEC_CAUSE_WORK_LIMIT);
		return;
	}
	while (plx_message_next(message, &cursor, &record)) {
		bool is_denial = record.type == PLX_TYPE_NSEC || record.type == PLX_TYPE_NSEC3;
		struct plx_name owner;
		if (!is_denial || record.section != PLX_SECTION_AUTHORITY ||
		    record.class != PLX_CLASS_IN ||
		    plx_message_name(message, record.owner_offset, &owner, NULL) < 0) {
			continue;
		}
		bool is_seen = false;
		for (unsigned i = 0; i < seen_count; i++) {
			is_seen |= seen[i].type == record.type &&
				   plx_name_equal(&seen[i].owner, &owner);
		}
		if (is_seen) {
			continue;
		}
		if (seen_count == DENIAL_RECORDS_MAX) {
			dnssec_cause_raise(&ret_set->cause, DNSSEC_CAUSE_WORK_LIMIT);
			return;
		}
		if (rrset_find(message, PLX_SECTION_AUTHORITY, &owner, record.type,
			       &seen[seen_count])) {
			add_rrset(ret_set, &seen[seen_count], keys);
			seen_count++;
		}
	}
}

bool denial_types_lack(const struct type_bitmap *types, const struct plx_name *name, uint16_t type)
{
	if (type_bitmap_has(types, type) || type_bitmap_has(types, PLX_TYPE_CNAME)) {
		return false;
	}
	if (type == PLX_TYPE_DS) {
		return !type_bitmap_has(types, PLX_TYPE_SOA) || name->length == 1;
	}
	return !type_bitmap_is_delegation(types);
}

// A chain that we refuse to hash leaves open what NSEC did not prove.
static enum denial_result without_nsec3(const struct denial_set *set, enum denial_result by_nsec)
{
	return by_nsec == DENIAL_MISSING && set->has_too_many_iterations ? DENIAL_ITERATIONS
									 : by_nsec;
}

static bool is_settled(const struct denial_set *set, enum denial_result by_nsec)
{
	return by_nsec != DENIAL_MISSING || set->nsec3_count == 0;
}

enum denial_result denial_of_name(const struct denial_set *set, const struct plx_name *name)
{
	enum denial_result result = denial_nsec_of_name(set, name);
	return is_settled(set, result) ? without_nsec3(set, result)
				       : denial_nsec3_of_name(set, name);
}

enum denial_result denial_of_type(const struct denial_set *set, const struct plx_name *name,
				  uint16_t type)
{
	enum denial_result result = denial_nsec_of_type(set, name, type);
	return is_settled(set, result) ? without_nsec3(set, result)
				       : denial_nsec3_of_type(set, name, type);
}

enum denial_result denial_of_closer(const struct denial_set *set, const struct plx_name *name,
				    unsigned labels)
{
	enum denial_result result = denial_nsec_of_closer(set, name, labels);
	return is_settled(set, result) ? without_nsec3(set, result)
				       : denial_nsec3_of_closer(set, name, labels);
}

enum denial_result denial_is_delegation(const struct denial_set *set, const struct plx_name *name,
					bool *ret_is_delegation)
{
	enum denial_result result = denial_nsec_is_delegation(set, name, ret_is_delegation);
	return is_settled(set, result) ? without_nsec3(set, result)
				       : denial_nsec3_is_delegation(set, name, ret_is_delegation);
}
