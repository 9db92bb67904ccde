// SPDX-License-Identifier: BSD-3-Clause
// The life of one open question: joined by look-ups, queued, sent, retried, ended.

#include "resolver/resolver_state.h"

#include <assert.h>
#include <errno.h>

void question_enqueue(struct resolver *resolver, uint32_t slot, enum send_queue queue)
{
	struct slot_queue *list = &resolver->queues[queue];
	struct transaction *transaction = slot_of(resolver, slot);
	transaction->state = queue == SEND_TCP ? TRANSACTION_QUEUED_TCP : TRANSACTION_QUEUED;
	transaction->next_queued = SLOT_NONE;
	if (list->tail == SLOT_NONE) {
		list->head = slot;
		list->latest_ns = transaction->deadline_ns;
	} else {
		slot_of(resolver, list->tail)->next_queued = slot;
	}
	list->tail = slot;
	list->length++;
	if (transaction->deadline_ns < list->latest_ns) {
		resolver->has_unordered_queue = true;
	} else {
		list->latest_ns = transaction->deadline_ns;
	}
}

uint32_t question_dequeue(struct resolver *resolver, enum send_queue queue)
{
	struct slot_queue *list = &resolver->queues[queue];
	uint32_t slot = list->head;
	if (slot != SLOT_NONE) {
		list->head = slot_of(resolver, slot)->next_queued;
		list->length--;
		if (list->head == SLOT_NONE) {
			list->tail = SLOT_NONE;
		}
	}
	return slot;
}

void question_watch_deadline(struct resolver *resolver, uint32_t slot)
{
	const struct transaction *transaction = slot_of(resolver, slot);
	bool is_waiting = transaction->state == TRANSACTION_WAIT_UDP ||
			  transaction->state == TRANSACTION_WAIT_TCP;
	if (!is_waiting || !timer_fifo_has_room(&resolver->timers)) {
		return; // the query's own timer will notice, later
	}
	uint64_t now_ns = resolver->now_ns;
	uint64_t left_ns =
		transaction->deadline_ns > now_ns ? transaction->deadline_ns - now_ns : 0;
	if ((transaction->key_flags & PLX_JOB_PATIENT) != 0 && left_ns > RESOLVER_PATIENT_LOOK_NS) {
		left_ns = RESOLVER_PATIENT_LOOK_NS; // and again, from expire_deadline
	}
	timer_fifo_arm(&resolver->timers, timer_class_choose(left_ns, left_ns), slot,
		       transaction->generation | TIMER_FOR_DEADLINE, now_ns);
}

static void renew(struct resolver *resolver, struct transaction *transaction)
{
	transaction_renew(transaction, resolver->config.identity->generation_bits);
}

void question_leave_upstream(struct resolver *resolver, struct transaction *transaction)
{
	if (transaction->state == TRANSACTION_WAIT_UDP) {
		upstream_abandoned(&resolver->pool.servers[transaction->upstream]);
		transaction->state =
			TRANSACTION_QUEUED; // about to be queued or released by the caller
	}
}

void question_note_failure(struct transaction *transaction, enum plx_status status,
			   enum plx_cause cause, const struct plx_message *message)
{
	if (transaction->last_status == PLX_STATUS_BOGUS) {
		return; // a trusted validator said so: whatever else happens, that stands
	}
	transaction->last_status = (uint8_t)status;
	transaction->last_cause = (uint8_t)cause;
	transaction->last_rcode = message != NULL ? message->rcode : 0;
	transaction->last_ede = message != NULL ? message->ede_code : 0;
	transaction->failed_upstream = message != NULL ? transaction->upstream : UPSTREAM_NONE;
	transaction->failed_by_tcp = transaction->state == TRANSACTION_QUEUED_TCP;
}

static unsigned failures_max(const struct resolver *resolver)
{
	unsigned twice = 2u * resolver->pool.count;
	return twice < RESOLVER_FAILURES_MAX ? twice : RESOLVER_FAILURES_MAX;
}

void question_retry(struct resolver *resolver, uint32_t slot, uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, slot);
	assert(transaction->state != TRANSACTION_WAIT_UDP &&
	       transaction->state != TRANSACTION_FREE);
	if (transaction->attempts >= transaction->attempts_max ||
	    transaction->failures >= failures_max(resolver)) {
		question_fail(resolver, slot, now_ns);
		return;
	}
	// The last of several tries goes by TCP: where UDP is lost or filtered, or answers to EDNS are dropped, it may
	// be the only way; the kernel retransmits.
	if (transaction->attempts >= 2 && transaction->attempts + 1 == transaction->attempts_max) {
		transaction->flags |= TRANSACTION_BY_TCP;
	}
	count(&resolver->config.counters->queries_retried);
	renew(resolver, transaction);
	question_enqueue(resolver, slot,
			 transaction->flags & TRANSACTION_BY_TCP ? SEND_TCP : SEND_RETRY);
}

void question_ask_again(struct resolver *resolver, uint32_t slot, enum send_queue queue)
{
	struct transaction *transaction = slot_of(resolver, slot);
	if (transaction->queries >= RESOLVER_QUESTION_QUERIES_MAX) {
		question_note_failure(transaction, PLX_STATUS_LIMIT, PLX_CAUSE_QUERY_LIMIT, NULL);
		question_fail(resolver, slot, resolver->now_ns);
		return;
	}
	renew(resolver, transaction);
	question_enqueue(resolver, slot, queue);
}

void question_to_tcp(struct resolver *resolver, uint32_t slot)
{
	struct transaction *transaction = slot_of(resolver, slot);
	question_leave_upstream(resolver, transaction);
	transaction->flags |= TRANSACTION_BY_TCP;
	question_ask_again(resolver, slot, SEND_TCP);
}

// Closes the question and returns those who waited, as a list.
static uint32_t close_question(struct resolver *resolver, uint32_t slot)
{
	struct transaction *transaction = slot_of(resolver, slot);
	question_leave_upstream(resolver, transaction);
	uint32_t waiter = transaction->first_waiter;
	transaction->first_waiter = LOOKUP_NONE;
	transaction_release(&resolver->table, slot);
	return waiter;
}

// What a failed question tells those who waited. Past a deadline the reason is TIMEOUT, unless a truncated answer
// shows that there is one which we could not fetch.
static struct plx_result describe_failure(const struct resolver *resolver,
					  const struct transaction *transaction)
{
	struct plx_result failure = {
		.status = transaction->last_status,
		.cause = transaction->last_cause,
		.attempts = transaction->attempts,
		.queries = transaction->queries,
		.qtype = transaction->qtype,
	};
	if (failure.status == PLX_STATUS_NOT_EVALUATED) {
		failure.status = PLX_STATUS_TIMEOUT;
		failure.cause =
			transaction->queries > 0 ? PLX_CAUSE_NO_ANSWER : PLX_CAUSE_NO_SERVER;
	}
	if (failure.status == PLX_STATUS_BOGUS) {
		failure.dnssec = PLX_DNSSEC_BOGUS;
	}
	failure.rcode = transaction->last_rcode;
	failure.ede_code = transaction->last_ede;
	if (failure.status == PLX_STATUS_ANSWERED &&
	    (failure.rcode == PLX_RCODE_NOERROR || failure.rcode == PLX_RCODE_NXDOMAIN)) {
		failure.status = PLX_STATUS_MALFORMED; // no failure may ever read as an answer
		failure.cause = PLX_CAUSE_BAD_MESSAGE;
	}
	if (transaction->failed_upstream != UPSTREAM_NONE) {
		const struct upstream_config *server =
			&resolver->pool.servers[transaction->failed_upstream].config;
		failure.server = server->endpoint;
		failure.transport =
			transaction->failed_by_tcp ? PLX_TRANSPORT_TCP : PLX_TRANSPORT_UDP;
		if (server->is_trusted && failure.dnssec != PLX_DNSSEC_BOGUS) {
			// RFC 4035 4.3: a validator that failed proved nothing, and least of all "insecure".
			failure.dnssec = PLX_DNSSEC_INDETERMINATE;
		}
	}
	return failure;
}

void question_end(struct resolver *resolver, uint32_t slot, const struct plx_result *result,
		  uint64_t now_ns)
{
	uint32_t waiter = close_question(resolver, slot);
	while (waiter != LOOKUP_NONE) {
		uint32_t next = resolver->lookups[waiter].next_waiter;
		lookup_fail(resolver, waiter, result, now_ns);
		waiter = next;
	}
}

void question_fail(struct resolver *resolver, uint32_t slot, uint64_t now_ns)
{
	const struct plx_result failure = describe_failure(resolver, slot_of(resolver, slot));
	question_end(resolver, slot, &failure, now_ns);
}

void question_answer(struct resolver *resolver, uint32_t slot, const struct plx_result *verdict,
		     const struct answer *answer, uint64_t now_ns)
{
	// Closed first, so that those who ask on find a free slot: there are as many slots as look-ups.
	uint32_t waiter = close_question(resolver, slot);
	while (waiter != LOOKUP_NONE) {
		uint32_t next = resolver->lookups[waiter].next_waiter;
		lookup_answer(resolver, waiter, verdict, answer, now_ns);
		waiter = next;
	}
}

bool question_fail_overdue(struct resolver *resolver, uint32_t slot, uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, slot);
	struct plx_result failure = describe_failure(resolver, transaction);
	if (failure.status != PLX_STATUS_TRUNCATED && failure.status != PLX_STATUS_BOGUS) {
		failure = (struct plx_result) {
			.status = PLX_STATUS_TIMEOUT,
			.attempts = failure.attempts,
			.queries = failure.queries,
			.qtype = failure.qtype,
		};
		failure.cause =
			transaction->queries > 0 ? PLX_CAUSE_NO_ANSWER : PLX_CAUSE_NO_SERVER;
	}
	uint32_t *link = &transaction->first_waiter;
	transaction->deadline_ns = UINT64_MAX;
	bool has_failed = false;
	while (*link != LOOKUP_NONE) {
		struct lookup *lookup = &resolver->lookups[*link];
		if (lookup->deadline_ns <= now_ns) {
			uint32_t overdue = *link;
			*link = lookup->next_waiter;
			lookup_fail(resolver, overdue, &failure, now_ns);
			has_failed = true;
			continue;
		}
		if (lookup->deadline_ns < transaction->deadline_ns) {
			transaction->deadline_ns = lookup->deadline_ns;
		}
		link = &lookup->next_waiter;
	}
	bool has_waiters = transaction->first_waiter != LOOKUP_NONE;
	if (has_failed && has_waiters) {
		resolver->has_unordered_queue = true; // its deadline moved, its place did not
	}
	return has_waiters;
}

bool question_drop_overdue(struct resolver *resolver, uint32_t slot, uint64_t now_ns)
{
	if (question_fail_overdue(resolver, slot, now_ns)) {
		return true;
	}
	close_question(resolver, slot);
	return false;
}

void question_purge_queue(struct resolver *resolver, enum send_queue queue, uint64_t now_ns)
{
	struct slot_queue *list = &resolver->queues[queue];
	uint32_t *link = &list->head;
	list->tail = SLOT_NONE;
	while (*link != SLOT_NONE) {
		uint32_t slot = *link;
		struct transaction *transaction = slot_of(resolver, slot);
		bool has_waiters = transaction->first_waiter != LOOKUP_NONE;
		if (has_waiters && transaction->deadline_ns <= now_ns) {
			has_waiters = question_fail_overdue(resolver, slot, now_ns);
		}
		if (has_waiters) {
			list->tail = slot;
			link = &transaction->next_queued;
			continue;
		}
		*link = transaction->next_queued;
		list->length--;
		close_question(resolver, slot);
	}
}

void question_close_unwanted(struct resolver *resolver, uint32_t slot)
{
	// One that sits in a queue is left to question_purge_queue.
	enum transaction_state state = slot_of(resolver, slot)->state;
	if (state == TRANSACTION_WAIT_UDP || state == TRANSACTION_WAIT_TCP) {
		close_question(resolver, slot);
	}
}
