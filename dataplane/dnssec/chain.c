// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/chain.h"

#include "dnssec/dnskey.h"
#include "dnssec/judge_budget.h"

#include <parallax/dns/rr_type.h>

#include <errno.h>

// The DNSKEYs of one RRset that could be the zone's, those that a DS vouches for first.
struct candidates {
	unsigned count;
	unsigned anchored_count;
	unsigned mismatch_count;
	enum dnssec_cause cause;
	struct dnskey keys[KEYS_PER_ZONE_MAX];
};

static struct chain_verdict chain_bogus(enum dnssec_cause cause)
{
	return (struct chain_verdict) {.state = PLX_DNSSEC_BOGUS, .cause = cause};
}

static bool is_known(const struct candidates *candidates, const struct dnskey *key)
{
	for (unsigned i = 0; i < candidates->count; i++) {
		const struct dnskey *other = &candidates->keys[i];
		if (other->rdata_length == key->rdata_length &&
		    memcmp(other->rdata, key->rdata, key->rdata_length) == 0) {
			return true;
		}
	}
	return false;
}

// A revoked key counts among the tags that a DS fits, so that the cause can say so.
static bool has_ds_tag(const struct ds_set *ds, const struct dnskey *key)
{
	for (unsigned i = 0; i < ds->count; i++) {
		if (ds->entries[i].tag == key->tag && ds->entries[i].algorithm == key->algorithm) {
			return true;
		}
	}
	return false;
}

static void read_candidates(const struct judge *judge, const struct rrset *rrset,
			    const struct ds_set *ds, struct candidates *candidates)
{
	struct plx_record_cursor cursor = plx_message_records(rrset->message);
	struct plx_record record;
	while (rrset_next(rrset, &cursor, &record)) {
		struct dnskey key;
		if (dnskey_parse(record.rdata, record.rdata_length, &key) < 0 ||
		    !dnssec_policy_has_algorithm(judge->policy, key.algorithm) ||
		    is_known(candidates, &key)) {
			continue;
		}
		if (!dnskey_is_zone_key(&key)) {
			if (has_ds_tag(ds, &key)) {
				dnssec_cause_raise(&candidates->cause, DNSSEC_CAUSE_NO_ZONE_KEY);
			}
			continue;
		}
		if (candidates->count == KEYS_PER_ZONE_MAX) {
			candidates->cause = DNSSEC_CAUSE_WORK_LIMIT;
			return;
		}
		candidates->keys[candidates->count++] = key;
	}
}

// Moves the key behind those that are anchored already.
static void anchor(struct candidates *candidates, unsigned index)
{
	struct dnskey key = candidates->keys[index];
	candidates->keys[index] = candidates->keys[candidates->anchored_count];
	candidates->keys[candidates->anchored_count++] = key;
}

// False when a limit is reached.
static bool match_one(const struct judge *judge, const struct ds *ds, const struct plx_name *zone,
		      struct candidates *candidates)
{
	for (unsigned i = 0; i < candidates->count; i++) {
		switch (ds_match(ds, zone, &candidates->keys[i], judge->budget)) {
		case DS_MATCH_EQUAL:
			if (i >= candidates->anchored_count) {
				anchor(candidates, i);
			}
			return true;
		case DS_MATCH_DIFFERENT:
			break;
		case DS_MATCH_LIMIT:
		case DS_MATCH_NOT_EVALUATED:
			return false;
		}
	}
	return ++candidates->mismatch_count <= DS_MISMATCHES_MAX;
}

static void match_all(const struct judge *judge, const struct ds_set *ds,
		      struct candidates *candidates)
{
	for (unsigned i = 0; i < ds->count; i++) {
		if (!match_one(judge, &ds->entries[i], &ds->zone, candidates)) {
			// Keys found so far are enough to go on with.
			if (candidates->anchored_count == 0) {
				dnssec_cause_raise(&candidates->cause, DNSSEC_CAUSE_WORK_LIMIT);
			}
			return;
		}
	}
}

static int add_keys(struct key_set *set, const struct candidates *candidates, unsigned from,
		    unsigned to, const struct dnssec_policy *policy)
{
	int error = 0;
	for (unsigned i = from; i < to && error == 0; i++) {
		error = key_set_add(set, &candidates->keys[i], policy);
	}
	return error;
}

// The anchored keys must have signed the RRset; then it vouches for the others.
static struct chain_verdict trust_keys(const struct judge *judge, const struct rrset *rrset,
				       const struct candidates *candidates)
{
	struct key_set *set = key_set_create(&rrset->owner);
	if (set == NULL ||
	    add_keys(set, candidates, 0, candidates->anchored_count, judge->policy) < 0) {
		key_set_destroy(set);
		return chain_bogus(DNSSEC_CAUSE_WORK_LIMIT);
	}
	struct rrset_verdict verdict = rrset_verify(judge, rrset, set);
	if (verdict.state != PLX_DNSSEC_SECURE || verdict.is_expanded ||
	    add_keys(set, candidates, candidates->anchored_count, candidates->count,
		     judge->policy) < 0) {
		key_set_destroy(set);
		return chain_bogus(verdict.state != PLX_DNSSEC_SECURE ? verdict.cause
								      : DNSSEC_CAUSE_LABELS);
	}
	set->ttl_s = verdict.ttl_s;
	return (struct chain_verdict) {.kind = DELEGATION_SIGNED,
				       .state = PLX_DNSSEC_SECURE,
				       .ttl_s = verdict.ttl_s,
				       .keys = set};
}

struct chain_verdict chain_keys(const struct judge *judge, const struct ds_set *ds,
				const struct plx_message *dnskey_message)
{
	struct rrset rrset;
	struct candidates candidates = {.cause = DNSSEC_CAUSE_KEY_MISSING};
	if (ds->count == 0) {
		return (struct chain_verdict) {.state = PLX_DNSSEC_INDETERMINATE,
					       .cause = DNSSEC_CAUSE_NO_ANCHOR};
	}
	if (!message_is_searchable(dnskey_message)) {
		return chain_bogus(DNSSEC_CAUSE_WORK_LIMIT);
	}
	if (!rrset_find(dnskey_message, PLX_SECTION_ANSWER, &ds->zone, PLX_TYPE_DNSKEY, &rrset)) {
		return chain_bogus(DNSSEC_CAUSE_KEY_MISSING);
	}
	read_candidates(judge, &rrset, ds, &candidates);
	if (candidates.cause == DNSSEC_CAUSE_WORK_LIMIT) {
		return chain_bogus(DNSSEC_CAUSE_WORK_LIMIT);
	}
	match_all(judge, ds, &candidates);
	if (candidates.anchored_count == 0) {
		return chain_bogus(candidates.cause);
	}
	return trust_keys(judge, &rrset, &candidates);
}

struct chain_verdict chain_step(const struct judge *judge, const struct key_set *parent,
				const struct plx_name *child, const struct plx_message *ds_message,
				const struct plx_message *dnskey_message)
{
	struct delegation_verdict delegation;
	delegation_judge(judge, ds_message, child, parent, &delegation);
	switch (delegation.kind) {
	case DELEGATION_SIGNED:
		break;
	case DELEGATION_NOT_EVALUATED:
	case DELEGATION_UNSIGNED:
	case DELEGATION_NOT_A_CUT:
		return (struct chain_verdict) {.kind = delegation.kind,
					       .state = delegation.state,
					       .cause = delegation.cause,
					       .ttl_s = delegation.ttl_s};
	}
	if (dnskey_message == NULL) {
		return chain_bogus(DNSSEC_CAUSE_KEY_MISSING);
	}
	struct chain_verdict verdict = chain_keys(judge, &delegation.ds, dnskey_message);
	if (verdict.keys != NULL && delegation.ttl_s < verdict.ttl_s) {
		verdict.ttl_s = delegation.ttl_s;
		verdict.keys->ttl_s = delegation.ttl_s;
	}
	return verdict;
}
