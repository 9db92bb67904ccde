// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/delegation_judge.h"

#include "dnssec/name_order.h"

#include <parallax/dns/rr_type.h>

const char *delegation_kind_name(enum delegation_kind kind)
{
	switch (kind) {
	case DELEGATION_NOT_EVALUATED:
		return "not-evaluated";
	case DELEGATION_SIGNED:
		return "signed";
	case DELEGATION_UNSIGNED:
		return "unsigned";
	case DELEGATION_NOT_A_CUT:
		return "not-a-cut";
	}
	return "unknown";
}

static void fail(struct delegation_verdict *verdict, enum dnssec_cause cause)
{
	verdict->kind = DELEGATION_NOT_EVALUATED;
	verdict->state = PLX_DNSSEC_BOGUS;
	verdict->cause = cause;
}

static void settle(struct delegation_verdict *verdict, enum delegation_kind kind,
		   enum dnssec_cause cause)
{
	verdict->kind = kind;
	verdict->state = kind == DELEGATION_UNSIGNED ? PLX_DNSSEC_INSECURE : PLX_DNSSEC_SECURE;
	verdict->cause = cause;
}

static void take_denial(struct delegation_verdict *verdict, const struct answer_verdict *denial)
{
	verdict->ttl_s = denial->ttl_s;
	verdict->cause = denial->cause;
	verdict->state = denial->state;
	if (denial->state == PLX_DNSSEC_INSECURE) {
		verdict->kind = DELEGATION_UNSIGNED;
	}
}

// RFC 4509 section 3: a SHA-1 digest beside a better one is ignored.
static void drop_weak_digests(struct ds_set *set)
{
	bool has_strong = false;
	unsigned kept = 0;
	for (unsigned i = 0; i < set->count; i++) {
		has_strong |= set->entries[i].digest_type != DNSSEC_DIGEST_SHA1;
	}
	for (unsigned i = 0; i < set->count; i++) {
		if (!has_strong || set->entries[i].digest_type != DNSSEC_DIGEST_SHA1) {
			set->entries[kept++] = set->entries[i];
		}
	}
	set->count = kept;
}

// Takes what we support. NONE, or why there is nothing.
static enum dnssec_cause read_ds(const struct judge *judge, const struct rrset *rrset,
				 struct ds_set *ret_set)
{
	enum dnssec_cause cause = DNSSEC_CAUSE_DIGEST_UNSUPPORTED;
	struct plx_record_cursor cursor = plx_message_records(rrset->message);
	struct plx_record record;
	ret_set->zone = rrset->owner;
	ret_set->count = 0;
	while (rrset_next(rrset, &cursor, &record)) {
		struct ds ds;
		if (ds_parse(record.rdata, record.rdata_length, &ds) < 0) {
			continue;
		}
		if (!dnssec_policy_has_algorithm(judge->policy, ds.algorithm)) {
			dnssec_cause_raise(&cause, DNSSEC_CAUSE_ALGORITHM_UNSUPPORTED);
		} else if (dnssec_policy_has_digest(judge->policy, ds.digest_type)) {
			if (ret_set->count == DS_SET_MAX) {
				return DNSSEC_CAUSE_WORK_LIMIT;
			}
			ret_set->entries[ret_set->count++] = ds;
		}
	}
	drop_weak_digests(ret_set);
	return ret_set->count > 0 ? DNSSEC_CAUSE_NONE : cause;
}

static void judge_ds(const struct judge *judge, const struct rrset *rrset,
		     const struct key_set *keys, struct delegation_verdict *verdict)
{
	struct rrset_verdict of_rrset = rrset_verify(judge, rrset, keys);
	if (of_rrset.state != PLX_DNSSEC_SECURE) {
		fail(verdict, of_rrset.cause);
		return;
	}
	if (of_rrset.is_expanded) { // wildcards make no delegations
		fail(verdict, DNSSEC_CAUSE_LABELS);
		return;
	}
	verdict->ttl_s = of_rrset.ttl_s;
	enum dnssec_cause cause = read_ds(judge, rrset, &verdict->ds);
	if (cause == DNSSEC_CAUSE_WORK_LIMIT) {
		fail(verdict, cause);
	} else if (cause == DNSSEC_CAUSE_NONE) {
		settle(verdict, DELEGATION_SIGNED, cause);
	} else { // RFC 4035 5.2, RFC 6840 5.2: none that we support is as if there were none
		settle(verdict, DELEGATION_UNSIGNED, cause);
	}
}

static void judge_no_ds(const struct judge *judge, const struct plx_message *message,
			const struct plx_name *child, const struct key_set *keys,
			struct delegation_verdict *verdict)
{
	struct denial_set denials;
	bool is_delegation = false;
	denial_set_read(judge, message, keys, &denials);
	enum denial_result result = denial_of_type(&denials, child, PLX_TYPE_DS);
	struct answer_verdict denial = denial_verdict(&denials, result);
	take_denial(verdict, &denial);
	if (result == DENIAL_PROVED) {
		result = denial_is_delegation(&denials, child, &is_delegation);
		denial = denial_verdict(&denials, result);
		take_denial(verdict, &denial);
		if (result == DENIAL_PROVED) {
			settle(verdict, is_delegation ? DELEGATION_UNSIGNED : DELEGATION_NOT_A_CUT,
			       is_delegation ? DNSSEC_CAUSE_NO_DS : DNSSEC_CAUSE_NONE);
		}
	} else if (result == DENIAL_MISSING) {
		// A name that does not exist is no zone cut.
		result = denial_of_name(&denials, child);
		denial = denial_verdict(&denials, result);
		take_denial(verdict, &denial);
		if (result == DENIAL_PROVED) {
			settle(verdict, DELEGATION_NOT_A_CUT, DNSSEC_CAUSE_NONE);
		}
	}
}

// An alias is no zone cut (RFC 1034 3.6.2).
static void judge_alias(const struct judge *judge, const struct plx_message *message,
			const struct plx_name *child, const struct key_set *keys,
			struct delegation_verdict *verdict)
{
	struct answer_verdict alias = answer_judge(judge, message, child, PLX_TYPE_CNAME, keys);
	verdict->state = alias.state;
	verdict->cause = alias.cause;
	verdict->ttl_s = alias.ttl_s;
	if (alias.state == PLX_DNSSEC_SECURE && alias.kind != JUDGED_NOT_EVALUATED) {
		settle(verdict, DELEGATION_NOT_A_CUT, DNSSEC_CAUSE_NONE);
	} else if (alias.state == PLX_DNSSEC_INSECURE) {
		verdict->kind = DELEGATION_UNSIGNED;
	}
}

void delegation_judge(const struct judge *judge, const struct plx_message *message,
		      const struct plx_name *child, const struct key_set *keys,
		      struct delegation_verdict *ret_verdict)
{
	struct rrset rrset;
	*ret_verdict = (struct delegation_verdict) {0};
	if (!name_is_strictly_below(child, &keys->zone)) {
		fail(ret_verdict, DNSSEC_CAUSE_SIGNER);
	} else if (!message_is_searchable(message)) {
		fail(ret_verdict, DNSSEC_CAUSE_WORK_LIMIT);
	} else if (rrset_find(message, PLX_SECTION_ANSWER, child, PLX_TYPE_DS, &rrset) ||
		   rrset_find(message, PLX_SECTION_AUTHORITY, child, PLX_TYPE_DS, &rrset)) {
		judge_ds(judge, &rrset, keys, ret_verdict);
	} else if (rrset_find(message, PLX_SECTION_ANSWER, child, PLX_TYPE_CNAME, &rrset)) {
		judge_alias(judge, message, child, keys, ret_verdict);
	} else {
		judge_no_ds(judge, message, child, keys, ret_verdict);
	}
}
