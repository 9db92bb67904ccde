// SPDX-License-Identifier: BSD-3-Clause
// What a reply, or its absence, does to the innermost frame.

#include "iteration/iteration_state.h"

#include <parallax/dns/rr_type.h>

// The name asked leads on from here: a label more, or the whole name was asked and this is its answer.
static enum iteration_next go_on(struct iteration_frame *frame, unsigned known_labels)
{
	(void)minimisation_advance(&frame->minimisation, &frame->name, known_labels);
	iteration_frame_reset_tries(frame);
	return ITERATION_NEXT_ASK;
}

static enum iteration_next ask_whole_name(struct iteration_frame *frame)
{
	minimisation_fall_back(&frame->minimisation);
	iteration_frame_reset_tries(frame);
	return ITERATION_NEXT_ASK;
}

static enum iteration_next note_failure(struct iteration_turn *turn, struct iteration_frame *frame,
					enum iteration_cause cause)
{
	const struct plx_ip *server = &frame->zone.addresses[frame->server];
	frame->cause = cause;
	frame->rcode = turn->context->reply.rcode;
	work_server_failed(&turn->iteration->budget, server);
	server_mark(turn->context->book, server, &frame->zone.zone, turn->now_ns);
	return ITERATION_NEXT_ASK;
}

// The server is of no use for this zone: others are asked, and by later look-ups it only when all else fails.
static enum iteration_next drop_server(struct iteration_turn *turn, struct iteration_frame *frame,
				       enum iteration_cause cause)
{
	frame->tries[frame->server] = UINT8_MAX;
	return note_failure(turn, frame, cause);
}

// Another way of asking the same server.
static enum iteration_next ask_again(struct iteration_frame *frame, bool by_tcp, bool without_edns)
{
	frame->by_tcp = by_tcp;
	frame->without_edns = without_edns;
	frame->is_resend = true;
	return ITERATION_NEXT_ASK;
}

static enum iteration_next take_referral(struct iteration_turn *turn, struct iteration_frame *frame)
{
	enum work_limit limit = work_charge_referral(&turn->iteration->budget);
	if (limit != WORK_WITHIN_LIMITS) {
		turn->limit = limit;
		return ITERATION_NEXT_EXHAUSTED;
	}
	const struct ns_set *servers = &turn->context->reply.referral.servers;
	// A child never outlives what its parent is known by: a zone taken away takes all below it along.
	uint64_t expires_ns = delegation_expiry(turn->now_ns, servers->ttl);
	if (frame->zone.expires_ns < expires_ns) {
		expires_ns = frame->zone.expires_ns;
	}
	frame->zone = servers->delegation;
	frame->zone.expires_ns = expires_ns;
	frame->cause = ITERATION_CAUSE_NONE;
	delegation_cache_put(turn->context->cache, &frame->zone, turn->now_ns);
	iteration_frame_reset_zone(frame);
	return go_on(frame, plx_name_label_count(&frame->zone.zone));
}

static uint64_t name_hash(const struct plx_name *name)
{
	// Unkeyed: names that collide end their own look-up, nobody else's.
	static const struct plx_siphash_key key = {0, 0};
	struct plx_name lower = *name;
	plx_name_lower(&lower);
	return plx_siphash(&key, lower.wire, lower.length);
}

// Notes the names of the question's chain. False when one was there before.
static bool visit(struct iteration *iteration, const struct plx_name *name)
{
	uint64_t hash = name_hash(name);
	for (unsigned i = 0; i < iteration->visited_count; i++) {
		if (iteration->visited[i] == hash) {
			return false;
		}
	}
	if (iteration->visited_count < PLX_ARRAY_SIZE(iteration->visited)) {
		iteration->visited[iteration->visited_count++] = hash;
	}
	return true;
}

static enum iteration_next charge_aliases(struct iteration_turn *turn,
					  struct iteration_frame *frame,
					  const struct zone_reply *reply)
{
	enum work_limit limit = work_charge_aliases(&turn->iteration->budget, reply->alias_count);
	if (limit != WORK_WITHIN_LIMITS) {
		return frame_fail(turn, ITERATION_CAUSE_LIMIT, limit);
	}
	// Chains of name servers' addresses end by the budget.
	bool is_question = frame->depth == 0;
	if (is_question && turn->iteration->visited_count == 0) {
		(void)visit(turn->iteration, &frame->name);
	}
	for (unsigned i = 0; is_question && i < reply->alias_count; i++) {
		if (!visit(turn->iteration, &reply->aliases[i])) {
			return frame_fail(turn, ITERATION_CAUSE_ALIAS_LOOP, WORK_WITHIN_LIMITS);
		}
	}
	return ITERATION_NEXT_ANSWERED;
}

// The whole name was asked and answered.
static enum iteration_next take_answer(struct iteration_turn *turn, struct iteration_frame *frame,
				       const struct zone_reply *reply)
{
	enum iteration_next next = charge_aliases(turn, frame, reply);
	if (next != ITERATION_NEXT_ANSWERED) {
		return next;
	}
	if (reply->kind == ZONE_REPLY_ALIAS) {
		frame->name = reply->owner;
		frame->cause = ITERATION_CAUSE_NONE;
		return frame_begin(turn);
	}
	return ITERATION_NEXT_ANSWERED;
}

static bool may_lack_edns(uint16_t rcode)
{
	// RFC 6891 7; BADVERS is for who has another version.
	return rcode == PLX_RCODE_FORMERR || rcode == PLX_RCODE_NOTIMP ||
	       rcode == PLX_RCODE_BADVERS;
}

static enum iteration_next take_failure(struct iteration_turn *turn, struct iteration_frame *frame,
					const struct zone_reply *reply)
{
	if (!frame->without_edns && may_lack_edns(reply->rcode)) {
		return ask_again(frame, frame->by_tcp, true);
	}
	if (!minimisation_is_whole(&frame->minimisation)) {
		return ask_whole_name(frame);
	}
	// SERVFAIL may pass; REFUSED and the like are the server's word.
	return reply->rcode == PLX_RCODE_SERVFAIL ? note_failure(turn, frame, ITERATION_CAUSE_RCODE)
						  : drop_server(turn, frame, ITERATION_CAUSE_RCODE);
}

static void note_usable(struct iteration_turn *turn, struct iteration_frame *frame)
{
	server_unmark(turn->context->book, &frame->zone.addresses[frame->server],
		      &frame->zone.zone);
}

static enum iteration_next take_reply(struct iteration_turn *turn, struct iteration_frame *frame)
{
	const struct zone_reply *reply = &turn->context->reply;
	bool is_whole = minimisation_is_whole(&frame->minimisation);
	switch (reply->kind) {
	case ZONE_REPLY_RECORDS:
	case ZONE_REPLY_NODATA:
	case ZONE_REPLY_ALIAS:
		note_usable(turn, frame);
		return is_whole ? take_answer(turn, frame, reply)
				: go_on(frame, frame->minimisation.asked);
	case ZONE_REPLY_NXDOMAIN:
		note_usable(turn, frame);
		return is_whole ? take_answer(turn, frame, reply) : ask_whole_name(frame);
	case ZONE_REPLY_REFERRAL:
		note_usable(turn, frame);
		return take_referral(turn, frame);
	case ZONE_REPLY_TRUNCATED:
		return frame->by_tcp ? drop_server(turn, frame, ITERATION_CAUSE_TCP)
				     : ask_again(frame, true, frame->without_edns);
	case ZONE_REPLY_FAILED:
		return take_failure(turn, frame, reply);
	case ZONE_REPLY_ALIAS_LOOP:
		return is_whole ? frame_fail(turn, ITERATION_CAUSE_ALIAS_LOOP, WORK_WITHIN_LIMITS)
				: ask_whole_name(frame);
	case ZONE_REPLY_ALIAS_LIMIT:
		return is_whole ? frame_fail(turn, ITERATION_CAUSE_LIMIT, WORK_LIMIT_ALIASES)
				: ask_whole_name(frame);
	case ZONE_REPLY_ALIAS_TOO_LONG:
		return is_whole ? frame_fail(turn, ITERATION_CAUSE_ALIAS_TOO_LONG,
					     WORK_WITHIN_LIMITS)
				: ask_whole_name(frame);
	case ZONE_REPLY_BROKEN:
		return is_whole ? drop_server(turn, frame, ITERATION_CAUSE_BROKEN)
				: ask_whole_name(frame);
	case ZONE_REPLY_LAME:
		return drop_server(turn, frame, ITERATION_CAUSE_LAME);
	case ZONE_REPLY_NOT_EVALUATED:
		break;
	}
	return drop_server(turn, frame, ITERATION_CAUSE_BROKEN);
}

static void note_event(struct iteration_turn *turn, const struct iteration_frame *frame)
{
	struct iteration_judgement *judgement = &turn->action->judgement;
	judgement->is_set = true;
	judgement->is_whole = minimisation_is_whole(&frame->minimisation);
	judgement->depth = frame->depth;
	judgement->by_tcp = frame->by_tcp;
	judgement->event = turn->event->kind;
	judgement->server = frame->zone.addresses[frame->server];
	judgement->zone = frame->zone.zone;
	minimisation_question(&frame->minimisation, &frame->name, frame->type, &judgement->name,
			      &judgement->type);
}

// A long reply takes milliseconds to read, and hundreds of look-ups may wait for it.
static void judge_reply(struct iteration_turn *turn)
{
	struct iteration_context *context = turn->context;
	const struct iteration_judgement *judgement = &turn->action->judgement;
	if (turn->event->is_same_message && context->judged_type == judgement->type &&
	    plx_name_equal(&context->judged_zone, &judgement->zone) &&
	    plx_name_equal(&context->judged_name, &judgement->name)) {
		return;
	}
	context->judged_type = judgement->type;
	plx_name_copy(&context->judged_zone, &judgement->zone);
	plx_name_copy(&context->judged_name, &judgement->name);
	zone_reply_judge(turn->event->message, &judgement->zone, &judgement->name, judgement->type,
			 &context->reply);
}

enum iteration_next frame_take_event(struct iteration_turn *turn)
{
	struct iteration_frame *frame = turn->iteration->frame;
	const struct plx_ip server = frame->zone.addresses[frame->server];
	note_event(turn, frame);
	switch (turn->event->kind) {
	case ITERATION_EVENT_REPLY:
		if (!frame->by_tcp && !turn->event->is_shared) {
			server_answered(turn->context->book, &server, turn->event->rtt_ns,
					turn->now_ns);
		}
		judge_reply(turn);
		turn->action->judgement.reply = &turn->context->reply;
		return take_reply(turn, frame);
	case ITERATION_EVENT_UNREACHABLE:
		frame->tries[frame->server] = UINT8_MAX;
		frame->cause = ITERATION_CAUSE_UNREACHABLE;
		return ITERATION_NEXT_ASK;
	case ITERATION_EVENT_TIMEOUT:
	case ITERATION_EVENT_BEGIN:
		break;
	}
	work_server_failed(&turn->iteration->budget, &server);
	if (frame->by_tcp) {
		frame->tries[frame->server] = UINT8_MAX;
		frame->cause = ITERATION_CAUSE_TCP;
	} else {
		if (!turn->event->is_shared) {
			server_timed_out(turn->context->book, &server,
					 turn->now_ns - turn->event->rtt_ns, turn->now_ns);
		}
		frame->cause = ITERATION_CAUSE_TIMEOUT;
	}
	return ITERATION_NEXT_ASK;
}
