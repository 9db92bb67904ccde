// SPDX-License-Identifier: BSD-3-Clause
// Which question is sent next, to which server, and how it looks on the wire: every query has a new identity (port,
// ID) and a new random case of its letters (0x20), EDNS with 1232 octets and DO, and a cookie.

#include "resolver/resolver_state.h"

#include <string.h>

#define SKIPS_MAX                                                                                  \
	64 // queue heads handled without a send, per call: overdue, unwanted or bound for TCP

// Flips each letter by a random bit. Octets of label lengths are never letters.
static void randomise_case(struct plx_random *random, uint8_t *name, unsigned length)
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < length; i++) {
		if (i % 64 == 0) {
			bits = plx_random_u64(random);
		}
		uint8_t lower = plx_ascii_lower(name[i]);
		bool is_letter = (uint8_t)(lower - 'a') < 26;
		name[i] = is_letter ? (uint8_t)(lower ^ (bits & 1) << 5) : name[i];
		bits >>= 1;
	}
}

static uint16_t write_query(struct resolver *resolver, uint32_t slot, uint16_t id, uint64_t now_ns,
			    uint8_t *wire)
{
	struct transaction *transaction = slot_of(resolver, slot);
	const struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	uint8_t *name = resolver->table.names[slot].wire;
	randomise_case(resolver->config.random, name, transaction->name_length);

	uint8_t cookie[PLX_COOKIE_CLIENT_BYTES + PLX_COOKIE_SERVER_MAX];
	memcpy(cookie, upstream->client_cookie, PLX_COOKIE_CLIENT_BYTES);
	memcpy(cookie + PLX_COOKIE_CLIENT_BYTES, upstream->server_cookie,
	       upstream->server_cookie_length);
	bool uses_edns = upstream_uses_edns(upstream, now_ns);
	bool uses_cookie = upstream_uses_cookie(upstream, now_ns);
	const struct plx_query query = {
		.name = name,
		.name_length = transaction->name_length,
		.id = id,
		.type = transaction->qtype,
		.flags = PLX_FLAG_RD,
		.edns = uses_edns,
		.edns_do = uses_edns && !upstream->config.is_without_do,
		.cookie = cookie,
		.cookie_length = uses_cookie ? (uint8_t)(PLX_COOKIE_CLIENT_BYTES +
							 upstream->server_cookie_length)
					     : 0,
	};
	transaction->flags &= (uint8_t) ~(TRANSACTION_SENT_EDNS | TRANSACTION_SENT_COOKIE);
	transaction->flags |= uses_edns ? TRANSACTION_SENT_EDNS : 0;
	transaction->flags |= uses_cookie ? TRANSACTION_SENT_COOKIE : 0;
	return (uint16_t)plx_query_write(&query, wire, PLX_QUERY_MAX);
}

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

static bool send_to(struct resolver *resolver, uint32_t slot, uint8_t index, uint64_t now_ns,
		    struct outgoing_query *query)
{
	struct transaction *transaction = slot_of(resolver, slot);
	struct upstream *upstream = &resolver->pool.servers[index];
	transaction->upstream = index;
	transaction->state = TRANSACTION_WAIT_UDP;

	const struct query_code code = {
		.worker = resolver->config.worker,
		.slot = slot,
		.generation = transaction->generation,
	};
	uint16_t id;
	query_identity_encode(resolver->config.identity, &code, &query->source_port, &id);
	query->length = write_query(resolver, slot, id, now_ns, query->wire);
	query->upstream = index;
	if (PLX_UNLIKELY((transaction->key_flags & PLX_JOB_PATIENT) != 0)) {
		question_watch_deadline(resolver, slot);
	} else {
		arm_timers(resolver, slot, upstream_timeout_ns(upstream, transaction->attempts),
			   now_ns);
	}
	note_sent(resolver, transaction, now_ns);
	upstream_sent(upstream, now_ns);
	count(&resolver->config.counters->queries_sent);
	return true;
}

bool resolver_next_query(struct resolver *resolver, uint64_t now_ns, struct outgoing_query *query)
{
	resolver_begin(resolver, now_ns);
	if (!timer_fifo_has_room(&resolver->timers) ||
	    !token_bucket_has(&resolver->total_bucket, now_ns)) {
		return false;
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
			return false;
		}
		struct transaction *transaction = slot_of(resolver, slot);
		uint8_t index =
			upstream_choose(&resolver->pool, PLX_TRANSPORT_UDP, transaction->upstream,
					resolver->config.random, now_ns);
		if (index == UPSTREAM_NONE) {
			return false;
		}
		question_dequeue(resolver, queue);
		if (!upstream_wants_tcp(&resolver->pool.servers[index], now_ns)) {
			return send_to(resolver, slot, index, now_ns, query);
		}
		question_to_tcp(resolver, slot);
	}
	return false;
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
	ret_request->query_length = write_query(resolver, slot, 0, now_ns, ret_request->query);
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
