// SPDX-License-Identifier: BSD-3-Clause
// What an iteration found, or that it failed, is taken to a validator with the replies on the way. What the judge lacks is
// looked up and it is asked again. Meanwhile other look-ups go on.
//
// A state that could not be decided (indeterminate) stands beside an answer when the answer itself is whole: too many
// NSEC3 iterations, no anchor above the name. When the DS or DNSKEY records could not be had the answer is dropped: the
// servers that are silent about them may be the ones that lie.

#include "recursion/recursor_state.h"

#include <string.h>

// --- Those that wait for a request.

static void append(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	recursion->next = RECURSION_NONE;
	recursion->previous = recursor->last_unproved;
	if (recursor->last_unproved == RECURSION_NONE) {
		recursor->first_unproved = index;
	} else {
		recursor->recursions[recursor->last_unproved].next = index;
	}
	recursor->last_unproved = index;
	recursor->unproved_count++;
}

static void prepend(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	recursion->previous = RECURSION_NONE;
	recursion->next = recursor->first_unproved;
	if (recursor->first_unproved == RECURSION_NONE) {
		recursor->last_unproved = index;
	} else {
		recursor->recursions[recursor->first_unproved].previous = index;
	}
	recursor->first_unproved = index;
	recursor->unproved_count++;
}

void recursion_unqueue_proof(struct recursor *recursor, uint32_t index)
{
	const struct recursion *recursion = &recursor->recursions[index];
	if (recursion->previous == RECURSION_NONE) {
		recursor->first_unproved = recursion->next;
	} else {
		recursor->recursions[recursion->previous].next = recursion->next;
	}
	if (recursion->next == RECURSION_NONE) {
		recursor->last_unproved = recursion->previous;
	} else {
		recursor->recursions[recursion->next].previous = recursion->previous;
	}
	recursor->unproved_count--;
}

void recursion_prove(struct recursor *recursor, uint32_t index)
{
	recursor->recursions[index].state = RECURSION_UNPROVED;
	append(recursor, index);
}

// --- Requests.

static void read_name(const uint8_t *wire, uint8_t length, struct plx_name *ret_name)
{
	ret_name->length = length;
	memcpy(ret_name->wire, wire, length);
}

static int64_t unix_time_s(const struct recursor *recursor)
{
	return (int64_t)((recursor->now_ns + recursor->config.realtime_offset_ns) /
			 (1000ull * 1000 * 1000));
}

static void fill(struct recursor *recursor, uint32_t index, struct validation_request *request)
{
	const struct recursion *recursion = &recursor->recursions[index];
	struct proof *proof = &request->proof;
	recursion_ancestor(recursor, index, &proof->name);
	plx_name_lower(&proof->name);
	proof->type = recursion->qtype;
	proof->is_failed = recursion->outcome == ITERATION_FAILED;
	proof->zone.length = 0;
	if (proof->is_failed) {
		plx_name_copy(&proof->zone, &recursor->more_names[index].zone);
		plx_name_lower(&proof->zone);
	}
	proof->message_count = 0;
	for (const struct kept_reply *kept = recursion->first_kept; kept != NULL;
	     kept = kept->next) {
		struct proof_message *message = &proof->messages[proof->message_count++];
		message->kind = kept->kind;
		message->type = kept->type;
		message->wire = kept->wire;
		message->length = kept->wire != NULL ? message_store_length(kept->wire) : 0;
		read_name(kept->names, kept->zone_length, &message->zone);
		read_name(kept->names + kept->zone_length, kept->name_length, &message->name);
	}
	request->budget = recursion->judge_budget;
	request->now_s = unix_time_s(recursor);
	request->flush_count = recursor->flush_count;
	request->uses_cache = (recursion->flags & PLX_JOB_NO_CACHE) == 0;
	request->lookup = index;
	request->serial = recursion->serial;
	request->step = PROOF_NOT_EVALUATED;
	request->need_count = 0;
}

struct validation_request *recursor_next_proof(struct recursor *recursor)
{
	uint32_t index = recursor->first_unproved;
	if (index == RECURSION_NONE || recursor->free_request_count == 0) {
		return NULL;
	}
	recursion_unqueue_proof(recursor, index);
	struct validation_request *request =
		&recursor->requests[recursor->free_requests[--recursor->free_request_count]];
	fill(recursor, index, request);
	recursor->recursions[index].state = RECURSION_AT_VALIDATOR;
	return request;
}

static void give_back(struct recursor *recursor, const struct validation_request *request)
{
	recursor->free_requests[recursor->free_request_count++] =
		(uint32_t)(request - recursor->requests);
}

void recursor_proof_refused(struct recursor *recursor, struct validation_request *request)
{
	uint32_t index = request->lookup;
	give_back(recursor, request);
	if (recursor->recursions[index].state == RECURSION_ABANDONED) {
		recursion_bury(recursor, index);
		return;
	}
	recursor->recursions[index].state = RECURSION_UNPROVED;
	prepend(recursor, index);
}

// --- Verdicts.

// Whether the judge read the same out of the replies. What a proof of absence proves counts, not the RCODE.
static bool agrees(struct recursion *recursion, enum judged_kind kind)
{
	switch (kind) {
	case JUDGED_RECORDS:
		return recursion->outcome == ITERATION_RECORDS;
	case JUDGED_NODATA:
	case JUDGED_NXDOMAIN:
		if (recursion->outcome != ITERATION_NODATA &&
		    recursion->outcome != ITERATION_NXDOMAIN) {
			return false;
		}
		recursion->outcome =
			kind == JUDGED_NXDOMAIN ? ITERATION_NXDOMAIN : ITERATION_NODATA;
		recursion->rcode = kind == JUDGED_NXDOMAIN ? PLX_RCODE_NXDOMAIN : PLX_RCODE_NOERROR;
		return true;
	case JUDGED_ALIAS:
	case JUDGED_NOT_EVALUATED:
		break;
	}
	return false;
}

// Whether it was about the name whose records, or whose lack of them, will be told.
static bool is_about_owner(const struct recursor *recursor, uint32_t index,
			   const struct plx_name *judged)
{
	unsigned alias_count = recursor->recursions[index].alias_count;
	PLX_UNINITIALIZED struct plx_name ancestor;
	if (alias_count > 0) {
		return plx_name_equal(&recursor->more_names[index].aliases[alias_count - 1],
				      judged);
	}
	recursion_ancestor(recursor, index, &ancestor);
	return plx_name_equal(&ancestor, judged);
}

static void note_cause(struct recursion *recursion, enum dnssec_cause cause, uint32_t ttl_s)
{
	uint16_t ede_code = dnssec_cause_ede(cause);
	recursion->ede_code = ede_code != 0 ? ede_code : recursion->ede_code;
	if (ttl_s < recursion->negative_ttl_s) {
		recursion->negative_ttl_s = ttl_s;
	}
}

// Not when the judge may have known it from before a flush, nor from evidence, which leaves nothing behind.
static void remember_unsigned(struct recursor *recursor, const struct validation_request *request)
{
	const struct proof_verdict *verdict = &request->verdict;
	if (recursor->unsigned_zones == NULL || verdict->state != PLX_DNSSEC_INSECURE ||
	    verdict->unsigned_ttl_s == 0 || !request->uses_cache ||
	    request->flush_count != recursor->flush_count) {
		return;
	}
	const struct unsigned_zone zone = {
		.expires_s = request->now_s + verdict->unsigned_ttl_s,
		.cause = verdict->cause,
	};
	unsigned_zones_put(recursor->unsigned_zones, &verdict->zone, &zone, unix_time_s(recursor));
}

// Failures are proved: what they are worth depends on more than the name. So are chains, whose targets are elsewhere,
// what evidence is made of, and what is asked again after a bogus answer.
bool recursion_is_unsigned(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	PLX_UNINITIALIZED struct plx_name name;
	struct unsigned_zone zone;
	if (recursor->unsigned_zones == NULL || recursion->outcome == ITERATION_FAILED ||
	    recursion->alias_count > 0 || recursion->is_second ||
	    (recursion->flags & (PLX_JOB_NO_CACHE | PLX_JOB_TRACE)) != 0) {
		return false;
	}
	int64_t now_s = unix_time_s(recursor);
	recursion_ancestor(recursor, index, &name);
	plx_name_lower(&name);
	if (!unsigned_zones_find(recursor->unsigned_zones, &name, recursion->qtype, now_s, &zone)) {
		return false;
	}
	note_cause(recursion, zone.cause, (uint32_t)(zone.expires_s - now_s));
	return true;
}

// Whether what was found must not be told, for what the judge says of it or for what they do not agree on.
static bool is_bogus(const struct recursor *recursor, uint32_t index,
		     const struct proof_verdict *verdict)
{
	struct recursion *recursion = &recursor->recursions[index];
	switch (verdict->state) {
	case PLX_DNSSEC_SECURE:
		return !agrees(recursion, verdict->kind) ||
		       !is_about_owner(recursor, index, &verdict->owner);
	case PLX_DNSSEC_INSECURE:
		return !is_about_owner(recursor, index, &verdict->owner);
	case PLX_DNSSEC_INDETERMINATE:
		return false;
	case PLX_DNSSEC_BOGUS:
	case PLX_DNSSEC_UNCHECKED:
	case PLX_DNSSEC_COUNT:
		break;
	}
	return true;
}

// What is too much work to check is not asked for again: whoever answers so wants work to be done.
static void take_bogus(struct recursor *recursor, uint32_t index,
		       const struct proof_verdict *verdict)
{
	if (verdict->cause == DNSSEC_CAUSE_WORK_LIMIT ||
	    !recursion_doubt(recursor, index, &verdict->zone)) {
		recursion_finish_bogus(recursor, index);
	} else if (recursion_ask_ancestor(recursor, index)) {
		recursion_run(recursor, index);
	}
}

static void take_verdict(struct recursor *recursor, uint32_t index,
			 const struct validation_request *request)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct proof_verdict *verdict = &request->verdict;
	note_cause(recursion, verdict->cause, verdict->ttl_s);
	if (recursion->outcome == ITERATION_FAILED) {
		bool is_judged = verdict->state != PLX_DNSSEC_UNCHECKED &&
				 verdict->state != PLX_DNSSEC_COUNT;
		trace_proof(recursor, index, request);
		remember_unsigned(recursor, request);
		recursion_judged(recursor, index,
				 is_judged ? verdict->state : PLX_DNSSEC_INDETERMINATE);
		return;
	}
	bool is_wrong = is_bogus(recursor, index, verdict);
	trace_proof(recursor, index, request);
	if (recursion->is_second) {
		// An unsigned answer after a bogus one would be a downgrade.
		is_wrong |= verdict->state != PLX_DNSSEC_SECURE;
		if (!is_wrong) {
			recursion->is_second = false;
			count(&recursor->config.counters->answers_mended);
		}
	}
	if (is_wrong) {
		take_bogus(recursor, index, verdict);
	} else if (verdict->state == PLX_DNSSEC_INDETERMINATE &&
		   verdict->cause == DNSSEC_CAUSE_UNANSWERED) {
		recursion_finish_with(recursor, index, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_PROOF,
				      PLX_DNSSEC_INDETERMINATE);
	} else {
		remember_unsigned(recursor, request);
		recursion_judged(recursor, index, verdict->state);
	}
}

// --- What the judge lacks.

// The next need that fits. False: there is none left, or the look-up ended.
static bool fetch_next(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	if (recursion->need_index >= recursion->need_count) {
		recursion->is_fetching = false;
		recursion_prove(recursor, index);
		return false;
	}
	const struct proof_need *need = &recursor->more_names[index].needs[recursion->need_index];
	return recursion_iterate(recursor, index, &need->name, need->type);
}

bool recursion_fetched(struct recursor *recursor, uint32_t index,
		       const struct iteration_result *result)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct proof_need *need = &recursor->more_names[index].needs[recursion->need_index++];
	if (result->outcome == ITERATION_FAILED) {
		recursion_keep_unanswered(recursor, index, need);
		if (recursion->lacks_memory) {
			recursion_finish_with(recursor, index, PLX_STATUS_LIMIT, PLX_CAUSE_OVERLOAD,
					      PLX_DNSSEC_INDETERMINATE);
			return false;
		}
	}
	return fetch_next(recursor, index);
}

static void take_needs(struct recursor *recursor, uint32_t index,
		       const struct validation_request *request)
{
	struct recursion *recursion = &recursor->recursions[index];
	bool is_whole = request->need_count > 0 && request->need_count <= PROOF_NEEDS_MAX &&
			recursion->kept_count + request->need_count <= PROOF_MESSAGES_MAX;
	if (!is_whole || ++recursion->rounds > PROOF_ROUNDS_MAX) {
		recursion_finish_with(recursor, index, PLX_STATUS_LIMIT, PLX_CAUSE_NO_PROOF,
				      PLX_DNSSEC_INDETERMINATE);
		return;
	}
	recursion->need_count = (uint8_t)request->need_count;
	recursion->need_index = 0;
	memcpy(recursor->more_names[index].needs, request->needs,
	       request->need_count * sizeof(request->needs[0]));
	recursion->is_fetching = true;
	if (fetch_next(recursor, index)) {
		recursion_run(recursor, index);
	}
}

void recursor_proof_done(struct recursor *recursor, struct validation_request *request,
			 uint64_t now_ns)
{
	uint32_t index = request->lookup;
	struct recursion *recursion = &recursor->recursions[index];
	recursor->now_ns = now_ns;
	give_back(recursor, request); // nobody takes it before this call returns
	if (recursion->state == RECURSION_ABANDONED) {
		recursion_bury(recursor, index);
		return;
	}
	recursion->judge_budget = request->budget;
	recursion->state = RECURSION_RUNNING;
	switch (request->step) {
	case PROOF_JUDGED:
		take_verdict(recursor, index, request);
		return;
	case PROOF_NEEDS:
		take_needs(recursor, index, request);
		return;
	case PROOF_NOT_EVALUATED:
		break;
	}
	recursion_finish_with(recursor, index, PLX_STATUS_LIMIT, PLX_CAUSE_NO_PROOF,
			      PLX_DNSSEC_INDETERMINATE);
}
