// SPDX-License-Identifier: BSD-3-Clause
// How a look-up came to its result, for those that ask for it (PLX_JOB_TRACE): each step is written when it happens, octets
// as they were on the wire, and stands at the end of the result's body.

#include "recursion/recursor_state.h"

#include <string.h>

// Of a step: a block of the message store.
struct trace_block {
	struct trace_block *next;
	uint32_t length;
	uint8_t octets[];
};

#define STEP_BYTES_MAX (60 * 1024) // longer ones lose their octets

static uint32_t microseconds_since(const struct recursion *recursion, uint64_t time_ns)
{
	return (uint32_t)((time_ns - recursion->started_ns) / 1000);
}

static void add(struct recursor *recursor, struct recursion *recursion,
		const struct plx_trace_step *step)
{
	static const struct plx_trace_step cut = {.kind = PLX_TRACE_CUT};
	uint32_t left = PLX_TRACE_BYTES_MAX - recursion->trace_bytes;
	struct plx_writer writer =
		plx_writer_init(recursor->trace, left < STEP_BYTES_MAX ? left : STEP_BYTES_MAX);
	if (recursion->is_trace_cut) {
		return;
	}
	if (++recursion->trace_steps == PLX_TRACE_STEPS_MAX) {
		step = &cut;
		recursion->is_trace_cut = true;
	}
	if (!plx_trace_add(&writer, step)) {
		recursion->is_trace_cut = true;
	}
	struct trace_block *block = (struct trace_block *)message_store_take(
		recursor->store, (uint32_t)(sizeof(*block) + writer.position));
	if (block == NULL) {
		recursion->lacks_memory = true;
		return;
	}
	block->next = NULL;
	block->length = (uint32_t)writer.position;
	memcpy(block->octets, recursor->trace, block->length);
	if (recursion->last_trace == NULL) {
		recursion->first_trace = block;
	} else {
		recursion->last_trace->next = block;
	}
	recursion->last_trace = block;
	recursion->trace_bytes += block->length;
}

// The reply as it came: its question's letters were folded when it was accepted.
static void write_response(struct recursor *recursor, const struct plx_message *message,
			   struct plx_trace_step *step)
{
	const struct plx_name *question = &recursor->ended.question;
	memcpy(recursor->response, message->wire, message->length);
	memcpy(recursor->response + PLX_DNS_HEADER_BYTES, question->wire, question->length);
	step->response = recursor->response;
	step->response_length = message->length;
	step->rtt_us = (uint32_t)(recursor->ended.rtt_ns / 1000);
}

void trace_query(struct recursor *recursor, uint32_t index, const struct plx_message *message)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct iteration_judgement *judgement = &recursor->action.judgement;
	const struct ended_query *ended = &recursor->ended;
	if ((recursion->flags & PLX_JOB_TRACE) == 0 || !judgement->is_set) {
		return;
	}
	struct plx_trace_step step = {
		.kind = PLX_TRACE_QUERY,
		.verdict = judgement->event == ITERATION_EVENT_UNREACHABLE ? PLX_TRACE_UNREACHABLE
									   : PLX_TRACE_TIMEOUT,
		.depth = judgement->depth,
		.transport = ended->is_tcp ? PLX_TRANSPORT_TCP : PLX_TRANSPORT_UDP,
		.type = judgement->type,
		.server = {.ip = judgement->server, .port = DNS_PORT},
		// One that others had sent before is at the beginning.
		.at_us = ended->sent_ns > recursion->started_ns
				 ? microseconds_since(recursion, ended->sent_ns)
				 : 0,
	};
	plx_name_copy(&step.zone, &judgement->zone);
	plx_name_copy(&step.name, &judgement->name);
	if (ended->wire != NULL) {
		step.query = ended->wire;
		step.query_length = message_store_length(ended->wire);
		memcpy(step.name.wire, ended->wire + PLX_DNS_HEADER_BYTES, step.name.length);
	}
	if (judgement->reply != NULL && message != NULL) {
		step.verdict = (uint8_t)zone_reply_verdict(judgement->reply->kind);
		write_response(recursor, message, &step);
	}
	add(recursor, recursion, &step);
}

void trace_remembered(struct recursor *recursor, uint32_t index,
		      const struct iteration_result *result)
{
	struct recursion *recursion = &recursor->recursions[index];
	if ((recursion->flags & PLX_JOB_TRACE) == 0) {
		return;
	}
	struct plx_trace_step step = {
		.kind = PLX_TRACE_REMEMBERED,
		.type = recursion->qtype,
		.at_us = microseconds_since(recursion, recursor->now_ns),
	};
	plx_name_copy(&step.name, &result->owner);
	add(recursor, recursion, &step);
}

void trace_proof(struct recursor *recursor, uint32_t index,
		 const struct validation_request *request)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct proof_verdict *verdict = &request->verdict;
	if ((recursion->flags & PLX_JOB_TRACE) == 0) {
		return;
	}
	struct plx_trace_step step = {
		.kind = PLX_TRACE_PROOF,
		.verdict = PLX_TRACE_FAILED,
		.dnssec = (uint8_t)verdict->state,
		.cause = (uint8_t)verdict->cause,
		.ede_code = dnssec_cause_ede(verdict->cause),
		.type = request->proof.type,
		.at_us = microseconds_since(recursion, recursor->now_ns),
		.judged_at_s = request->now_s,
	};
	switch ((enum iteration_outcome)recursion->outcome) {
	case ITERATION_RECORDS:
		step.verdict = PLX_TRACE_RECORDS;
		break;
	case ITERATION_NODATA:
		step.verdict = PLX_TRACE_NODATA;
		break;
	case ITERATION_NXDOMAIN:
		step.verdict = PLX_TRACE_NXDOMAIN;
		break;
	case ITERATION_FAILED:
	case ITERATION_NOT_EVALUATED:
		break;
	}
	plx_name_copy(&step.name, &request->proof.name);
	plx_name_copy(&step.zone, request->proof.is_failed ? &request->proof.zone : &verdict->zone);
	if (step.zone.length == 0) {
		step.zone.length = 1; // decided nowhere below the root
	}
	add(recursor, recursion, &step);
}

void trace_forget(struct recursor *recursor, struct recursion *recursion)
{
	struct trace_block *block = recursion->first_trace;
	while (block != NULL) {
		struct trace_block *next = block->next;
		message_store_drop(recursor->store, (uint8_t *)block);
		block = next;
	}
	recursion->first_trace = NULL;
	recursion->last_trace = NULL;
}

void trace_write(struct recursor *recursor, const struct recursion *recursion,
		 struct plx_result *result)
{
	static const struct plx_trace_step cut = {.kind = PLX_TRACE_CUT};
	struct plx_writer writer = plx_writer_init(recursor->body + result->body_length,
						   PLX_RESULT_BODY_MAX - result->body_length);
	for (const struct trace_block *block = recursion->first_trace; block != NULL;
	     block = block->next) {
		plx_write_bytes(&writer, block->octets, block->length);
	}
	if (writer.failed) {
		// The records come first.
		writer = plx_writer_init(recursor->body + result->body_length,
					 PLX_RESULT_BODY_MAX - result->body_length);
		plx_trace_write(&writer, &cut);
	}
	result->trace_length = (uint32_t)writer.position;
	result->body_length += result->trace_length;
}
