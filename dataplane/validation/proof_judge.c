// SPDX-License-Identifier: BSD-3-Clause
// The judge of proof.h: name by name along the alias chain.

#include "validation/proof.h"

#include "dnssec/answer_judge.h"
#include "iteration/alias_hop.h"
#include "validation/trust_cache.h"
#include "validation/zone_walk.h"

#include <parallax/dns/rr_type.h>

// The chain so far.
struct chain_progress {
	struct proof_verdict verdict;
	unsigned need_count;
	struct proof_need needs[PROOF_NEEDS_MAX];
};

const char *proof_step_name(enum proof_step step)
{
	switch (step) {
	case PROOF_NOT_EVALUATED:
		return "not-evaluated";
	case PROOF_NEEDS:
		return "needs";
	case PROOF_JUDGED:
		return "judged";
	}
	return "unknown";
}

static void limit_ttl(struct proof_verdict *verdict, uint32_t ttl_s)
{
	verdict->ttl_s = ttl_s < verdict->ttl_s ? ttl_s : verdict->ttl_s;
}

static void settle(struct proof_verdict *verdict, enum plx_dnssec state, enum dnssec_cause cause,
		   const struct plx_name *zone)
{
	verdict->state = state;
	verdict->cause = cause;
	verdict->zone = *zone;
}

static void fail(struct proof_verdict *verdict, enum dnssec_cause cause,
		 const struct plx_name *zone)
{
	settle(verdict, PLX_DNSSEC_BOGUS, cause, zone);
}

static enum proof_step take_needs(struct chain_progress *progress, const struct zone_walk *walk)
{
	progress->need_count = walk->need_count;
	for (unsigned i = 0; i < walk->need_count; i++) {
		progress->needs[i] = walk->needs[i];
	}
	return PROOF_NEEDS;
}

// Whether what was found may be an unsigned zone's: it carries no signature that claims to be this zone's.
static bool may_be_from_below(const struct answer_verdict *answer,
			      const struct plx_message *message, const struct plx_name *name,
			      const struct plx_name *zone)
{
	return answer->cause == DNSSEC_CAUSE_SIGNATURE_MISSING ||
	       (answer->cause == DNSSEC_CAUSE_DENIAL_MISSING &&
		!message_is_signed_by(message, name, zone));
}

// One name of the chain, by the keys of the zone that it is in.
static enum walk_result judge_name(struct zone_walk *walk, const struct plx_message *message,
				   uint16_t type, struct answer_verdict *ret_answer)
{
	enum walk_result result;
	do {
		result = zone_walk_run(walk);
		if (result != WALK_REACHED) {
			return result;
		}
		*ret_answer = answer_judge(&walk->context->judge, message, &walk->marks.target,
					   type, walk->keys->set);
	} while (may_be_from_below(ret_answer, message, &walk->marks.target, &walk->zone) &&
		 zone_walk_search(walk));
	return result;
}

// The weakest step decides; of several insecure ones the first. False: nothing that may be relied upon.
static bool take_step(struct proof_verdict *verdict, enum plx_dnssec state, enum dnssec_cause cause,
		      const struct plx_name *zone, uint32_t unsigned_ttl_s)
{
	switch (state) {
	case PLX_DNSSEC_SECURE:
		if (verdict->state == PLX_DNSSEC_SECURE) {
			verdict->zone = *zone;
		}
		return true;
	case PLX_DNSSEC_INSECURE:
		if (verdict->state == PLX_DNSSEC_SECURE) {
			settle(verdict, state, cause, zone);
			verdict->unsigned_ttl_s = unsigned_ttl_s;
		}
		return true;
	case PLX_DNSSEC_BOGUS:
	case PLX_DNSSEC_INDETERMINATE:
		settle(verdict, state, cause, zone);
		return false;
	case PLX_DNSSEC_UNCHECKED:
	case PLX_DNSSEC_COUNT:
		break;
	}
	fail(verdict, DNSSEC_CAUSE_MALFORMED, zone);
	return false;
}

// Where an insecure answer leads, by its own word. False: its chain ends here.
static bool follow_insecure(struct chain_progress *progress, const struct plx_message *message,
			    const struct plx_name *zone, uint16_t type, struct plx_name *name)
{
	struct plx_name target;
	switch (alias_hop_find(message, zone, name, type, &target)) {
	case ALIAS_HOP_TARGET:
		plx_name_lower(&target);
		*name = target;
		return true;
	case ALIAS_HOP_RECORDS:
	case ALIAS_HOP_NOTHING:
		return false;
	case ALIAS_HOP_CONTRADICTORY:
	case ALIAS_HOP_TOO_LONG:
	case ALIAS_HOP_NOT_EVALUATED:
		break;
	}
	fail(&progress->verdict, DNSSEC_CAUSE_SYNTHESIS, zone);
	return false;
}

// Judges `name` and sets it to the target of its alias. `ret_is_over`: there is no target.
static enum proof_step judge_hop(struct walk_context *context, struct chain_progress *progress,
				 unsigned index, struct plx_name *name, bool *ret_is_over)
{
	const struct proof *proof = context->material->proof;
	const struct plx_message *message = &context->material->messages[index];
	struct proof_verdict *verdict = &progress->verdict;
	struct answer_verdict answer = {0};
	PLX_UNINITIALIZED struct zone_walk walk;
	unsigned labels = plx_name_label_count(name);
	// The DS of a zone is its parent's (RFC 4035 3.1.4.1).
	zone_walk_start(&walk, context, name, labels - (proof->type == PLX_TYPE_DS && labels > 0),
			index);
	enum walk_result result = judge_name(&walk, message, proof->type, &answer);
	*ret_is_over = true;
	if (result == WALK_NEEDS) {
		zone_walk_fini(&walk);
		return take_needs(progress, &walk);
	}
	bool is_reached = result == WALK_REACHED;
	enum plx_dnssec state = is_reached ? answer.state : walk.state;
	bool is_relied_upon = take_step(verdict, state, is_reached ? answer.cause : walk.cause,
					&walk.zone, is_reached ? 0 : walk.unsigned_ttl_s);
	limit_ttl(verdict, walk.ttl_s);
	if (is_reached) {
		limit_ttl(verdict, answer.ttl_s);
	}
	if (is_relied_upon && state == PLX_DNSSEC_INSECURE) {
		*ret_is_over = !follow_insecure(progress, message, &proof->messages[index].zone,
						proof->type, name);
	} else if (is_relied_upon) {
		verdict->kind = answer.kind;
		*ret_is_over = answer.kind != JUDGED_ALIAS;
		if (!*ret_is_over) {
			*name = answer.target;
		}
	}
	zone_walk_fini(&walk);
	return PROOF_JUDGED;
}

static enum proof_step judge_chain(struct walk_context *context, struct chain_progress *progress)
{
	const struct proof *proof = context->material->proof;
	struct proof_verdict *verdict = &progress->verdict;
	struct plx_name name = proof->name;
	unsigned index;
	bool is_over = false;
	if (proof_material_find(context->material, &name, proof->type, &index) !=
	    MATERIAL_REPLY_THERE) {
		fail(verdict, DNSSEC_CAUSE_DENIAL_MISSING, &name);
		return PROOF_JUDGED;
	}
	for (unsigned hop = 0; !is_over; hop++) {
		if (hop > PLX_ALIASES_MAX) {
			fail(verdict, DNSSEC_CAUSE_WORK_LIMIT, &name);
			break;
		}
		verdict->owner = name;
		if (judge_hop(context, progress, index, &name, &is_over) == PROOF_NEEDS) {
			return PROOF_NEEDS;
		}
		// The target's own reply, else what the alias's says of it.
		(void)proof_material_find(context->material, &name, proof->type, &index);
	}
	return PROOF_JUDGED;
}

// There is no answer: how far do keys lead towards the zone that failed?
static enum proof_step judge_zone(struct walk_context *context, struct chain_progress *progress)
{
	const struct proof *proof = context->material->proof;
	PLX_UNINITIALIZED struct zone_walk walk;
	zone_walk_start(&walk, context, &proof->zone, plx_name_label_count(&proof->zone),
			ANSWER_INDEX_NONE);
	zone_walk_try_target(&walk);
	enum walk_result result = zone_walk_run(&walk);
	progress->verdict.owner = proof->zone;
	zone_walk_fini(&walk);
	if (result == WALK_NEEDS) {
		return take_needs(progress, &walk);
	}
	(void)take_step(&progress->verdict, result == WALK_REACHED ? PLX_DNSSEC_SECURE : walk.state,
			walk.cause, &walk.zone, walk.unsigned_ttl_s);
	limit_ttl(&progress->verdict, walk.ttl_s);
	return PROOF_JUDGED;
}

enum proof_step proof_judge(const struct proof_judge *judge, const struct proof *proof,
			    struct proof_need *ret_needs, unsigned *ret_need_count,
			    struct proof_verdict *ret_verdict)
{
	PLX_UNINITIALIZED struct proof_material material;
	PLX_UNINITIALIZED struct walk_context context;
	struct chain_progress progress = {
		.verdict = {.state = PLX_DNSSEC_SECURE, .ttl_s = UINT32_MAX}};
	proof_material_open(proof, &material);
	context.judge = judge->judge;
	context.cache = judge->cache;
	context.anchors = judge->anchors;
	context.material = &material;
	context.zone_count = 0;
	if (context.judge.memory == NULL && judge->cache != NULL) {
		context.judge.memory = trust_cache_signatures(judge->cache);
	}
	enum proof_step step = proof->is_failed ? judge_zone(&context, &progress)
						: judge_chain(&context, &progress);
	walk_context_fini(&context);
	if (step == PROOF_NEEDS) {
		for (unsigned i = 0; i < progress.need_count; i++) {
			ret_needs[i] = progress.needs[i];
		}
		*ret_need_count = progress.need_count;
		return step;
	}
	bool may_hold = progress.verdict.state == PLX_DNSSEC_SECURE ||
			progress.verdict.state == PLX_DNSSEC_INSECURE;
	if (progress.verdict.state != PLX_DNSSEC_SECURE) {
		progress.verdict.kind = JUDGED_NOT_EVALUATED;
	}
	progress.verdict.ttl_s = may_hold ? progress.verdict.ttl_s : 0;
	if (progress.verdict.state != PLX_DNSSEC_INSECURE) {
		progress.verdict.unsigned_ttl_s = 0;
	}
	*ret_verdict = progress.verdict;
	return step;
}
