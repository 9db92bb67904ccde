// SPDX-License-Identifier: BSD-3-Clause
// Is each response an answer to its query, and what does it mean?

#include "evidence/replay.h"

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#include <string.h>

#define QUESTION_FIXED_BYTES 4 // type and class

// The query asks what the step says, and can have been sent.
static bool query_is_right(struct replay *replay, int index)
{
	const struct plx_trace_step *step = &replay->evidence->steps[index];
	struct plx_message query;
	int error = plx_message_open(step->query, step->query_length, &query);
	if (error == 0) {
		error = plx_message_check(&query);
	}
	if (error != 0) {
		replay_differs(replay, index, "the query cannot be read: %s",
			       plx_error_text(error));
		return false;
	}
	bool is_asked =
		query.question_count == 1 && (query.flags & PLX_FLAG_QR) == 0 &&
		PLX_OPCODE(query.flags) == 0 && query.question_type == step->type &&
		query.question_class == PLX_CLASS_IN &&
		query.question_name_length == step->name.length &&
		memcmp(query.wire + PLX_DNS_HEADER_BYTES, step->name.wire, step->name.length) == 0;
	if (!is_asked) {
		replay_differs(replay, index, "the query asks something else");
	}
	return is_asked;
}

// Question and ID of the response are the query's, letter case included: that is what keeps forgers out (0x20). Over TCP,
// where nobody can guess, servers may write the name as they like.
static bool echoes_query(const struct plx_trace_step *step)
{
	size_t length = (size_t)step->name.length + QUESTION_FIXED_BYTES;
	if (step->response_length < PLX_DNS_HEADER_BYTES + length ||
	    memcmp(step->query, step->response, 2) != 0) {
		return false;
	}
	const uint8_t *asked = step->query + PLX_DNS_HEADER_BYTES;
	const uint8_t *echoed = step->response + PLX_DNS_HEADER_BYTES;
	struct plx_name name = {.length = step->name.length};
	memcpy(name.wire, echoed, name.length);
	return step->transport == PLX_TRANSPORT_TCP
		       ? plx_name_is_valid_wire(name.wire, name.length) &&
				 plx_name_equal(&name, &step->name) &&
				 memcmp(asked + name.length, echoed + name.length,
					QUESTION_FIXED_BYTES) == 0
		       : memcmp(asked, echoed, length) == 0;
}

static bool response_is_right(struct replay *replay, int index)
{
	const struct plx_trace_step *step = &replay->evidence->steps[index];
	struct replayed_step *replayed = &replay->steps[index];
	if (!echoes_query(step)) {
		replay_differs(replay, index, "the response does not answer the query");
		return false;
	}
	uint8_t *wire = replay->folded + (step->response - replay->evidence->trace);
	memcpy(wire + PLX_DNS_HEADER_BYTES, replayed->name.wire, replayed->name.length);
	int error = plx_message_open(wire, step->response_length, &replayed->message);
	if (error == 0) {
		error = plx_message_check(&replayed->message);
	}
	if (error != 0) {
		replay_differs(replay, index, "the response cannot be read: %s",
			       plx_error_text(error));
		return false;
	}
	const struct plx_message *message = &replayed->message;
	if ((message->flags & PLX_FLAG_QR) == 0 || PLX_OPCODE(message->flags) != 0 ||
	    message->question_count != 1) {
		replay_differs(replay, index, "the response does not answer the query");
		return false;
	}
	return true;
}

static void judge(struct replay *replay, int index)
{
	const struct plx_trace_step *step = &replay->evidence->steps[index];
	struct replayed_step *replayed = &replay->steps[index];
	enum plx_trace_verdict recorded = (enum plx_trace_verdict)step->verdict;
	if (!plx_name_is_below(&replayed->name, &replayed->zone)) {
		replay_differs(replay, index, "the name is not in the zone that was asked");
		return;
	}
	replayed->is_readable = true;
	replayed->kind = replay_judge_step(replay, (unsigned)index)->kind;
	enum plx_trace_verdict found = zone_reply_verdict(replayed->kind);
	if (found != recorded) {
		replay_differs(replay, index, "the response means %s, recorded is %s",
			       plx_trace_verdict_name(found), plx_trace_verdict_name(recorded));
	}
}

static void replay_query(struct replay *replay, int index)
{
	const struct plx_trace_step *step = &replay->evidence->steps[index];
	struct replayed_step *replayed = &replay->steps[index];
	bool is_silent =
		step->verdict == PLX_TRACE_TIMEOUT || step->verdict == PLX_TRACE_UNREACHABLE;
	replay->report.queries++;
	plx_name_copy(&replayed->zone, &step->zone);
	plx_name_copy(&replayed->name, &step->name);
	plx_name_lower(&replayed->zone);
	plx_name_lower(&replayed->name);
	if (step->query_length > 0 && !query_is_right(replay, index)) {
		return;
	}
	if (step->response_length == 0) {
		if (!is_silent) {
			replay_differs(replay, index, "the response is not there");
		}
		return;
	}
	replay->report.responses++;
	if (step->query_length == 0) {
		replay_differs(replay, index, "there is a response without its query");
	} else if (is_silent) {
		replay_differs(replay, index, "there is a response, recorded is %s",
			       plx_trace_verdict_name((enum plx_trace_verdict)step->verdict));
	} else if (response_is_right(replay, index)) {
		judge(replay, index);
	}
}

void replay_messages(struct replay *replay)
{
	const struct plx_evidence *evidence = replay->evidence;
	memcpy(replay->folded, evidence->trace, evidence->trace_length);
	for (unsigned i = 0; i < evidence->step_count; i++) {
		if (evidence->steps[i].kind == PLX_TRACE_QUERY) {
			replay_query(replay, (int)i);
		}
	}
}
