// SPDX-License-Identifier: BSD-3-Clause
// One job from submit to result. It waits on one question at a time: the name, then ancestors (the climb for the
// relevant CAA RRset, RFC 8659 section 3), then alias targets which the server did not follow itself.

#include "resolver/answer.h"
#include "resolver/resolver_state.h"

#include <parallax/base/error.h>
#include <parallax/dns/record.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

static void ask_current(struct resolver *resolver, uint32_t index)
{
	const struct lookup *lookup = &resolver->lookups[index];
	const struct plx_name *name = &resolver->names[index];
	const uint8_t *wire = name->wire + lookup->ancestor;
	uint8_t length = (uint8_t)(name->length - lookup->ancestor);
	if (lookup->alias_count > 0) {
		const struct plx_name *alias =
			&resolver->aliases[index].names[lookup->alias_count - 1];
		wire = alias->wire;
		length = alias->length;
	}
	if (question_ask(resolver, index, wire, length) != 0) {
		lookup_fail_unasked(resolver, index);
	}
}

void lookup_fail_unasked(struct resolver *resolver, uint32_t index)
{
	const struct plx_result failure = {.status = PLX_STATUS_LIMIT,
					   .cause = PLX_CAUSE_NO_SERVER};
	lookup_fail(resolver, index, &failure, resolver->now_ns);
}

int lookup_start(struct resolver *resolver, unsigned client, enum plx_priority priority,
		 const struct plx_job *job, uint64_t now_ns)
{
	uint32_t index = resolver->free_lookup;
	if (index == LOOKUP_NONE && resolver->fresh_lookup == resolver->lookups_max) {
		return -EAGAIN;
	}
	if (index == LOOKUP_NONE) {
		index = resolver->fresh_lookup++;
	} else {
		resolver->free_lookup = resolver->lookups[index].next_waiter;
	}
	struct lookup *lookup = &resolver->lookups[index];
	resolver->free_lookup_count--;
	resolver->client_lookups[client]++;

	uint32_t timeout_ms = job->timeout_ms > 0 ? job->timeout_ms : PLX_JOB_TIMEOUT_MS_DEFAULT;
	*lookup = (struct lookup) {
		.tag = job->tag,
		.deadline_ns = now_ns + timeout_ms * 1000ull * 1000,
		.qtype = job->qtype,
		.client = (uint8_t)client,
		.kind = job->kind,
		.flags = job->flags,
		.priority = (uint8_t)priority,
		.attempts_max = job->attempts > 0 ? job->attempts : PLX_JOB_ATTEMPTS_DEFAULT,
	};
	struct plx_name *name = &resolver->names[index];
	plx_name_copy(name, &job->name);
	if (job->kind == PLX_JOB_RELEVANT_CAA) {
		lookup->qtype = PLX_TYPE_CAA;
		plx_name_strip_wildcard(name);
		if (name->length == 1) {
			// The root is never asked, and nothing is issued for it.
			const struct plx_result failure = {.status = PLX_STATUS_INVALID_NAME};
			lookup_fail(resolver, index, &failure, now_ns);
			return 0;
		}
	}
	if (resolver->pool.count == 0) {
		const struct plx_result failure = {
			.status = PLX_STATUS_TIMEOUT,
			.cause = PLX_CAUSE_NO_SERVER,
		};
		lookup_fail(resolver, index, &failure, now_ns);
		return 0;
	}
	question_ask_soon(resolver, index);
	return 0;
}

void lookup_release(struct resolver *resolver, uint32_t index)
{
	struct lookup *lookup = &resolver->lookups[index];
	resolver->client_lookups[lookup->client]--;
	lookup->kind = 0;
	lookup->next_waiter = resolver->free_lookup;
	resolver->free_lookup = index;
	resolver->free_lookup_count++;
}

static void finish(struct resolver *resolver, uint32_t index, struct plx_result *result,
		   const uint8_t *body, uint64_t now_ns)
{
	const struct lookup *lookup = &resolver->lookups[index];
	result->tag = lookup->tag;
	result->qtype = lookup->qtype;
	result->queries = lookup->queries;
	result->time_ns = now_ns + resolver->config.realtime_offset_ns;
	unsigned client = lookup->client;
	lookup_release(resolver, index);
	result_outbox_deliver(&resolver->outbox, client, result, body);
}

void lookup_fail(struct resolver *resolver, uint32_t index, const struct plx_result *failure,
		 uint64_t now_ns)
{
	struct lookup *lookup = &resolver->lookups[index];
	lookup->queries = (uint16_t)(lookup->queries + failure->queries);
	struct plx_result result = *failure;
	result.record_count = 0;
	result.alias_count = 0;
	result.has_found_at = 0;
	result.body_length = 0;
	finish(resolver, index, &result, NULL, now_ns);
}

static void fail_with(struct resolver *resolver, uint32_t index, const struct plx_result *verdict,
		      enum plx_status status, enum plx_cause cause, uint64_t now_ns)
{
	struct plx_result failure = *verdict;
	failure.status = (uint8_t)status;
	failure.cause = (uint8_t)cause;
	failure.queries = 0; // counted already
	if (failure.dnssec == PLX_DNSSEC_INSECURE) {
		// Of a part of the way only: no failure may read as proof that the domain is insecure (BR 4.2.2.1).
		failure.dnssec = PLX_DNSSEC_INDETERMINATE;
	}
	lookup_fail(resolver, index, &failure, now_ns);
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

// The name asked first or climbed to, as the client wrote it.
static void current_ancestor(const struct resolver *resolver, uint32_t index,
			     struct plx_name *ret_ancestor)
{
	const struct plx_name *name = &resolver->names[index];
	uint8_t offset = resolver->lookups[index].ancestor;
	ret_ancestor->length = (uint8_t)(name->length - offset);
	memcpy(ret_ancestor->wire, name->wire + offset, ret_ancestor->length);
}

// The whole RRset or nothing: a part of it could hide the record that forbids issuance.
static bool write_records(struct plx_writer *writer, const struct answer *answer,
			  struct plx_result *result)
{
	struct plx_record_cursor cursor = plx_message_records(answer->message);
	struct plx_record record;
	while (plx_message_next(answer->message, &cursor, &record) &&
	       record.section == PLX_SECTION_ANSWER) {
		if (record.type != answer->qtype || record.class != PLX_CLASS_IN ||
		    !plx_message_name_equal(answer->message, record.owner_offset, answer->owner)) {
			continue;
		}
		size_t rdata_start = plx_result_body_record_begin(writer, record.ttl);
		if (plx_rdata_expand(answer->message, &record, writer) != 0) {
			return false;
		}
		plx_result_body_record_end(writer, rdata_start);
		result->record_count++;
	}
	return true;
}

// The names and records that were found. False when there is no room for them.
static bool write_body(struct resolver *resolver, uint32_t index, const struct answer *answer,
		       struct plx_result *result)
{
	const struct lookup *lookup = &resolver->lookups[index];
	const struct lookup_aliases *followed = &resolver->aliases[index];
	bool has_records = answer->kind == ANSWER_RECORDS;
	PLX_UNINITIALIZED struct plx_name ancestor;
	current_ancestor(resolver, index, &ancestor);
	struct plx_writer writer = plx_writer_init(resolver->body, PLX_RESULT_BODY_MAX);
	if (result->has_found_at) {
		plx_result_body_name(&writer, &ancestor);
	}
	if (has_records) {
		// The question's name comes back in random case (0x20): the client's own spelling is told instead.
		const struct plx_name *owner = answer->owner;
		if (answer->alias_count == 0) {
			owner = lookup->alias_count > 0 ? &followed->names[lookup->alias_count - 1]
							: &ancestor;
		}
		plx_result_body_name(&writer, owner);
	}
	if (result->alias_count > 0) {
		for (unsigned i = 0; i < lookup->alias_count; i++) {
			plx_result_body_name(&writer, &followed->names[i]);
		}
		for (unsigned i = 0; i < answer->alias_count; i++) {
			plx_result_body_name(&writer, &answer->aliases[i]);
		}
	}
	if ((has_records && !write_records(&writer, answer, result)) || writer.failed) {
		return false;
	}
	result->body_length = (uint32_t)writer.position;
	return true;
}

// Ends with what was found: records, or none.
static void finish_found(struct resolver *resolver, uint32_t index,
			 const struct plx_result *verdict, const struct answer *answer,
			 uint64_t now_ns)
{
	const struct lookup *lookup = &resolver->lookups[index];
	bool has_records = answer->kind == ANSWER_RECORDS;
	bool is_climb = lookup->kind == PLX_JOB_RELEVANT_CAA;

	struct plx_result result = *verdict;
	result.dnssec = lookup->dnssec;
	result.has_found_at = has_records && is_climb;
	if (has_records || !is_climb) {
		result.alias_count = (uint8_t)(lookup->alias_count + answer->alias_count);
	}
	bool has_body = has_records || result.alias_count > 0;
	if (has_body && !write_body(resolver, index, answer, &result)) {
		fail_with(resolver, index, verdict, PLX_STATUS_LIMIT, PLX_CAUSE_RESULT_TOO_LARGE,
			  now_ns);
		return;
	}
	finish(resolver, index, &result, resolver->body, now_ns);
}

// RFC 8659 section 3: to the parent of the original name, never of an alias target; the root is not asked.
static bool climb(struct resolver *resolver, uint32_t index)
{
	struct lookup *lookup = &resolver->lookups[index];
	const struct plx_name *name = &resolver->names[index];
	unsigned parent = lookup->ancestor + 1u + name->wire[lookup->ancestor];
	if (name->wire[lookup->ancestor] == 0 || name->wire[parent] == 0) {
		return false;
	}
	lookup->ancestor = (uint8_t)parent;
	lookup->alias_count = 0;
	return true;
}

// Remembers the hops of an unfinished chain. The status is ANSWERED, or LOOP or LIMIT.
static enum plx_status follow_aliases(struct resolver *resolver, uint32_t index,
				      const struct answer *answer)
{
	struct lookup *lookup = &resolver->lookups[index];
	struct plx_name *followed = resolver->aliases[index].names;
	PLX_UNINITIALIZED struct plx_name ancestor;
	current_ancestor(resolver, index, &ancestor);
	for (unsigned i = 0; i < answer->alias_count; i++) {
		const struct plx_name *target = &answer->aliases[i];
		if (plx_name_equal(target, &ancestor)) {
			return PLX_STATUS_LOOP;
		}
		for (unsigned j = 0; j < lookup->alias_count; j++) {
			if (plx_name_equal(target, &followed[j])) {
				return PLX_STATUS_LOOP;
			}
		}
		if (lookup->alias_count == PLX_ALIASES_MAX) {
			return PLX_STATUS_LIMIT;
		}
		followed[lookup->alias_count++] = *target;
	}
	return PLX_STATUS_ANSWERED;
}

// Hops of earlier answers and of this one: results have no room for more, and who reads them refuses such a one.
static bool is_chain_too_long(const struct lookup *lookup, const struct answer *answer)
{
	return lookup->alias_count + answer->alias_count > PLX_ALIASES_MAX;
}

void lookup_answer(struct resolver *resolver, uint32_t index, const struct plx_result *verdict,
		   const struct answer *answer, uint64_t now_ns)
{
	struct lookup *lookup = &resolver->lookups[index];
	lookup->queries = (uint16_t)(lookup->queries + verdict->queries);
	lookup->dnssec = lookup->has_dnssec ? weaker_dnssec(lookup->dnssec, verdict->dnssec)
					    : verdict->dnssec;
	lookup->has_dnssec = true;

	if (lookup->queries > RESOLVER_QUERIES_MAX) {
		fail_with(resolver, index, verdict, PLX_STATUS_LIMIT, PLX_CAUSE_QUERY_LIMIT,
			  now_ns);
		return;
	}
	enum plx_status status = PLX_STATUS_LIMIT; // whatever else: no answer
	switch (answer->kind) {
	case ANSWER_NODATA:
	case ANSWER_NXDOMAIN:
		if (is_chain_too_long(lookup, answer)) {
			break;
		}
		if (lookup->kind == PLX_JOB_RELEVANT_CAA && climb(resolver, index)) {
			ask_current(resolver, index);
			return;
		}
		finish_found(resolver, index, verdict, answer, now_ns);
		return;
	case ANSWER_RECORDS:
		if (is_chain_too_long(lookup, answer)) {
			break;
		}
		finish_found(resolver, index, verdict, answer, now_ns);
		return;
	case ANSWER_UNFINISHED:
		status = follow_aliases(resolver, index, answer);
		if (status == PLX_STATUS_ANSWERED) {
			ask_current(resolver, index);
			return;
		}
		break;
	case ANSWER_LOOP:
		status = PLX_STATUS_LOOP;
		break;
	case ANSWER_LIMIT:
		break;
	case ANSWER_CONTRADICTORY:
		fail_with(resolver, index, verdict, PLX_STATUS_MALFORMED, PLX_CAUSE_BAD_MESSAGE,
			  now_ns);
		return;
	case ANSWER_LAME:
		fail_with(resolver, index, verdict, PLX_STATUS_LAME, PLX_CAUSE_NOT_AUTHORITATIVE,
			  now_ns);
		return;
	}
	fail_with(resolver, index, verdict, status,
		  status == PLX_STATUS_LOOP ? PLX_CAUSE_ALIAS_LOOP : PLX_CAUSE_ALIAS_LIMIT, now_ns);
}
