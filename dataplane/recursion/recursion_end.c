// SPDX-License-Identifier: BSD-3-Clause
// What a look-up by iteration comes to, as a result. Records are told whole or not at all: a part of them could hide the one
// that forbids issuance.

#include "recursion/recursor_state.h"

#include <parallax/dns/record.h>

#include <string.h>

static void deliver(struct recursor *recursor, uint32_t index, struct plx_result *result,
		    const uint8_t *body)
{
	const struct recursion *recursion = &recursor->recursions[index];
	open_query_leave(recursor, index); // counts what is out
	result->tag = recursion->tag;
	result->qtype = recursion->qtype;
	result->queries = recursion->queries;
	result->attempts = recursion->attempts;
	result->ede_code = recursion->ede_code;
	result->time_ns = recursor->now_ns + recursor->config.realtime_offset_ns;
	if (recursion->server.family != 0) {
		result->server = (struct plx_endpoint) {.ip = recursion->server, .port = DNS_PORT};
		result->transport = recursion->transport;
		result->rtt_us = recursion->rtt_us;
		result->answer_bytes = recursion->answer_bytes;
	}
	if (recursion->flags & PLX_JOB_TRACE) {
		trace_write(recursor, recursion, result);
		body = recursor->body;
	}
	unsigned client = recursion->client;
	recursion_release(recursor, index);
	result_outbox_deliver(&recursor->outbox, client, result, body);
}

void recursion_finish_with(struct recursor *recursor, uint32_t index, enum plx_status status,
			   enum plx_cause cause, enum plx_dnssec dnssec)
{
	if (recursor->recursions[index].is_second) {
		recursion_recall_first(recursor, index);
		status = PLX_STATUS_BOGUS;
		cause = PLX_CAUSE_VALIDATION_FAILED;
		dnssec = PLX_DNSSEC_BOGUS;
	}
	struct plx_result result = {
		.status = (uint8_t)status,
		.cause = (uint8_t)cause,
		.dnssec = recursor->config.validates ? (uint8_t)dnssec : PLX_DNSSEC_UNCHECKED,
	};
	deliver(recursor, index, &result, NULL);
}

void recursion_finish_bogus(struct recursor *recursor, uint32_t index)
{
	recursion_finish_with(recursor, index, PLX_STATUS_BOGUS, PLX_CAUSE_VALIDATION_FAILED,
			      PLX_DNSSEC_BOGUS);
}

struct failure {
	enum plx_status status;
	enum plx_cause cause;
};

static struct failure limit_failure(enum work_limit limit)
{
	switch (limit) {
	case WORK_LIMIT_TIME:
		return (struct failure) {PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER};
	case WORK_LIMIT_QUERIES:
		return (struct failure) {PLX_STATUS_LIMIT, PLX_CAUSE_QUERY_LIMIT};
	case WORK_LIMIT_ALIASES:
		return (struct failure) {PLX_STATUS_LIMIT, PLX_CAUSE_ALIAS_LIMIT};
	case WORK_WITHIN_LIMITS:
	case WORK_LIMIT_REFERRALS:
	case WORK_LIMIT_NS_FETCHES:
	case WORK_LIMIT_NS_FETCHES_PER_DELEGATION:
	case WORK_LIMIT_DEPTH:
		break;
	}
	return (struct failure) {PLX_STATUS_LIMIT, PLX_CAUSE_WORK_LIMIT};
}

// No answer by UDP or TCP: odd ones, if they came, are the reason.
static struct failure silence_failure(const struct recursion *recursion, enum plx_status status,
				      enum plx_cause cause)
{
	if (recursion->odd_cause == PLX_CAUSE_BAD_MESSAGE) {
		return (struct failure) {PLX_STATUS_MALFORMED, PLX_CAUSE_BAD_MESSAGE};
	}
	if (recursion->odd_cause == PLX_CAUSE_SPOOF_SUSPECTED) {
		return (struct failure) {PLX_STATUS_TIMEOUT, PLX_CAUSE_SPOOF_SUSPECTED};
	}
	return (struct failure) {status, cause};
}

static struct failure failure_of(const struct recursion *recursion)
{
	switch ((enum iteration_cause)recursion->failure) {
	case ITERATION_CAUSE_TIMEOUT:
		return silence_failure(recursion, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER);
	case ITERATION_CAUSE_TCP:
		return silence_failure(recursion, PLX_STATUS_TRUNCATED, PLX_CAUSE_TCP_FAILED);
	case ITERATION_CAUSE_UNREACHABLE:
		return (struct failure) {PLX_STATUS_TIMEOUT, PLX_CAUSE_UNREACHABLE};
	case ITERATION_CAUSE_LAME:
		return (struct failure) {PLX_STATUS_LAME, PLX_CAUSE_NOT_AUTHORITATIVE};
	case ITERATION_CAUSE_RCODE:
		if (recursion->rcode == PLX_RCODE_NOERROR ||
		    recursion->rcode == PLX_RCODE_NXDOMAIN) {
			break; // a failure never reads as an answer
		}
		return (struct failure) {PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE};
	case ITERATION_CAUSE_BROKEN:
		return (struct failure) {PLX_STATUS_MALFORMED, PLX_CAUSE_BAD_MESSAGE};
	case ITERATION_CAUSE_NO_ADDRESS:
		return (struct failure) {PLX_STATUS_LAME, PLX_CAUSE_NO_ADDRESS};
	case ITERATION_CAUSE_NS_LOOP:
		return (struct failure) {PLX_STATUS_LOOP, PLX_CAUSE_SERVER_LOOP};
	case ITERATION_CAUSE_ALIAS_LOOP:
		return (struct failure) {PLX_STATUS_LOOP, PLX_CAUSE_ALIAS_LOOP};
	case ITERATION_CAUSE_ALIAS_TOO_LONG:
		return (struct failure) {PLX_STATUS_LIMIT, PLX_CAUSE_ALIAS_TOO_LONG};
	case ITERATION_CAUSE_LIMIT:
		return limit_failure((enum work_limit)recursion->limit);
	case ITERATION_CAUSE_NO_ROOT:
		return (struct failure) {PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ROOT};
	case ITERATION_CAUSE_NONE:
	case ITERATION_CAUSE_NO_FRAME:
		break;
	}
	return (struct failure) {PLX_STATUS_LIMIT, PLX_CAUSE_OVERLOAD};
}

void recursion_finish_failed(struct recursor *recursor, uint32_t index, enum plx_dnssec dnssec)
{
	const struct recursion *recursion = &recursor->recursions[index];
	const struct failure failure = failure_of(recursion);
	struct plx_result result = {
		.status = (uint8_t)failure.status,
		.cause = (uint8_t)failure.cause,
		// Of the zone that failed, never of those before it: whether its failure may be excused depends on that.
		.dnssec = (uint8_t)dnssec,
		.rcode = failure.cause == PLX_CAUSE_RCODE ? recursion->rcode : 0,
	};
	if (recursion->alias_count > 0 && dnssec == PLX_DNSSEC_INSECURE) {
		result.dnssec = PLX_DNSSEC_INDETERMINATE; // of the alias's target, not of the name
	}
	deliver(recursor, index, &result, NULL);
}

static bool write_records(struct plx_writer *writer, const struct plx_message *message,
			  const struct plx_name *owner, uint16_t type, struct plx_result *result)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	while (plx_message_next(message, &cursor, &record) &&
	       record.section == PLX_SECTION_ANSWER) {
		if (record.type != type || record.class != PLX_CLASS_IN ||
		    !plx_message_name_equal(message, record.owner_offset, owner)) {
			continue;
		}
		size_t rdata_start = plx_result_body_record_begin(writer, record.ttl);
		if (plx_rdata_expand(message, &record, writer) != 0) {
			return false;
		}
		plx_result_body_record_end(writer, rdata_start);
		result->record_count++;
	}
	return true;
}

// The names and records that were found. False when there is no room for them.
static bool write_body(struct recursor *recursor, uint32_t index, const struct plx_message *message,
		       struct plx_result *result)
{
	const struct recursion *recursion = &recursor->recursions[index];
	const struct plx_name *aliases = recursor->more_names[index].aliases;
	PLX_UNINITIALIZED struct plx_name ancestor;
	struct plx_writer writer = plx_writer_init(recursor->body, PLX_RESULT_BODY_MAX);
	recursion_ancestor(recursor, index, &ancestor);
	if (result->has_found_at) {
		plx_result_body_name(&writer, &ancestor);
	}
	// The client's own spelling where it is the question's name.
	const struct plx_name *owner =
		recursion->alias_count > 0 ? &aliases[recursion->alias_count - 1] : &ancestor;
	if (message != NULL) {
		plx_result_body_name(&writer, owner);
	}
	for (unsigned i = 0; i < result->alias_count; i++) {
		plx_result_body_name(&writer, &aliases[i]);
	}
	if ((message != NULL &&
	     !write_records(&writer, message, owner, recursion->qtype, result)) ||
	    writer.failed) {
		return false;
	}
	result->body_length = (uint32_t)writer.position;
	return true;
}

void recursion_finish_found(struct recursor *recursor, uint32_t index,
			    const struct plx_message *message)
{
	const struct recursion *recursion = &recursor->recursions[index];
	bool is_climb = recursion->kind == PLX_JOB_RELEVANT_CAA;
	struct plx_result result = {
		.status = PLX_STATUS_ANSWERED,
		.rcode = recursion->rcode,
		.dnssec = recursion->dnssec,
		.has_found_at = is_climb && message != NULL,
	};
	if (message != NULL || !is_climb) {
		result.alias_count = recursion->alias_count;
	}
	if (!write_body(recursor, index, message, &result)) {
		recursion_finish_with(recursor, index, PLX_STATUS_LIMIT, PLX_CAUSE_RESULT_TOO_LARGE,
				      PLX_DNSSEC_INDETERMINATE);
		return;
	}
	deliver(recursor, index, &result, recursor->body);
}
