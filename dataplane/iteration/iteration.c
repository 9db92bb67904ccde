// SPDX-License-Identifier: BSD-3-Clause
// The turn of a look-up: takes the event, then asks, stacks and unstacks frames until a query is to be sent or all is
// done. Every turn of the loop sends, charges a limit or drops a frame, so it ends.

#include "iteration/iteration.h"

#include "iteration/iteration_state.h"

bool iteration_start(struct iteration *iteration, struct iteration_context *context,
		     const struct plx_name *name, uint16_t type, enum cache_use use,
		     uint64_t now_ns)
{
	struct iteration_frame *frame = iteration_frame_acquire(context->frames, NULL, name, type);
	if (frame == NULL) {
		return false;
	}
	frame->zone.zone.length = 0;
	iteration->frame = frame;
	iteration->use = use;
	iteration->doubted = NULL;
	iteration->doubted_count = 0;
	iteration->visited_count = 0;
	work_budget_start(&iteration->budget, now_ns);
	return true;
}

void iteration_abandon(struct iteration *iteration, struct iteration_context *context)
{
	while (iteration->frame != NULL) {
		struct iteration_frame *frame = iteration->frame;
		iteration->frame = frame->parent;
		iteration_frame_release(context->frames, frame);
	}
}

static void finish(struct iteration_turn *turn, const struct iteration_result *result)
{
	const struct iteration_frame *question = turn->iteration->frame;
	while (question->parent != NULL) {
		question = question->parent;
	}
	turn->action->kind = ITERATION_ACTION_DONE;
	turn->action->result = *result;
	turn->action->result.zone = question->zone.zone;
	iteration_abandon(turn->iteration, turn->context);
}

static void finish_answered(struct iteration_turn *turn)
{
	const struct zone_reply *reply = &turn->context->reply;
	struct iteration_result result = {
		.owner = reply->owner,
		.negative_ttl_s = reply->negative_ttl_s,
		.outcome = ITERATION_RECORDS,
	};
	if (reply->kind != ZONE_REPLY_RECORDS) {
		result.outcome =
			reply->kind == ZONE_REPLY_NXDOMAIN ? ITERATION_NXDOMAIN : ITERATION_NODATA;
	}
	finish(turn, &result);
}

static void finish_remembered(struct iteration_turn *turn)
{
	const struct iteration_result result = {
		.outcome = turn->remembered == NEGATIVE_NXDOMAIN ? ITERATION_NXDOMAIN
								 : ITERATION_NODATA,
		.owner = turn->iteration->frame->name,
		.from_cache = true,
		.dnssec = turn->remembered_dnssec,
	};
	finish(turn, &result);
}

// By the question's own cause.
static void finish_failed(struct iteration_turn *turn)
{
	const struct iteration_frame *frame = turn->iteration->frame;
	bool is_limit = frame->cause == ITERATION_CAUSE_LIMIT;
	const struct iteration_result result = {
		.outcome = ITERATION_FAILED,
		.cause = frame->cause,
		.limit = is_limit ? frame->limit : WORK_WITHIN_LIMITS,
		.rcode = frame->cause == ITERATION_CAUSE_RCODE ? frame->rcode : 0,
		.owner = frame->name,
	};
	finish(turn, &result);
}

// By a limit of the whole look-up, wherever it stands.
static void finish_exhausted(struct iteration_turn *turn)
{
	const struct iteration_result result = {
		.outcome = ITERATION_FAILED,
		.cause = ITERATION_CAUSE_LIMIT,
		.limit = turn->limit,
		.owner = turn->iteration->frame->name,
	};
	finish(turn, &result);
}

// Drops the innermost frame, which asked for the address of a server. The one below goes on with what it got.
static void drop_frame(struct iteration_turn *turn, enum iteration_next ended)
{
	struct iteration_frame *above = turn->iteration->frame;
	struct iteration_frame *frame = above->parent;
	if (ended == ITERATION_NEXT_ANSWERED && turn->context->reply.kind == ZONE_REPLY_RECORDS) {
		frame_take_addresses(turn, frame, above);
	} else if (ended == ITERATION_NEXT_ANSWERED) {
		frame_take_no_address(turn, frame, above);
	} else if (ended == ITERATION_NEXT_FAILED) {
		// What stands in the way of its A records stands in the way of its AAAA records.
		frame->fetched_ipv6 |= (uint16_t)(1u << frame->fetching);
		// That a server has no address says less than what became of those that have one.
		if (frame->cause == ITERATION_CAUSE_NONE) {
			frame->cause = above->cause;
			frame->limit = above->limit;
			frame->rcode = above->rcode;
		}
	}
	turn->iteration->frame = frame;
	iteration_frame_release(turn->context->frames, above);
}

static enum iteration_next take_event(struct iteration_turn *turn)
{
	return turn->event->kind == ITERATION_EVENT_BEGIN ? frame_begin(turn)
							  : frame_take_event(turn);
}

void iteration_step(struct iteration *iteration, struct iteration_context *context,
		    const struct iteration_event *event, uint64_t now_ns,
		    struct iteration_action *ret_action)
{
	struct iteration_turn turn = {
		.iteration = iteration,
		.context = context,
		.event = event,
		.now_ns = now_ns,
		.action = ret_action,
	};
	ret_action->kind = ITERATION_ACTION_NOT_EVALUATED;
	ret_action->judgement.is_set = false;
	ret_action->judgement.reply = NULL;
	enum iteration_next next = take_event(&turn);
	for (;;) {
		bool is_question = iteration->frame->parent == NULL;
		switch (next) {
		case ITERATION_NEXT_ASK:
			next = frame_ask(&turn);
			continue;
		case ITERATION_NEXT_SENT:
			return;
		case ITERATION_NEXT_EXHAUSTED:
			finish_exhausted(&turn);
			return;
		case ITERATION_NEXT_ANSWERED:
			if (is_question) {
				finish_answered(&turn);
				return;
			}
			break;
		case ITERATION_NEXT_REMEMBERED:
			if (is_question) {
				finish_remembered(&turn);
				return;
			}
			break;
		case ITERATION_NEXT_FAILED:
			if (is_question) {
				finish_failed(&turn);
				return;
			}
			break;
		}
		drop_frame(&turn, next);
		next = ITERATION_NEXT_ASK;
	}
}

const char *iteration_outcome_name(enum iteration_outcome outcome)
{
	switch (outcome) {
	case ITERATION_NOT_EVALUATED:
		return "not-evaluated";
	case ITERATION_RECORDS:
		return "records";
	case ITERATION_NODATA:
		return "nodata";
	case ITERATION_NXDOMAIN:
		return "nxdomain";
	case ITERATION_FAILED:
		return "failed";
	}
	return "unknown";
}
