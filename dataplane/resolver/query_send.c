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
	uint8_t *name = resolver->table.names[slot];
	randomise_case(resolver->config.random, name, transaction->name_length);

	uint8_t cookie[PLX_COOKIE_CLIENT_BYTES + PLX_COOKIE_SERVER_MAX];
	memcpy(cookie, upstream->client_cookie, PLX_COOKIE_CLIENT_BYTES);
	memcpy(cookie + PLX_COOKIE_CLIENT_BYTES, upstream->server_cookie,
	       upstream->server_cookie_length);
	bool uses_edns = upstream_uses_edns(upstream, now_ns);
	bool uses_cookie = uses_edns && now_ns >= upstream->no_cookie_until_ns;
	const struct plx_query query = {
		.name = name,
		.name_length = transaction->name_length,
		.id = id,
		.type = transaction->qtype,
		.flags = PLX_FLAG_RD,
		.edns = uses_edns,
		.edns_do = uses_edns,
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

static void note_sent(struct resolver *resolver, uint32_t slot, uint64_t timeout_ns,
		      uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, slot);
	transaction->sent_ns = now_ns;
	if (transaction->first_sent_ns == 0) {
		transaction->first_sent_ns = now_ns;
	}
	transaction->attempts++;
	transaction->queries++;
	uint64_t left_ns =
		transaction->deadline_ns > now_ns ? transaction->deadline_ns - now_ns : 0;
	timer_fifo_arm(&resolver->timers, timer_class_choose(timeout_ns, left_ns), slot,
		       transaction->generation, now_ns);
	token_bucket_take(&resolver->total_bucket, now_ns);
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
	note_sent(resolver, slot, upstream_timeout_ns(upstream, transaction->attempts), now_ns);
	upstream_sent(upstream, now_ns);
	count(&resolver->config.counters->queries_sent);
	return true;
}

bool resolver_next_query(struct resolver *resolver, uint64_t now_ns, struct outgoing_query *query)
{
	resolver->now_ns = now_ns;
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
		uint8_t index = upstream_choose(&resolver->pool, transaction->upstream,
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
	uint8_t last = transaction->upstream;
	bool is_about_last = (transaction->flags & (TRANSACTION_SAW_TC | TRANSACTION_SUSPECT)) != 0;
	if (last != UPSTREAM_NONE && is_about_last && transaction->failures == 0) {
		const struct upstream *upstream = &resolver->pool.servers[last];
		if (upstream->is_set && !upstream->is_draining) {
			return token_bucket_has(&upstream->bucket, now_ns) ? last : UPSTREAM_NONE;
		}
	}
	return upstream_choose(&resolver->pool, last, resolver->config.random, now_ns);
}

bool resolver_next_tcp(struct resolver *resolver, uint64_t now_ns, struct tcp_request *ret_request)
{
	resolver->now_ns = now_ns;
	if (!timer_fifo_has_room(&resolver->timers) ||
	    !token_bucket_has(&resolver->total_bucket, now_ns)) {
		return false;
	}
	uint32_t slot = ready_head(resolver, SEND_TCP, now_ns);
	if (slot == SLOT_NONE) {
		return false;
	}
	struct transaction *transaction = slot_of(resolver, slot);
	uint8_t index = choose_for_tcp(resolver, transaction, now_ns);
	if (index == UPSTREAM_NONE) {
		return false;
	}
	question_dequeue(resolver, SEND_TCP);
	struct upstream *upstream = &resolver->pool.servers[index];
	transaction->upstream = index;
	transaction->state = TRANSACTION_WAIT_TCP;
	ret_request->server = upstream->config.endpoint;
	ret_request->slot = slot;
	ret_request->generation = transaction->generation;
	ret_request->deadline_ns = transaction->deadline_ns;
	ret_request->query_length = write_query(resolver, slot, 0, now_ns, ret_request->query);
	note_sent(resolver, slot, TCP_QUERY_TIMEOUT_NS, now_ns);
	token_bucket_take(&upstream->bucket, now_ns);
	count(&resolver->config.counters->tcp_queries);
	return true;
}

void resolver_tcp_refused(struct resolver *resolver, const struct tcp_request *request)
{
	struct transaction *transaction = slot_of(resolver, request->slot);
	transaction->attempts--;
	transaction->queries--;
	question_renew(resolver, transaction); // disarms the timer of the try that was none
	question_enqueue(resolver, request->slot, SEND_TCP);
}
