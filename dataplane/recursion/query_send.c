// SPDX-License-Identifier: BSD-3-Clause
// The next queries on the wire: each with a new port and ID, a new random case of its letters, EDNS with 1232 octets, and
// a cookie. RD stays clear: name servers are asked, not resolvers.

#include "recursion/recursor_state.h"

#include "transaction/letter_case.h"

#include <string.h>

// Without memory the trace lacks its octets.
static void keep_wire(struct recursor *recursor, uint32_t query, const uint8_t *wire,
		      uint16_t length)
{
	uint8_t **kept = &recursor->query_wires[query];
	if (*kept != NULL) {
		message_store_drop(recursor->store, *kept);
	}
	*kept = message_store_take(recursor->store, length);
	if (*kept != NULL) {
		memcpy(*kept, wire, length);
	}
}

uint16_t open_query_write(struct recursor *recursor, uint32_t query, uint16_t id, uint8_t *wire)
{
	struct open_query *open = query_of(recursor, query);
	const struct peer *peer = &recursor->peers.peers[open->peer];
	bool has_edns = (open->key_flags & OPEN_QUERY_WITHOUT_EDNS) == 0;
	letter_case_randomise(recursor->config.random, recursor->query_names[query].wire,
			      open->name_length, wire + PLX_DNS_HEADER_BYTES);
	const struct plx_query written = {
		.name = wire + PLX_DNS_HEADER_BYTES,
		.name_length = open->name_length,
		.id = id,
		.type = open->qtype,
		.edns = has_edns,
		.edns_do = has_edns && recursor->config.validates,
		.cookie = peer->cookie,
		.cookie_length =
			has_edns ? (uint8_t)(PLX_COOKIE_CLIENT_BYTES + peer->server_cookie_length)
				 : 0,
	};
	open->flags &= (uint8_t)~OPEN_QUERY_SENT_COOKIE;
	open->flags |= has_edns ? OPEN_QUERY_SENT_COOKIE : 0;
	uint16_t length = (uint16_t)plx_query_write(&written, wire, PLX_QUERY_MAX);
	if (open->key_flags & QUERY_KEY_TRACED) {
		keep_wire(recursor, query, wire, length);
	}
	return length;
}

static void note_sent(struct recursor *recursor, uint32_t query, enum open_query_state state)
{
	struct open_query *open = query_of(recursor, query);
	open->state = (uint8_t)state;
	open->sent_ns = recursor->now_ns;
	open->sent_count++;
	token_bucket_take(&recursor->total_bucket, recursor->now_ns);
	due_wheel_arm(&recursor->wheel, query, recursor->now_ns + open->timeout_us * 1000ull);
}

static uint32_t choose_next(struct recursor *recursor)
{
	if (!token_bucket_has(&recursor->total_bucket, recursor->now_ns)) {
		return QUERY_NONE;
	}
	uint32_t query = open_query_dequeue(recursor, SEND_INTERACTIVE);
	if (query == QUERY_NONE) {
		query = open_query_dequeue(recursor, SEND_BULK);
	}
	if (query != QUERY_NONE) {
		note_sent(recursor, query, OPEN_QUERY_WAIT_UDP);
	}
	return query;
}

unsigned recursor_next_queries(struct recursor *recursor, uint64_t now_ns, unsigned max,
			       struct recursor_query *queries)
{
	PLX_UNINITIALIZED struct query_pair pairs[QUERY_PAIRS_MAX];
	uint32_t chosen[QUERY_PAIRS_MAX];
	unsigned count = 0;
	recursor->now_ns = now_ns;
	for (; count < max && count < QUERY_PAIRS_MAX; count++) {
		chosen[count] = choose_next(recursor);
		if (chosen[count] == QUERY_NONE) {
			break;
		}
		pairs[count].code = (struct query_code) {
			.worker = recursor->config.worker,
			.slot = recursor->config.first_slot + chosen[count],
			.generation = query_of(recursor, chosen[count])->generation,
		};
	}
	query_identity_encode_burst(recursor->config.identity, pairs, count);
	for (unsigned i = 0; i < count; i++) {
		queries[i].length =
			open_query_write(recursor, chosen[i], pairs[i].id, queries[i].wire);
		queries[i].source_port = pairs[i].port;
		queries[i].slot = pairs[i].code.slot;
		queries[i].generation = (uint16_t)pairs[i].code.generation;
		queries[i].server = recursor->peers.peers[query_of(recursor, chosen[i])->peer].ip;
	}
	plx_counter_add(&recursor->config.counters->queries_sent, count);
	return count;
}

bool recursor_awaits(const struct recursor *recursor, uint32_t slot, uint16_t generation)
{
	uint32_t query = slot - recursor->config.first_slot;
	if (query >= recursor->config.slot_count) {
		return false;
	}
	const struct open_query *open = &recursor->queries[query];
	return open->state == OPEN_QUERY_WAIT_UDP && open->generation == generation;
}

void recursor_unreachable(struct recursor *recursor, uint32_t slot, uint16_t generation,
			  uint64_t now_ns)
{
	uint32_t query = slot - recursor->config.first_slot;
	recursor->now_ns = now_ns;
	if (!recursor_awaits(recursor, slot, generation)) {
		return;
	}
	query_of(recursor, query)->sent_count--;
	const struct iteration_event event = {.kind = ITERATION_EVENT_UNREACHABLE};
	open_query_end(recursor, query, &event);
}

bool recursor_next_tcp(struct recursor *recursor, uint64_t now_ns, struct tcp_request *ret_request)
{
	recursor->now_ns = now_ns;
	if (!token_bucket_has(&recursor->total_bucket, now_ns)) {
		return false;
	}
	uint32_t query = open_query_dequeue(recursor, SEND_TCP);
	if (query == QUERY_NONE) {
		return false;
	}
	// A handshake more than by UDP.
	struct open_query *open = query_of(recursor, query);
	open->timeout_us = SERVER_TIMEOUT_MAX_NS / 1000;
	note_sent(recursor, query, OPEN_QUERY_WAIT_TCP);
	ret_request->server = (struct plx_endpoint) {
		.ip = recursor->peers.peers[open->peer].ip,
		.port = DNS_PORT,
	};
	ret_request->slot = recursor->config.first_slot + query;
	ret_request->generation = open->generation;
	ret_request->deadline_ns = now_ns + open->timeout_us * 1000ull;
	ret_request->resends_max = TCP_RECONNECTS_PER_QUERY;
	ret_request->query_length = open_query_write(recursor, query, 0, ret_request->query);
	count(&recursor->config.counters->tcp_queries);
	return true;
}

void recursor_tcp_refused(struct recursor *recursor, const struct tcp_request *request)
{
	uint32_t query = request->slot - recursor->config.first_slot;
	query_of(recursor, query)->sent_count--;
	open_query_requeue_tcp(recursor, query);
}
