// SPDX-License-Identifier: BSD-3-Clause
// One job from submit to result: an iteration for its name, then, when it climbs for the relevant CAA RRset (RFC 8659
// section 3), one for each parent up to the top-level domain. What each found is judged before the next begins.

#include "recursion/recursor_state.h"

#include <errno.h>
#include <string.h>

uint32_t recursion_acquire(struct recursor *recursor)
{
	uint32_t index = recursor->free_recursion;
	if (index != RECURSION_NONE) {
		recursor->free_recursion = recursor->recursions[index].next;
	} else if (recursor->fresh_recursion < recursor->recursions_max) {
		index = recursor->fresh_recursion++;
	} else {
		return RECURSION_NONE;
	}
	recursor->free_recursion_count--;
	return index;
}

static void set_free(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	recursion_forget_kept(recursor, recursion);
	trace_forget(recursor, recursion);
	recursion->state = RECURSION_FREE;
	recursion->next = recursor->free_recursion;
	recursor->free_recursion = index;
	recursor->free_recursion_count++;
}

void recursion_release(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	open_query_leave(recursor, index);
	iteration_abandon(&recursion->iteration, &recursor->context);
	due_wheel_disarm(&recursor->wheel, wheel_id_of_recursion(recursor, index));
	if (recursion->kind != RECURSION_PRIMING) {
		recursor->client_recursions[recursion->client]--;
	}
	if (recursion->state == RECURSION_UNPROVED) {
		recursion_unqueue_proof(recursor, index);
	}
	if (recursion->state == RECURSION_AT_VALIDATOR) {
		recursion->state = RECURSION_ABANDONED; // its replies are being read
		return;
	}
	set_free(recursor, index);
}

void recursion_bury(struct recursor *recursor, uint32_t index)
{
	set_free(recursor, index);
}

// The name asked first or climbed to, as the client wrote it.
void recursion_ancestor(const struct recursor *recursor, uint32_t index,
			struct plx_name *ret_ancestor)
{
	const struct plx_name *name = &recursor->names[index];
	uint8_t offset = recursor->recursions[index].ancestor;
	ret_ancestor->length = (uint8_t)(name->length - offset);
	memcpy(ret_ancestor->wire, name->wire + offset, ret_ancestor->length);
}

static enum cache_use cache_use_of(const struct recursion *recursion)
{
	if (recursion->flags & PLX_JOB_NO_CACHE) {
		return CACHE_USE_EVIDENCE;
	}
	if (recursion->is_fetching) {
		return CACHE_USE_SERVERS;
	}
	// The delegation that led to a bogus answer may be the forged part.
	return recursion->is_second ? CACHE_USE_EVIDENCE : CACHE_USE_ALL;
}

// An iteration for a question leaves time to learn what its failure means.
static uint64_t iteration_deadline_ns(const struct recursor *recursor,
				      const struct recursion *recursion)
{
	if (!recursor->config.validates || recursion->is_fetching) {
		return recursion->deadline_ns;
	}
	uint64_t reserve_ns = (recursion->deadline_ns - recursion->started_ns) / 4;
	return recursion->deadline_ns -
	       (reserve_ns < RECURSOR_PROOF_TIME_NS ? reserve_ns : RECURSOR_PROOF_TIME_NS);
}

bool recursion_iterate(struct recursor *recursor, uint32_t index, const struct plx_name *name,
		       uint16_t type)
{
	struct recursion *recursion = &recursor->recursions[index];
	if (!iteration_start(&recursion->iteration, &recursor->context, name, type,
			     cache_use_of(recursion), recursor->now_ns)) {
		recursion_finish_with(recursor, index, PLX_STATUS_LIMIT, PLX_CAUSE_OVERLOAD,
				      PLX_DNSSEC_UNCHECKED);
		return false;
	}
	uint64_t deadline_ns = iteration_deadline_ns(recursor, recursion);
	if (recursion->iteration.budget.deadline_ns > deadline_ns) {
		recursion->iteration.budget.deadline_ns = deadline_ns;
	}
	recursion->iteration.doubted = recursor->more_names[index].doubt.servers;
	recursion->iteration.doubted_count = recursion->doubted_count;
	recursion->state = RECURSION_RUNNING;
	return true;
}

bool recursion_ask_ancestor(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	PLX_UNINITIALIZED struct plx_name ancestor;
	recursion_ancestor(recursor, index, &ancestor);
	recursion_forget_kept(recursor, recursion);
	recursion->alias_count = 0;
	recursion->ede_code = 0;
	recursion->odd_cause = PLX_CAUSE_NONE;
	recursion->server.family = 0;
	recursion->transport = PLX_TRANSPORT_NONE;
	recursion->answer_bytes = 0;
	recursion->rtt_us = 0;
	return recursion_iterate(recursor, index, &ancestor, recursion->qtype);
}

int recursion_start(struct recursor *recursor, unsigned client, enum plx_priority priority,
		    const struct plx_job *job)
{
	uint32_t index = recursion_acquire(recursor);
	if (index == RECURSION_NONE) {
		return -EAGAIN;
	}
	recursor->client_recursions[client]++;
	struct recursion *recursion = &recursor->recursions[index];
	uint32_t timeout_ms = job->timeout_ms > 0 ? job->timeout_ms : PLX_JOB_TIMEOUT_MS_DEFAULT;
	// All but the iteration, which begins by itself.
	memset(recursion, 0, offsetof(struct recursion, iteration));
	recursion->tag = job->tag;
	recursion->started_ns = recursor->now_ns;
	recursion->deadline_ns = recursor->now_ns + timeout_ms * 1000ull * 1000;
	recursion->serial = recursor->next_serial++;
	recursion->query = QUERY_NONE;
	recursion->qtype = plx_job_qtype(job);
	recursion->state = RECURSION_RUNNING;
	recursion->client = (uint8_t)client;
	recursion->kind = job->kind;
	recursion->flags = job->flags;
	recursion->priority = (uint8_t)priority;
	recursion->judge_budget = judge_budget_init();
	recursion->iteration.frame = NULL;
	struct plx_name *name = &recursor->names[index];
	plx_name_copy(name, &job->name);
	if (job->kind == PLX_JOB_RELEVANT_CAA) {
		plx_name_strip_wildcard(name);
		if (name->length == 1) {
			// The root is never asked, and nothing is issued for it.
			recursion_finish_with(recursor, index, PLX_STATUS_INVALID_NAME,
					      PLX_CAUSE_NONE, PLX_DNSSEC_UNCHECKED);
			return 0;
		}
	}
	due_wheel_arm(&recursor->wheel, wheel_id_of_recursion(recursor, index),
		      recursion->deadline_ns);
	if (recursion_ask_ancestor(recursor, index)) {
		recursion_run(recursor, index);
	}
	return 0;
}

// To the parent of the original name, never of an alias's target; the root is not asked.
static bool climb(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct plx_name *name = &recursor->names[index];
	unsigned parent = recursion->ancestor + 1u + name->wire[recursion->ancestor];
	if (recursion->kind != PLX_JOB_RELEVANT_CAA || name->wire[recursion->ancestor] == 0 ||
	    name->wire[parent] == 0) {
		return false;
	}
	recursion->ancestor = (uint8_t)parent;
	return true;
}

// A judged denial. One at the end of an alias chain is not: what is known is the worth of the chain.
static void remember_denial(struct recursor *recursor, uint32_t index, enum plx_dnssec dnssec)
{
	const struct recursion *recursion = &recursor->recursions[index];
	bool is_worth_it = dnssec == PLX_DNSSEC_SECURE || dnssec == PLX_DNSSEC_INSECURE ||
			   (dnssec == PLX_DNSSEC_UNCHECKED && !recursor->config.validates);
	if (recursion->alias_count > 0 || !is_worth_it || recursion->negative_ttl_s == 0) {
		return;
	}
	PLX_UNINITIALIZED struct plx_name ancestor;
	recursion_ancestor(recursor, index, &ancestor);
	negative_cache_put(recursor->context.cache, &ancestor, recursion->qtype,
			   recursion->outcome == ITERATION_NXDOMAIN ? NEGATIVE_NXDOMAIN
								    : NEGATIVE_NODATA,
			   dnssec, recursion->negative_ttl_s, recursor->now_ns);
}

// Secure only when every answer on the way was; "unchecked" and "indeterminate" outweigh "insecure".
static uint8_t weaker_dnssec(uint8_t a, uint8_t b)
{
	static const uint8_t strength[PLX_DNSSEC_COUNT] = {
		[PLX_DNSSEC_UNCHECKED] = 1,     [PLX_DNSSEC_SECURE] = 4,
		[PLX_DNSSEC_INSECURE] = 3,      [PLX_DNSSEC_BOGUS] = 0,
		[PLX_DNSSEC_INDETERMINATE] = 2,
	};
	return strength[a] < strength[b] ? a : b;
}

// True when another iteration was begun.
static bool take_denial(struct recursor *recursor, uint32_t index, enum plx_dnssec dnssec)
{
	remember_denial(recursor, index, dnssec);
	if (climb(recursor, index)) {
		recursor->recursions[index].rounds = 0;
		return recursion_ask_ancestor(recursor, index);
	}
	recursion_finish_found(recursor, index, NULL);
	return false;
}

// What the iteration found is worth `dnssec`. `message` holds its records. True when another iteration was begun.
static bool take_judged(struct recursor *recursor, uint32_t index, enum plx_dnssec dnssec,
			const struct plx_message *message)
{
	struct recursion *recursion = &recursor->recursions[index];
	// A failure keeps its own word: servers of a signed zone that are all down give no keys either.
	if (dnssec == PLX_DNSSEC_BOGUS && recursion->outcome != ITERATION_FAILED) {
		recursion_finish_bogus(recursor, index);
		return false;
	}
	switch ((enum iteration_outcome)recursion->outcome) {
	case ITERATION_RECORDS:
	case ITERATION_NODATA:
	case ITERATION_NXDOMAIN:
		recursion->dnssec = recursion->has_dnssec
					    ? weaker_dnssec(recursion->dnssec, (uint8_t)dnssec)
					    : (uint8_t)dnssec;
		recursion->has_dnssec = true;
		if (recursion->outcome != ITERATION_RECORDS) {
			return take_denial(recursor, index, dnssec);
		}
		recursion_finish_found(recursor, index, message);
		return false;
	case ITERATION_FAILED:
	case ITERATION_NOT_EVALUATED:
		break;
	}
	recursion_finish_failed(recursor, index, dnssec);
	return false;
}

void recursion_judged(struct recursor *recursor, uint32_t index, enum plx_dnssec dnssec)
{
	struct recursion *recursion = &recursor->recursions[index];
	struct plx_message message = {0};
	if (recursion->outcome == ITERATION_RECORDS) {
		// It was read before: this cannot fail.
		if (recursion->answer == NULL ||
		    plx_message_open(recursion->answer, message_store_length(recursion->answer),
				     &message) != 0 ||
		    plx_message_check(&message) != 0) {
			recursion_finish_with(recursor, index, PLX_STATUS_MALFORMED,
					      PLX_CAUSE_BAD_MESSAGE, PLX_DNSSEC_INDETERMINATE);
			return;
		}
	}
	if (take_judged(recursor, index, dnssec, &message)) {
		recursion_run(recursor, index);
	}
}

static void keep_outcome(struct recursor *recursor, uint32_t index,
			 const struct iteration_result *result)
{
	struct recursion *recursion = &recursor->recursions[index];
	recursion->outcome = (uint8_t)result->outcome;
	recursion->failure = (uint8_t)result->cause;
	recursion->limit = (uint8_t)result->limit;
	recursion->attempts = recursion->iteration.budget.queries;
	recursion->rcode =
		result->outcome == ITERATION_NXDOMAIN ? PLX_RCODE_NXDOMAIN : result->rcode;
	recursion->negative_ttl_s = result->from_cache ? 0 : result->negative_ttl_s;
	if (result->outcome == ITERATION_FAILED) {
		recursor->more_names[index].zone = result->zone;
	}
}

// Failures that say nothing about the servers: no proof is worth its while.
static bool is_ours(const struct recursion *recursion)
{
	return recursion->outcome == ITERATION_FAILED &&
	       (recursion->failure == ITERATION_CAUSE_NO_FRAME ||
		recursion->failure == ITERATION_CAUSE_NO_ROOT);
}

// The iteration is over. True when another one was begun.
static bool take_done(struct recursor *recursor, uint32_t index, const struct plx_message *message)
{
	struct recursion *recursion = &recursor->recursions[index];
	const struct iteration_result *result = &recursor->action.result;
	if (recursion->kind == RECURSION_PRIMING) {
		priming_end(recursor, index, result->outcome == ITERATION_RECORDS ? message : NULL);
		return false;
	}
	if (recursion->is_fetching) {
		return recursion_fetched(recursor, index, result);
	}
	keep_outcome(recursor, index, result);
	if (recursion->is_second && result->outcome == ITERATION_FAILED) {
		recursion_finish_bogus(recursor, index);
		return false;
	}
	if (result->from_cache) {
		trace_remembered(recursor, index, result);
	}
	if (!recursor->config.validates) {
		return take_judged(recursor, index, PLX_DNSSEC_UNCHECKED, message);
	}
	if (result->from_cache) {
		return take_judged(recursor, index, result->dnssec, NULL);
	}
	if (is_ours(recursion)) {
		return take_judged(recursor, index, PLX_DNSSEC_INDETERMINATE, NULL);
	}
	if (recursion_is_unsigned(recursor, index)) {
		return take_judged(recursor, index, PLX_DNSSEC_INSECURE, message);
	}
	recursion_prove(recursor, index);
	return false;
}

void recursion_step(struct recursor *recursor, uint32_t index, const struct iteration_event *event)
{
	struct recursion *recursion = &recursor->recursions[index];
	static const struct iteration_event begin = {.kind = ITERATION_EVENT_BEGIN};
	struct iteration_action *action = &recursor->action;
	for (;;) {
		iteration_step(&recursion->iteration, &recursor->context, event, recursor->now_ns,
			       action);
		recursion_note(recursor, index, event->message);
		trace_query(recursor, index, event->message);
		if (recursion->lacks_memory) {
			recursion_finish_with(recursor, index, PLX_STATUS_LIMIT, PLX_CAUSE_OVERLOAD,
					      PLX_DNSSEC_INDETERMINATE);
			return;
		}
		if (action->kind == ITERATION_ACTION_SEND) {
			if (recursion->queries >= RECURSOR_QUERIES_MAX) {
				recursion_finish_with(recursor, index, PLX_STATUS_LIMIT,
						      PLX_CAUSE_QUERY_LIMIT,
						      PLX_DNSSEC_INDETERMINATE);
				return;
			}
			open_query_ask(recursor, index, &action->query);
			return;
		}
		if (!take_done(recursor, index, event->message)) {
			return;
		}
		event = &begin;
	}
}

void recursion_run(struct recursor *recursor, uint32_t index)
{
	const struct iteration_event begin = {.kind = ITERATION_EVENT_BEGIN};
	recursion_step(recursor, index, &begin);
}

void recursion_expire(struct recursor *recursor, uint32_t index)
{
	if (recursor->recursions[index].kind == RECURSION_PRIMING) {
		priming_end(recursor, index, NULL);
		return;
	}
	recursion_finish_with(recursor, index, PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER,
			      PLX_DNSSEC_INDETERMINATE);
}
