// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/answer_judge.h"

#include "dnssec/name_order.h"

#include <parallax/dns/rr_type.h>

const char *judged_kind_name(enum judged_kind kind)
{
	switch (kind) {
	case JUDGED_NOT_EVALUATED:
		return "not-evaluated";
	case JUDGED_RECORDS:
		return "records";
	case JUDGED_ALIAS:
		return "alias";
	case JUDGED_NODATA:
		return "nodata";
	case JUDGED_NXDOMAIN:
		return "nxdomain";
	}
	return "unknown";
}

static struct answer_verdict bogus(enum dnssec_cause cause)
{
	return (struct answer_verdict) {.state = PLX_DNSSEC_BOGUS, .cause = cause};
}

struct answer_verdict denial_verdict(const struct denial_set *set, enum denial_result result)
{
	switch (result) {
	case DENIAL_PROVED:
		return (struct answer_verdict) {.state = PLX_DNSSEC_SECURE, .ttl_s = set->ttl_s};
	case DENIAL_OPT_OUT:
		return (struct answer_verdict) {.state = PLX_DNSSEC_INSECURE,
						.cause = DNSSEC_CAUSE_OPT_OUT,
						.ttl_s = set->ttl_s};
	case DENIAL_ITERATIONS:
		return (struct answer_verdict) {.state = set->judge->policy->iterations_insecure
								 ? PLX_DNSSEC_INSECURE
								 : PLX_DNSSEC_INDETERMINATE,
						.cause = DNSSEC_CAUSE_NSEC3_ITERATIONS};
	case DENIAL_LIMIT:
		return bogus(DNSSEC_CAUSE_WORK_LIMIT);
	case DENIAL_MISSING:
	case DENIAL_NOT_EVALUATED:
		break;
	}
	// A record that failed its check tells more than that it is missing.
	return bogus(set->cause > DNSSEC_CAUSE_DENIAL_MISSING ? set->cause
							      : DNSSEC_CAUSE_DENIAL_MISSING);
}

// RFC 4035 5.3.4: an answer made from a wildcard holds when nothing closer exists.
static struct answer_verdict judge_expansion(const struct judge *judge, const struct rrset *rrset,
					     const struct rrset_verdict *verdict,
					     const struct key_set *keys)
{
	struct denial_set denials;
	denial_set_read(judge, rrset->message, keys, &denials);
	struct answer_verdict of_closer = denial_verdict(
		&denials, denial_of_closer(&denials, &rrset->owner, verdict->labels));
	of_closer.ttl_s = verdict->ttl_s < of_closer.ttl_s ? verdict->ttl_s : of_closer.ttl_s;
	return of_closer;
}

static struct answer_verdict judge_rrset(const struct judge *judge, const struct rrset *rrset,
					 const struct key_set *keys)
{
	struct rrset_verdict verdict = rrset_verify(judge, rrset, keys);
	if (verdict.state != PLX_DNSSEC_SECURE) {
		return bogus(verdict.cause);
	}
	if (verdict.is_expanded) {
		return judge_expansion(judge, rrset, &verdict, keys);
	}
	return (struct answer_verdict) {.state = PLX_DNSSEC_SECURE, .ttl_s = verdict.ttl_s};
}

static bool is_settled(const struct answer_verdict *verdict)
{
	return verdict->state == PLX_DNSSEC_SECURE || verdict->state == PLX_DNSSEC_INSECURE;
}

// The target of a singleton CNAME or DNAME.
static bool read_target(const struct rrset *rrset, struct plx_name *ret_target)
{
	struct plx_record_cursor cursor = plx_message_records(rrset->message);
	struct plx_record record;
	struct plx_name first;
	if (!rrset_next(rrset, &cursor, &record) ||
	    plx_message_name(rrset->message, record.rdata_offset, &first, NULL) < 0) {
		return false;
	}
	while (rrset_next(rrset, &cursor, &record)) {
		if (!plx_message_name_equal(rrset->message, record.rdata_offset, &first)) {
			return false; // RFC 1034 3.6.2, RFC 6672 2.4: which one would be a guess
		}
	}
	plx_name_lower(&first);
	*ret_target = first;
	return true;
}

static struct answer_verdict judge_cname(const struct judge *judge, const struct rrset *rrset,
					 const struct key_set *keys)
{
	struct plx_name target;
	if (!read_target(rrset, &target)) {
		return bogus(DNSSEC_CAUSE_MALFORMED);
	}
	struct answer_verdict verdict = judge_rrset(judge, rrset, keys);
	if (is_settled(&verdict)) {
		verdict.kind = JUDGED_ALIAS;
		verdict.target = target;
	}
	return verdict;
}

// A DNAME of the zone above `name`.
static bool find_dname(const struct plx_message *message, const struct plx_name *name,
		       const struct plx_name *zone, struct rrset *ret_rrset)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct plx_name owner;
	while (plx_message_next(message, &cursor, &record)) {
		if (record.type == PLX_TYPE_DNAME && record.section == PLX_SECTION_ANSWER &&
		    record.class == PLX_CLASS_IN &&
		    plx_message_name(message, record.owner_offset, &owner, NULL) == 0 &&
		    name_is_strictly_below(name, &owner) && plx_name_is_below(&owner, zone)) {
			return rrset_find(message, PLX_SECTION_ANSWER, &owner, PLX_TYPE_DNAME,
					  ret_rrset);
		}
	}
	return false;
}

// RFC 6672 2.2: the DNAME's owner at the end of the name is replaced by its target.
static bool substitute(const struct plx_name *name, const struct plx_name *owner,
		       const struct plx_name *target, struct plx_name *ret_name)
{
	unsigned kept = (unsigned)name->length - owner->length;
	if (kept + target->length > PLX_NAME_MAX) {
		return false;
	}
	struct plx_name made = {.length = (uint8_t)(kept + target->length)};
	memcpy(made.wire, name->wire, kept);
	memcpy(made.wire + kept, target->wire, target->length);
	*ret_name = made;
	return true;
}

// The CNAME that comes with it is unsigned and must be the one that the DNAME makes (RFC 6672 5.3.1).
static struct answer_verdict judge_dname(const struct judge *judge, const struct plx_name *name,
					 const struct rrset *dname, const struct rrset *cname,
					 const struct key_set *keys)
{
	struct plx_name dname_target;
	struct plx_name cname_target;
	struct plx_name target;
	if (!read_target(dname, &dname_target)) {
		return bogus(DNSSEC_CAUSE_MALFORMED);
	}
	if (!substitute(name, &dname->owner, &dname_target, &target) ||
	    (cname != NULL &&
	     (!read_target(cname, &cname_target) || !plx_name_equal(&cname_target, &target)))) {
		return bogus(DNSSEC_CAUSE_SYNTHESIS);
	}
	struct rrset_verdict verdict = rrset_verify(judge, dname, keys);
	if (verdict.state != PLX_DNSSEC_SECURE) {
		return bogus(verdict.cause);
	}
	if (verdict.is_expanded) { // a DNAME redirects below itself, no wildcard makes one (RFC 6672 3.3)
		return bogus(DNSSEC_CAUSE_LABELS);
	}
	return (struct answer_verdict) {.state = PLX_DNSSEC_SECURE,
					.kind = JUDGED_ALIAS,
					.target = target,
					.ttl_s = verdict.ttl_s};
}

static struct answer_verdict judge_denial(const struct judge *judge,
					  const struct plx_message *message,
					  const struct plx_name *name, uint16_t type,
					  const struct key_set *keys)
{
	struct denial_set denials;
	denial_set_read(judge, message, keys, &denials);
	if (message->rcode == PLX_RCODE_NXDOMAIN) {
		struct answer_verdict of_name =
			denial_verdict(&denials, denial_of_name(&denials, name));
		if (is_settled(&of_name)) {
			of_name.kind = JUDGED_NXDOMAIN;
			return of_name;
		}
	}
	struct answer_verdict of_type =
		denial_verdict(&denials, denial_of_type(&denials, name, type));
	if (is_settled(&of_type)) {
		of_type.kind = JUDGED_NODATA;
	}
	return of_type;
}

struct answer_verdict answer_judge(const struct judge *judge, const struct plx_message *message,
				   const struct plx_name *name, uint16_t type,
				   const struct key_set *keys)
{
	struct rrset rrset;
	struct rrset dname;
	// A zone's own DS is its parent's to speak of (RFC 4035 3.1.4.1).
	bool is_parents =
		type == PLX_TYPE_DS && plx_name_equal(name, &keys->zone) && name->length > 1;
	if (!plx_name_is_below(name, &keys->zone) || is_parents) {
		return bogus(DNSSEC_CAUSE_SIGNER);
	}
	bool has_cname = rrset_find(message, PLX_SECTION_ANSWER, name, PLX_TYPE_CNAME, &rrset);
	bool is_signed = has_cname && rrset.signature_count > 0;
	bool has_records = type != PLX_TYPE_CNAME &&
			   rrset_find(message, PLX_SECTION_ANSWER, name, type, &rrset);
	if (!has_records && !is_signed && find_dname(message, name, &keys->zone, &dname)) {
		return judge_dname(judge, name, &dname, has_cname ? &rrset : NULL, keys);
	}
	if (has_records || (has_cname && type == PLX_TYPE_CNAME)) {
		struct answer_verdict verdict = judge_rrset(judge, &rrset, keys);
		verdict.kind = is_settled(&verdict) ? JUDGED_RECORDS : JUDGED_NOT_EVALUATED;
		return verdict;
	}
	if (has_cname) {
		return judge_cname(judge, &rrset, keys);
	}
	return judge_denial(judge, message, name, type, keys);
}
