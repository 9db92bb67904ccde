// SPDX-License-Identifier: BSD-3-Clause
// Are the proofs what they were? Each is made anew from the replies since the one before it, without any memory of zones.

#include "evidence/replay.h"

#include <parallax/dns/rr_type.h>

#include "dnssec/canonical_rrset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct remade {
	struct judge_budget
		budget; // of each: what was checked before cost the dataplane nothing again
	struct canonical_workspace workspace;
	struct proof proof;
};

// `is_question`: of the look-up itself, not of what its proof needed, for which only the answers count.
static void add_message(struct replay *replay, unsigned index, bool is_question,
			struct proof *proof)
{
	const struct replayed_step *step = &replay->steps[index];
	bool is_referral = is_question && step->is_readable && step->kind == ZONE_REPLY_REFERRAL;
	if (replay->evidence->steps[index].depth > 0 ||
	    (!is_referral && !replayed_step_is_conclusive(replay, index)) ||
	    proof->message_count == PROOF_MESSAGES_MAX) {
		return;
	}
	struct proof_message *message = &proof->messages[proof->message_count++];
	*message = (struct proof_message) {
		.kind = is_referral ? PROOF_REFERRAL : PROOF_ANSWER,
		.type = replay->evidence->steps[index].type,
		.length = step->message.length,
		.wire = step->message.wire,
		.zone = step->zone,
		.name = step->name,
	};
	if (is_referral) {
		message->name = replay_judge_step(replay, index)->referral.servers.delegation.zone;
		plx_name_lower(&message->name);
	}
}

// The trace shows that somebody was asked for it, or for a name above it on the way there, and said nothing.
static bool was_asked_in_vain(const struct replay *replay, unsigned from, unsigned end,
			      const struct proof_need *need)
{
	for (unsigned i = from; i < end; i++) {
		const struct plx_trace_step *step = &replay->evidence->steps[i];
		bool is_vain = !replay->steps[i].is_readable ||
			       (replay->steps[i].kind != ZONE_REPLY_REFERRAL &&
				!replayed_step_is_conclusive(replay, i));
		if (step->kind == PLX_TRACE_QUERY && step->depth == 0 && is_vain &&
		    plx_name_is_below(&need->name, &replay->steps[i].name)) {
			return true;
		}
	}
	return false;
}

// False: the trace holds nothing about it, and the difference was told.
static bool add_unanswered(struct replay *replay, unsigned from, unsigned index,
			   const struct proof_need *need, struct proof *proof)
{
	if (!was_asked_in_vain(replay, from, index, need) ||
	    proof->message_count == PROOF_MESSAGES_MAX) {
		char name[PLX_NAME_TEXT_MAX];
		plx_name_format(&need->name, name);
		replay_differs(replay, (int)index, "the trace lacks the %s of %s",
			       need->type == PLX_TYPE_DS ? "DS" : "DNSKEY", name);
		return false;
	}
	proof->messages[proof->message_count++] = (struct proof_message) {
		.kind = PROOF_UNANSWERED, .type = need->type, .name = need->name};
	return true;
}

static bool judge(struct replay *replay, unsigned from, unsigned index, struct remade *remade,
		  struct proof_verdict *ret_verdict)
{
	const struct proof_judge judge = {
		.anchors = &replay->evidence->anchors,
		.judge = {.workspace = &remade->workspace,
			  .policy = &replay->evidence->policy,
			  .budget = &remade->budget,
			  .now_s = replay->evidence->steps[index].judged_at_s},
	};
	struct proof_need needs[PROOF_NEEDS_MAX];
	for (unsigned round = 0; round < PROOF_ROUNDS_MAX; round++) {
		unsigned count = 0;
		switch (proof_judge(&judge, &remade->proof, needs, &count, ret_verdict)) {
		case PROOF_JUDGED:
			return true;
		case PROOF_NEEDS:
			break;
		case PROOF_NOT_EVALUATED:
			count = 0;
			break;
		}
		for (unsigned i = 0; i < count; i++) {
			if (!add_unanswered(replay, from, index, &needs[i], &remade->proof)) {
				return false;
			}
		}
	}
	replay_differs(replay, (int)index, "the proof comes to no end");
	return false;
}

static void compare(struct replay *replay, unsigned index, const struct proof_verdict *verdict)
{
	const struct plx_trace_step *step = &replay->evidence->steps[index];
	enum plx_dnssec recorded = (enum plx_dnssec)step->dnssec;
	if (verdict->state != recorded) {
		replay_differs(replay, (int)index, "the proof is %s (%s), recorded is %s (%s)",
			       plx_dnssec_name(verdict->state), dnssec_cause_name(verdict->cause),
			       plx_dnssec_name(recorded),
			       dnssec_cause_name((enum dnssec_cause)step->cause));
	} else if (verdict->cause != (enum dnssec_cause)step->cause) {
		replay_differs(replay, (int)index, "the proof is %s by %s, recorded is %s",
			       plx_dnssec_name(recorded), dnssec_cause_name(verdict->cause),
			       dnssec_cause_name((enum dnssec_cause)step->cause));
	}
	if (dnssec_cause_ede(verdict->cause) != step->ede_code) {
		replay_differs(replay, (int)index, "the recorded code of RFC 8914 is another");
	}
	if (step->verdict != PLX_TRACE_FAILED && !plx_name_equal(&verdict->zone, &step->zone)) {
		char name[PLX_NAME_TEXT_MAX];
		plx_name_format(&verdict->zone, name);
		replay_differs(replay, (int)index, "it is decided at %s, recorded is another zone",
			       name);
	}
}

// The second proof of a name whose answer was bogus had only what the first left of the look-up's budget. Here each has a
// whole one: that nothing was left is the record's word, and leaves the name bogus.
static bool is_exhausted(const struct replay *replay, unsigned from, unsigned index)
{
	const struct plx_trace_step *step = &replay->evidence->steps[index];
	const struct plx_trace_step *before = from > 0 ? &replay->evidence->steps[from - 1] : NULL;
	return before != NULL && before->kind == PLX_TRACE_PROOF && before->type == step->type &&
	       plx_name_equal(&before->name, &step->name) && step->dnssec == PLX_DNSSEC_BOGUS &&
	       step->cause == DNSSEC_CAUSE_WORK_LIMIT;
}

static void replay_proof(struct replay *replay, unsigned from, unsigned index,
			 struct remade *remade)
{
	const struct plx_trace_step *step = &replay->evidence->steps[index];
	struct proof *proof = &remade->proof;
	struct finding finding;
	proof->name = step->name;
	proof->type = step->type;
	proof->is_failed = step->verdict == PLX_TRACE_FAILED;
	proof->zone = step->zone;
	plx_name_lower(&proof->name);
	plx_name_lower(&proof->zone);
	proof->message_count = 0;
	remade->budget = judge_budget_init();
	replay_follow(replay, &proof->name, from, index, &finding);
	const bool is_answered = finding.verdict != PLX_TRACE_FAILED;
	if (proof->is_failed) {
		replay_failure(replay, from, index, &proof->name, &proof->zone, &finding);
	}
	for (unsigned i = from; i < index; i++) {
		add_message(replay, i, !is_answered || (int)i <= finding.step, proof);
	}
	replay->report.proofs++;
	struct proof_verdict *verdict = &replay->steps[index].proof;
	if (is_exhausted(replay, from, index)) {
		verdict->state = PLX_DNSSEC_BOGUS;
		verdict->cause = DNSSEC_CAUSE_WORK_LIMIT;
	} else if (judge(replay, from, index, remade, verdict)) {
		compare(replay, index, verdict);
	}
}

int replay_proofs(struct replay *replay)
{
	struct remade *remade = calloc(1, sizeof(*remade));
	if (remade == NULL) {
		return -ENOMEM;
	}
	unsigned from = 0;
	for (unsigned i = 0; i < replay->evidence->step_count; i++) {
		if (replay->evidence->steps[i].kind == PLX_TRACE_PROOF) {
			replay_proof(replay, from, i, remade);
			from = i + 1;
		}
	}
	free(remade);
	return 0;
}
