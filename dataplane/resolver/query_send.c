// SPDX-License-Identifier: BSD-3-Clause
// Which questions are sent next, and to which servers. Every query has a new identity (port, ID). A burst of them is chosen,
// then encrypted, then written, so that the encryptions overlap.

#include "resolver/resolver_state.h"

#define TIMERS_PER_QUERY 2 // for the query, for the deadline
#define SKIPS_MAX                                                                                  \
	64 // queue heads handled without a send, per call: overdue, unwanted or bound for TCP

static void note_sent(struct resolver *resolver, struct transaction *transaction, uint64_t now_ns)
{
	transaction->sent_ns = now_ns;
	if (transaction->first_sent_ns == 0) {
		transaction->first_sent_ns = now_ns;
	}
	transaction->attempts++;
	transaction->queries++;
	token_bucket_take(&resolver->total_bucket, now_ns);
}

// The wait for an answer has the server's length; a deadline that comes earlier has a timer of its own, for cutting the
// wait short says nothing about the server.
static void arm_timers(struct resolver *resolver, uint32_t slot, uint64_t timeout_ns,
		       uint64_t now_ns)
{
	const struct transaction *transaction = slot_of(resolver, slot);
	unsigned class = timer_class_choose(timeout_ns, UINT64_MAX);
	timer_fifo_arm(&resolver->timers, class, slot, transaction->generation, now_ns);
	if (transaction->deadline_ns < now_ns + timer_class_ns(class)) {
		question_watch_deadline(resolver, slot);
	}
}

// The head of a queue that is really to be sent, still in place; SLOT_NONE when the queue is empty or too many heads
// had to be taken away.
static uint32_t ready_head(struct resolver *resolver, enum send_queue queue, uint64_t now_ns)
{
	for (unsigned skipped = 0; skipped < SKIPS_MAX; skipped++) {
		uint32_t slot = resolver->queues[queue].head;
		if (slot == SLOT_NONE) {
			return SLOT_NONE;
		}
		struct transaction *transaction = slot_of(resolver, slot);
		if (transaction->first_waiter != LOOKUP_NONE && transaction->deadline_ns > now_ns) {
			return slot;
		}
		question_dequeue(resolver, queue);
		if (question_drop_overdue(resolver, slot, now_ns)) {
			question_enqueue(resolver, slot, queue);
		}
	}
	return SLOT_NONE;
}

static void send_to(struct resolver *resolver, uint32_t slot, uint8_t index, uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, slot);
	struct upstream *upstream = &resolver->pool.servers[index];
	transaction->upstream = index;
	transaction->state = TRANSACTION_WAIT_UDP;
	if (PLX_UNLIKELY((transaction->key_flags & PLX_JOB_PATIENT) != 0)) {
		question_watch_deadline(resolver, slot);
	} else {
		arm_timers(resolver, slot, upstream_timeout_ns(upstream, transaction->attempts),
			   now_ns);
	}
	note_sent(resolver, transaction, now_ns);
	upstream_sent(upstream, now_ns);
}

// The question that is sent next, by UDP, now waiting for its answer; or SLOT_NONE. There is room for its timers.
static uint32_t choose_next(struct resolver *resolver, uint64_t now_ns)
{
	if (!token_bucket_has(&resolver->total_bucket, now_ns)) {
		return SLOT_NONE;
	}
	for (unsigned skipped = 0; skipped < SKIPS_MAX; skipped++) {
		enum send_queue queue = SEND_INTERACTIVE;
		uint32_t slot = SLOT_NONE;
		for (; queue < SEND_TCP; queue++) {
			slot = ready_head(resolver, queue, now_ns);
			if (slot != SLOT_NONE) {
				break;
			}
		}
		if (slot == SLOT_NONE) {
			return SLOT_NONE;
		}
		struct transaction *transaction = slot_of(resolver, slot);
		uint8_t index =
			upstream_choose(&resolver->pool, PLX_TRANSPORT_UDP, transaction->upstream,
					resolver->config.random, now_ns);
		if (index == UPSTREAM_NONE) {
			return SLOT_NONE;
		}
		question_dequeue(resolver, queue);
		if (!upstream_wants_tcp(&resolver->pool.servers[index], now_ns)) {
			send_to(resolver, slot, index, now_ns);
			return slot;
		}
		question_to_tcp(resolver, slot);
	}
	return SLOT_NONE;
}

static unsigned choose_queries(struct resolver *resolver, uint64_t now_ns, unsigned max,
			       struct query_pair pairs[static QUERY_PAIRS_MAX])
{
	unsigned count = 0;
	uint32_t room = timer_fifo_room(&resolver->timers) / TIMERS_PER_QUERY;
	max = max < QUERY_PAIRS_MAX ? max : QUERY_PAIRS_MAX;
	max = max < room ? max : room;
	for (; count < max; count++) {
		uint32_t slot = choose_next(resolver, now_ns);
		if (slot == SLOT_NONE) {
			break;
		}
		pairs[count].code.worker = resolver->config.worker;
		pairs[count].code.slot = slot;
		pairs[count].code.generation = slot_of(resolver, slot)->generation;
	}
	return count;
}

unsigned resolver_next_queries(struct resolver *resolver, uint64_t now_ns, unsigned max,
			       struct outgoing_query *queries)
{
	resolver_begin(resolver, now_ns);
	PLX_UNINITIALIZED struct query_pair pairs[QUERY_PAIRS_MAX];
	unsigned count = choose_queries(resolver, now_ns, max, pairs);
	query_identity_encode_burst(resolver->config.identity, pairs, count);
	for (unsigned i = 0; i < count; i++) {
		uint32_t slot = pairs[i].code.slot;
		queries[i].length =
			query_write(resolver, slot, pairs[i].id, now_ns, queries[i].wire);
		queries[i].source_port = pairs[i].port;
		queries[i].upstream = slot_of(resolver, slot)->upstream;
	}
	count_many(&resolver->config.counters->queries_sent, count);
	return count;
}

// The server for a TCP query: the one asked last when its answer must be completed or confirmed, else another one.
static uint8_t choose_for_tcp(struct resolver *resolver, const struct transaction *transaction,
			      uint64_t now_ns)
{
	uint8_t index = transaction->upstream;
	bool is_about_last = (transaction->flags & (TRANSACTION_SAW_TC | TRANSACTION_SUSPECT)) != 0;
	bool stays = index != UPSTREAM_NONE && is_about_last && transaction->failures == 0 &&
		     !resolver->pool.servers[index].is_draining &&
		     !upstream_is_tcp_broken(&resolver->pool.servers[index], now_ns);
	if (!stays) {
		index = upstream_choose(&resolver->pool, PLX_TRANSPORT_TCP, index,
					resolver->config.random, now_ns);
	}
	return index != UPSTREAM_NONE &&
			       upstream_may_send_tcp(&resolver->pool.servers[index], now_ns)
		       ? index
		       : UPSTREAM_NONE;
}

static void ask_by_tcp(struct resolver *resolver, uint32_t slot, uint8_t index, uint64_t now_ns,
		       struct tcp_request *ret_request)
{
	struct transaction *transaction = slot_of(resolver, slot);
	struct upstream *upstream = &resolver->pool.servers[index];
	transaction->upstream = index;
	transaction->state = TRANSACTION_WAIT_TCP;
	ret_request->server = upstream->config.endpoint;
	ret_request->slot = slot;
	ret_request->generation = transaction->generation;
	ret_request->deadline_ns = transaction->deadline_ns;
	unsigned left = RESOLVER_QUESTION_QUERIES_MAX - transaction->queries - 1u;
	ret_request->resends_max =
		(uint8_t)(left < TCP_RECONNECTS_PER_QUERY ? left : TCP_RECONNECTS_PER_QUERY);
	ret_request->query_length = query_write(resolver, slot, 0, now_ns, ret_request->query);
	question_watch_deadline(resolver, slot); // the TCP thread itself ends every query
	note_sent(resolver, transaction, now_ns);
	upstream_sent_tcp(upstream, now_ns);
	count(&resolver->config.counters->tcp_queries);
}

#define TCP_LOOK_AHEAD 8 // questions whose server is busy, passed over per call

bool resolver_next_tcp(struct resolver *resolver, uint64_t now_ns, struct tcp_request *ret_request)
{
	resolver_begin(resolver, now_ns);
	if (!timer_fifo_has_room(&resolver->timers) ||
	    !token_bucket_has(&resolver->total_bucket, now_ns)) {
		return false;
	}
	for (unsigned passed = 0; passed < TCP_LOOK_AHEAD; passed++) {
		uint32_t slot = ready_head(resolver, SEND_TCP, now_ns);
		if (slot == SLOT_NONE) {
			return false;
		}
		uint8_t index = choose_for_tcp(resolver, slot_of(resolver, slot), now_ns);
		question_dequeue(resolver, SEND_TCP);
		if (index != UPSTREAM_NONE) {
			ask_by_tcp(resolver, slot, index, now_ns, ret_request);
			return true;
		}
		question_enqueue(resolver, slot, SEND_TCP);
	}
	return false;
}

void resolver_tcp_refused(struct resolver *resolver, const struct tcp_request *request)
{
	struct transaction *transaction = slot_of(resolver, request->slot);
	transaction->attempts--;
	transaction->queries--;
	timer_fifo_disarm_last(&resolver->timers, request->slot,
			       request->generation | TIMER_FOR_DEADLINE);
	resolver->pool.servers[transaction->upstream].tcp_in_flight--;
	question_enqueue(resolver, request->slot, SEND_TCP);
}
