// SPDX-License-Identifier: BSD-3-Clause

#include "validation/zone_walk.h"

#include "dnssec/chain.h"
#include "dnssec/name_order.h"
#include "validation/trust_cache.h"

#include <parallax/dns/rr_type.h>

// Referrals to one child that are read: one, or the one that a look-up begun anew brought as well.
#define REFERRALS_READ_MAX 2
#define WALK_GOES_ON WALK_NOT_EVALUATED

static void limit_ttl(struct zone_walk *walk, int64_t ttl_s)
{
	walk->ttl_s = ttl_s < walk->ttl_s ? (uint32_t)ttl_s : walk->ttl_s;
}

static enum walk_result stop(struct zone_walk *walk, enum plx_dnssec state, enum dnssec_cause cause,
			     const struct plx_name *zone)
{
	walk->state = state;
	walk->cause = cause;
	walk->zone = *zone;
	return WALK_STOPPED;
}

static bool find_trust(struct walk_context *context, const struct plx_name *name,
		       struct zone_trust *ret_trust)
{
	for (unsigned i = 0; i < context->zone_count; i++) {
		if (plx_name_equal(&context->zones[i].name, name)) {
			*ret_trust = context->zones[i].trust;
			zone_keys_hold(ret_trust->keys);
			return true;
		}
	}
	return context->cache != NULL &&
	       trust_cache_find(context->cache, name, context->judge.now_s, ret_trust);
}

static void remember(struct walk_context *context, const struct plx_name *name,
		     enum trust_kind kind, enum dnssec_cause cause, struct zone_keys *keys,
		     uint32_t ttl_s)
{
	struct zone_trust trust = {.kind = kind,
				   .cause = cause,
				   .keys = keys,
				   .expires_s = context->judge.now_s + ttl_s};
	if (context->zone_count < WALK_ZONES_MAX) {
		struct walk_zone *zone = &context->zones[context->zone_count++];
		plx_name_copy(&zone->name, name);
		zone->trust = trust;
		zone_keys_hold(keys);
	}
	if (context->cache != NULL) {
		trust_cache_put(context->cache, name, &trust, context->judge.now_s);
	}
}

void walk_context_fini(struct walk_context *context)
{
	for (unsigned i = 0; i < context->zone_count; i++) {
		zone_keys_release(context->zones[i].trust.keys);
	}
	context->zone_count = 0;
}

static void reach(struct zone_walk *walk, const struct plx_name *zone, struct zone_keys *keys,
		  int64_t ttl_s)
{
	zone_keys_release(walk->keys);
	walk->keys = keys;
	walk->labels = plx_name_label_count(zone);
	walk->zone = *zone;
	limit_ttl(walk, ttl_s);
}

// From the deepest zone that is known already.
static void start_from_known(struct zone_walk *walk)
{
	struct zone_trust trust;
	struct plx_name name;
	unsigned anchor_labels = plx_name_label_count(&walk->anchor->zone);
	for (unsigned labels = walk->marks.deepest + 1; labels-- > anchor_labels;) {
		name_suffix(&walk->marks.target, labels, &name);
		if (!find_trust(walk->context, &name, &trust)) {
			continue;
		}
		int64_t ttl_s = trust.expires_s - walk->context->judge.now_s;
		switch (trust.kind) {
		case TRUST_KEYS:
			reach(walk, &name, trust.keys, ttl_s);
			return;
		case TRUST_UNSIGNED:
			limit_ttl(walk, ttl_s);
			walk->unsigned_ttl_s = walk->ttl_s;
			stop(walk, PLX_DNSSEC_INSECURE, trust.cause, &name);
			return;
		case TRUST_NOT_A_CUT:
			walk->marks.marks[labels] |= CUT_MARK_NONE;
			break;
		case TRUST_NOT_EVALUATED:
			break;
		}
	}
}

void zone_walk_start(struct zone_walk *walk, struct walk_context *context,
		     const struct plx_name *target, unsigned deepest, unsigned answer_index)
{
	struct plx_name lowest;
	walk->context = context;
	walk->keys = NULL;
	walk->labels = 0;
	walk->ttl_s = UINT32_MAX;
	walk->unsigned_ttl_s = 0;
	walk->state = PLX_DNSSEC_UNCHECKED;
	walk->cause = DNSSEC_CAUSE_NONE;
	walk->need_count = 0;
	cut_marks_read(context->material, target, deepest, answer_index, &walk->marks);
	name_suffix(target, deepest, &lowest);
	walk->anchor = trust_anchors_find(context->anchors, &lowest);
	if (walk->anchor == NULL) {
		stop(walk, PLX_DNSSEC_INDETERMINATE, DNSSEC_CAUSE_NO_ANCHOR, &lowest);
		return;
	}
	walk->zone = walk->anchor->zone;
	walk->labels = plx_name_label_count(&walk->anchor->zone);
	start_from_known(walk);
}

void zone_walk_try_target(struct zone_walk *walk)
{
	if (walk->marks.deepest > 0) {
		(void)cut_marks_try(&walk->marks, walk->marks.deepest - 1, walk->marks.deepest + 1);
	}
}

void zone_walk_fini(struct zone_walk *walk)
{
	zone_keys_release(walk->keys);
	walk->keys = NULL;
}

// Unless it is known already, or the proof holds no more replies.
static void add_need(struct zone_walk *walk, const struct plx_name *name, uint16_t type)
{
	const struct proof_material *material = walk->context->material;
	unsigned index;
	if (walk->need_count == PROOF_NEEDS_MAX ||
	    material->count + walk->need_count >= PROOF_MESSAGES_MAX ||
	    proof_material_find(material, name, type, &index) != MATERIAL_REPLY_MISSING) {
		return;
	}
	for (unsigned i = 0; i < walk->need_count; i++) {
		if (walk->needs[i].type == type && plx_name_equal(&walk->needs[i].name, name)) {
			return;
		}
	}
	walk->needs[walk->need_count++] = (struct proof_need) {.name = *name, .type = type};
}

// What is lacking now, and what the cuts below will want as far as they are known.
static enum walk_result ask(struct zone_walk *walk, const struct plx_name *name, uint16_t type)
{
	struct plx_name child;
	walk->need_count = 0;
	add_need(walk, name, type);
	if (walk->need_count == 0) {
		return stop(walk, PLX_DNSSEC_BOGUS, DNSSEC_CAUSE_WORK_LIMIT, name);
	}
	for (unsigned labels = walk->labels;
	     walk->need_count < PROOF_NEEDS_MAX &&
	     (labels = cut_marks_next(&walk->marks, labels)) != 0;) {
		unsigned marks = walk->marks.marks[labels];
		name_suffix(&walk->marks.target, labels, &child);
		if ((marks & (CUT_MARK_REFERRED | CUT_MARK_HAS_DS)) == 0) {
			add_need(walk, &child, PLX_TYPE_DS);
		}
		// A referral without DS to a zone that signs leads to an island: its keys would prove nothing.
		if ((marks & CUT_MARK_HAS_DS) != 0 ||
		    (marks & (CUT_MARK_SIGNS | CUT_MARK_REFERRED)) == CUT_MARK_SIGNS) {
			add_need(walk, &child, PLX_TYPE_DNSKEY);
		}
	}
	return WALK_NEEDS;
}

// The keys that `ds` vouches for.
static enum walk_result take_keys(struct zone_walk *walk, const struct ds_set *ds, int64_t ttl_s)
{
	struct walk_context *context = walk->context;
	struct chain_verdict verdict = {.state = PLX_DNSSEC_BOGUS,
					.cause = DNSSEC_CAUSE_KEY_MISSING};
	unsigned index;
	switch (proof_material_find(context->material, &ds->zone, PLX_TYPE_DNSKEY, &index)) {
	case MATERIAL_REPLY_MISSING:
		return ask(walk, &ds->zone, PLX_TYPE_DNSKEY);
	case MATERIAL_REPLY_NONE:
		// The zone is known to be signed, but a lost packet is no forgery: nobody said anything that is wrong.
		verdict.state = PLX_DNSSEC_INDETERMINATE;
		verdict.cause = DNSSEC_CAUSE_UNANSWERED;
		break;
	case MATERIAL_REPLY_THERE:
		verdict = chain_keys(&context->judge, ds, &context->material->messages[index]);
		break;
	}
	if (verdict.keys == NULL) {
		return stop(walk, verdict.state, verdict.cause, &ds->zone);
	}
	struct zone_keys *keys = zone_keys_create(verdict.keys);
	if (keys == NULL) {
		return stop(walk, PLX_DNSSEC_BOGUS, DNSSEC_CAUSE_WORK_LIMIT, &ds->zone);
	}
	ttl_s = verdict.ttl_s < ttl_s ? verdict.ttl_s : ttl_s;
	remember(context, &ds->zone, TRUST_KEYS, DNSSEC_CAUSE_NONE, keys, (uint32_t)ttl_s);
	reach(walk, &ds->zone, keys, ttl_s);
	return WALK_GOES_ON;
}

// Nothing more is to be learned by another reply.
static bool is_final(const struct delegation_verdict *verdict)
{
	return verdict->kind != DELEGATION_NOT_EVALUATED ||
	       verdict->state == PLX_DNSSEC_INDETERMINATE ||
	       verdict->cause == DNSSEC_CAUSE_WORK_LIMIT;
}

// By the referrals to the child, else by the answer to the DS query. False: that was not asked yet.
static bool judge_cut(const struct zone_walk *walk, const struct plx_name *child,
		      struct delegation_verdict *ret_verdict)
{
	const struct walk_context *context = walk->context;
	const struct plx_message *referral;
	enum dnssec_cause cause = DNSSEC_CAUSE_NONE;
	unsigned index = 0;
	for (unsigned i = 0;
	     i < REFERRALS_READ_MAX &&
	     proof_material_next_referral(context->material, child, &index, &referral);
	     i++) {
		delegation_judge(&context->judge, referral, child, walk->keys->set, ret_verdict);
		if (is_final(ret_verdict)) {
			return true;
		}
		dnssec_cause_raise(&cause, ret_verdict->cause);
	}
	switch (proof_material_find(context->material, child, PLX_TYPE_DS, &index)) {
	case MATERIAL_REPLY_MISSING:
		return false;
	case MATERIAL_REPLY_NONE:
		// What came with a referral and is wrong is a lie; if nothing came, nothing is known (RFC 4033 section 5).
		*ret_verdict = (struct delegation_verdict) {
			.state = cause > DNSSEC_CAUSE_SIGNATURE_MISSING ? PLX_DNSSEC_BOGUS
									: PLX_DNSSEC_INDETERMINATE,
			.cause = cause > DNSSEC_CAUSE_SIGNATURE_MISSING ? cause
									: DNSSEC_CAUSE_UNANSWERED};
		return true;
	case MATERIAL_REPLY_THERE:
		break;
	}
	delegation_judge(&context->judge, &context->material->messages[index], child,
			 walk->keys->set, ret_verdict);
	return true;
}

// A cut in between, that nothing told of, may explain it.
static bool is_unclear(enum dnssec_cause cause)
{
	return cause == DNSSEC_CAUSE_SIGNATURE_MISSING || cause == DNSSEC_CAUSE_DENIAL_MISSING ||
	       cause == DNSSEC_CAUSE_SIGNER || cause == DNSSEC_CAUSE_UNANSWERED;
}

static enum walk_result pass_cut(struct zone_walk *walk, unsigned labels)
{
	struct delegation_verdict verdict;
	struct plx_name child;
	name_suffix(&walk->marks.target, labels, &child);
	if (!judge_cut(walk, &child, &verdict)) {
		return ask(walk, &child, PLX_TYPE_DS);
	}
	switch (verdict.kind) {
	case DELEGATION_SIGNED:
		return take_keys(walk, &verdict.ds, verdict.ttl_s);
	case DELEGATION_UNSIGNED:
		limit_ttl(walk, verdict.ttl_s);
		walk->unsigned_ttl_s = walk->ttl_s;
		remember(walk->context, &child, TRUST_UNSIGNED, verdict.cause, NULL, verdict.ttl_s);
		return stop(walk, PLX_DNSSEC_INSECURE, verdict.cause, &child);
	case DELEGATION_NOT_A_CUT:
		// The zone spoke of it, so neither is any name between (RFC 6840 4.1, 4.4).
		for (unsigned i = walk->labels + 1; i <= labels; i++) {
			walk->marks.marks[i] |= CUT_MARK_NONE;
		}
		limit_ttl(walk, verdict.ttl_s);
		remember(walk->context, &child, TRUST_NOT_A_CUT, DNSSEC_CAUSE_NONE, NULL,
			 verdict.ttl_s);
		return WALK_GOES_ON;
	case DELEGATION_NOT_EVALUATED:
		break;
	}
	if (is_unclear(verdict.cause) && cut_marks_try(&walk->marks, walk->labels, labels)) {
		return WALK_GOES_ON;
	}
	return stop(walk, verdict.state, verdict.cause, &child);
}

enum walk_result zone_walk_run(struct zone_walk *walk)
{
	enum walk_result result = WALK_GOES_ON;
	if (walk->state != PLX_DNSSEC_UNCHECKED) {
		return WALK_STOPPED;
	}
	if (walk->keys == NULL) {
		result = take_keys(walk, walk->anchor, TRUST_KEYS_TTL_MAX_S);
	}
	while (result == WALK_GOES_ON) {
		unsigned labels = cut_marks_next(&walk->marks, walk->labels);
		result = labels == 0 ? WALK_REACHED : pass_cut(walk, labels);
	}
	return result;
}

bool zone_walk_search(struct zone_walk *walk)
{
	return cut_marks_try(&walk->marks, walk->labels, walk->marks.deepest + 1);
}
