// SPDX-License-Identifier: BSD-3-Clause
// Queries that wait or are out. Those who ask the same of the same server at the same time wait for one query; each then
// judges the answer for itself. What a server's rate does not let out waits in order, at no cost to other servers.

#include "recursion/recursor_state.h"

#include "transaction/generation.h"

#include <parallax/base/octets_copy.h>

// --- Lists of look-ups that wait.

static void join(struct recursor *recursor, uint32_t query, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	uint32_t *first = &query_of(recursor, query)->first_waiter;
	recursion->query = query;
	recursion->previous = RECURSION_NONE;
	recursion->next = *first;
	if (*first != RECURSION_NONE) {
		recursor->recursions[*first].previous = index;
	}
	*first = index;
}

// --- Lists of queries.

static void append(struct recursor *recursor, uint32_t *head, uint32_t *tail, uint32_t query)
{
	struct open_query *open = query_of(recursor, query);
	open->next_queued = QUERY_NONE;
	open->previous_queued = *tail;
	if (*tail == QUERY_NONE) {
		*head = query;
	} else {
		query_of(recursor, *tail)->next_queued = query;
	}
	*tail = query;
}

static void unlink_queued(struct recursor *recursor, uint32_t *head, uint32_t *tail, uint32_t query)
{
	const struct open_query *open = query_of(recursor, query);
	if (open->previous_queued == QUERY_NONE) {
		*head = open->next_queued;
	} else {
		query_of(recursor, open->previous_queued)->next_queued = open->next_queued;
	}
	if (open->next_queued == QUERY_NONE) {
		*tail = open->previous_queued;
	} else {
		query_of(recursor, open->next_queued)->previous_queued = open->previous_queued;
	}
}

static enum send_queue queue_of(const struct open_query *open)
{
	if (open->flags & OPEN_QUERY_TCP) {
		return SEND_TCP;
	}
	return open->flags & OPEN_QUERY_INTERACTIVE ? SEND_INTERACTIVE : SEND_BULK;
}

static void enqueue(struct recursor *recursor, uint32_t query)
{
	struct open_query *open = query_of(recursor, query);
	struct query_queue *queue = &recursor->queues[queue_of(open)];
	open->state = OPEN_QUERY_QUEUED;
	append(recursor, &queue->head, &queue->tail, query);
	queue->length++;
}

uint32_t open_query_dequeue(struct recursor *recursor, enum send_queue which)
{
	struct query_queue *queue = &recursor->queues[which];
	uint32_t query = queue->head;
	if (query != QUERY_NONE) {
		unlink_queued(recursor, &queue->head, &queue->tail, query);
		queue->length--;
	}
	return query;
}

// Out of whatever list it is in.
static void leave_queue(struct recursor *recursor, uint32_t query)
{
	const struct open_query *open = query_of(recursor, query);
	if (open->state == OPEN_QUERY_HELD) {
		struct peer *peer = &recursor->peers.peers[open->peer];
		unlink_queued(recursor, &peer->first_held, &peer->last_held, query);
		if (peer->first_held == QUERY_NONE) {
			due_wheel_disarm(&recursor->wheel, wheel_id_of_peer(recursor, open->peer));
		}
	} else if (open->state == OPEN_QUERY_QUEUED) {
		struct query_queue *queue = &recursor->queues[queue_of(open)];
		unlink_queued(recursor, &queue->head, &queue->tail, query);
		queue->length--;
	}
}

// Windows are for what floods a socket: UDP, and not for what somebody waits for, which is little.
static bool has_window(const struct open_query *open)
{
	return (open->flags & (OPEN_QUERY_TCP | OPEN_QUERY_INTERACTIVE)) == 0;
}

static bool may_send(struct recursor *recursor, const struct peer *peer, uint32_t query)
{
	return token_bucket_has(&peer->bucket, recursor->now_ns) &&
	       (!has_window(query_of(recursor, query)) || peer_has_room(peer));
}

static void let_out(struct recursor *recursor, struct peer *peer, uint32_t query)
{
	struct open_query *open = query_of(recursor, query);
	token_bucket_take(&peer->bucket, recursor->now_ns);
	open->is_counted = (open->flags & OPEN_QUERY_TCP) == 0;
	if (open->is_counted) {
		peer->out_count++;
		peer->window.was_full |= peer->out_count >= peer->window.size;
	}
	enqueue(recursor, query);
}

// A window opens when a query ends; a rate by the clock.
static void await_rate(struct recursor *recursor, uint32_t index)
{
	const struct peer *peer = &recursor->peers.peers[index];
	if (!token_bucket_has(&peer->bucket, recursor->now_ns)) {
		due_wheel_arm(&recursor->wheel, wheel_id_of_peer(recursor, index),
			      token_bucket_next_ns(&peer->bucket));
	}
}

// To a send queue, when its server's rate and window let it.
static void schedule(struct recursor *recursor, uint32_t query)
{
	struct open_query *open = query_of(recursor, query);
	struct peer *peer = &recursor->peers.peers[open->peer];
	bool is_next = peer->first_held == QUERY_NONE || !has_window(open);
	if (is_next && may_send(recursor, peer, query)) {
		let_out(recursor, peer, query);
		return;
	}
	open->state = OPEN_QUERY_HELD;
	if (peer->first_held == QUERY_NONE) {
		await_rate(recursor, open->peer);
	}
	append(recursor, &peer->first_held, &peer->last_held, query);
}

void open_query_release_held(struct recursor *recursor, uint32_t index)
{
	struct peer *peer = &recursor->peers.peers[index];
	if (peer->first_held == QUERY_NONE) {
		return;
	}
	while (peer->first_held != QUERY_NONE && may_send(recursor, peer, peer->first_held)) {
		uint32_t query = peer->first_held;
		unlink_queued(recursor, &peer->first_held, &peer->last_held, query);
		let_out(recursor, peer, query);
	}
	if (peer->first_held != QUERY_NONE) {
		await_rate(recursor, index);
	} else {
		due_wheel_disarm(&recursor->wheel, wheel_id_of_peer(recursor, index));
	}
}

// It is not out any more, if it was: its server has room for another one.
static void come_back(struct recursor *recursor, uint32_t query)
{
	struct open_query *open = query_of(recursor, query);
	if (open->is_counted) {
		open->is_counted = false;
		recursor->peers.peers[open->peer].out_count--;
		open_query_release_held(recursor, open->peer);
	}
}

// --- The table.

static uint32_t *bucket_of(struct recursor *recursor, uint32_t hash)
{
	return &recursor->query_buckets[hash & (recursor->bucket_count - 1)];
}

static bool is_same_name(const uint8_t *a, const uint8_t *b, unsigned length)
{
	for (unsigned i = 0; i < length; i++) {
		if (plx_ascii_lower(a[i]) != plx_ascii_lower(b[i])) {
			return false;
		}
	}
	return true;
}

static uint32_t find(struct recursor *recursor, const struct iteration_query *asked, uint32_t peer,
		     uint8_t key_flags, uint32_t hash)
{
	uint32_t query = *bucket_of(recursor, hash);
	while (query != QUERY_NONE) {
		const struct open_query *open = query_of(recursor, query);
		if (open->hash == hash && open->peer == peer && open->qtype == asked->type &&
		    open->key_flags == key_flags && open->name_length == asked->name.length &&
		    is_same_name(recursor->query_names[query].wire, asked->name.wire,
				 asked->name.length)) {
			break;
		}
		query = open->next_hashed;
	}
	return query;
}

// There are as many queries as look-ups.
static uint32_t acquire(struct recursor *recursor, const struct iteration_query *asked,
			uint32_t peer, uint8_t key_flags, uint32_t hash)
{
	assert(recursor->free_query_head != recursor->free_query_tail);
	uint32_t query = recursor->free_queries[recursor->free_query_head++ &
						(recursor->free_query_capacity - 1)];
	struct open_query *open = query_of(recursor, query);
	uint32_t *bucket = bucket_of(recursor, hash);
	*open = (struct open_query) {
		.hash = hash,
		.next_hashed = *bucket,
		.first_waiter = RECURSION_NONE,
		.peer = peer,
		.qtype = asked->type,
		.key_flags = key_flags,
		.flags = key_flags & (OPEN_QUERY_TCP | OPEN_QUERY_WITHOUT_EDNS),
		.name_length = asked->name.length,
		.timeout_us = (uint32_t)(asked->timeout_ns / 1000),
		// Of the queries before, whose answers may still come.
		.generation = open->generation,
		.renewals = open->renewals,
	};
	generation_advance(
		&open->generation, &open->renewals,
		1 + (plx_random_u32(recursor->config.random) & GENERATION_START_STEP_MASK),
		recursor->config.identity->generation_bits);
	*bucket = query;
	plx_name_copy(&recursor->query_names[query], &asked->name);
	recursor->peers.peers[peer].query_count++;
	return query;
}

static void release(struct recursor *recursor, uint32_t query)
{
	struct open_query *open = query_of(recursor, query);
	leave_queue(recursor, query);
	due_wheel_disarm(&recursor->wheel, query);
	if (recursor->query_wires[query] != NULL) {
		message_store_drop(recursor->store, recursor->query_wires[query]);
		recursor->query_wires[query] = NULL;
	}
	uint32_t *link = bucket_of(recursor, open->hash);
	while (*link != query) {
		link = &query_of(recursor, *link)->next_hashed;
	}
	*link = open->next_hashed;
	recursor->peers.peers[open->peer].query_count--;
	open->state = OPEN_QUERY_FREE;
	recursor->free_queries[recursor->free_query_tail++ & (recursor->free_query_capacity - 1)] =
		query;
	come_back(recursor, query);
}

// --- Their lives.

static uint32_t hash_of(struct recursor *recursor, const struct recursion *recursion,
			const struct iteration_query *asked, uint32_t peer, uint8_t key_flags)
{
	if (recursion->flags & PLX_JOB_UNMERGED) {
		return plx_random_u32(recursor->config.random);
	}
	return question_hash(&recursor->hash_key, asked->name.wire, asked->name.length, asked->type,
			     key_flags) ^
	       peer * 0x9e3779b1u;
}

static void move_before_bulk(struct recursor *recursor, uint32_t query)
{
	struct open_query *open = query_of(recursor, query);
	if (open->state == OPEN_QUERY_QUEUED && queue_of(open) == SEND_BULK) {
		leave_queue(recursor, query);
		open->flags |= OPEN_QUERY_INTERACTIVE;
		enqueue(recursor, query);
	} else if (open->state == OPEN_QUERY_HELD) {
		open->flags |= OPEN_QUERY_INTERACTIVE;
	}
}

void open_query_ask(struct recursor *recursor, uint32_t index, const struct iteration_query *asked)
{
	const struct recursion *recursion = &recursor->recursions[index];
	uint8_t key_flags =
		asked->by_tcp || (recursion->flags & PLX_JOB_TCP_ONLY) ? OPEN_QUERY_TCP : 0;
	key_flags |= asked->has_edns ? 0 : OPEN_QUERY_WITHOUT_EDNS;
	key_flags |= recursion->flags & PLX_JOB_TRACE ? QUERY_KEY_TRACED : 0;
	uint32_t peer = peer_take(&recursor->peers, &asked->server);
	uint32_t hash = hash_of(recursor, recursion, asked, peer, key_flags);
	uint32_t query = QUERY_NONE;
	if ((recursion->flags & PLX_JOB_UNMERGED) == 0) {
		query = find(recursor, asked, peer, key_flags, hash);
	}
	if (query != QUERY_NONE) {
		count(&recursor->config.counters->questions_merged);
		join(recursor, query, index);
		if (recursion->priority == PLX_PRIORITY_INTERACTIVE) {
			move_before_bulk(recursor, query);
		}
		return;
	}
	query = acquire(recursor, asked, peer, key_flags, hash);
	join(recursor, query, index);
	struct open_query *open = query_of(recursor, query);
	open->flags |= recursion->priority == PLX_PRIORITY_INTERACTIVE ? OPEN_QUERY_INTERACTIVE : 0;
	if (recursor->peers.peers[peer].alarm_until_ns > recursor->now_ns) {
		open->flags |= OPEN_QUERY_TCP | OPEN_QUERY_SUSPECT;
	}
	schedule(recursor, query);
}

void open_query_leave(struct recursor *recursor, uint32_t index)
{
	struct recursion *recursion = &recursor->recursions[index];
	uint32_t query = recursion->query;
	if (query == QUERY_NONE) {
		return;
	}
	recursion->query = QUERY_NONE;
	struct open_query *open = query_of(recursor, query);
	recursion->queries = (uint16_t)(recursion->queries + open->sent_count);
	if (recursion->next != RECURSION_NONE) {
		recursor->recursions[recursion->next].previous = recursion->previous;
	}
	if (recursion->previous != RECURSION_NONE) {
		recursor->recursions[recursion->previous].next = recursion->next;
	} else {
		open->first_waiter = recursion->next;
	}
	if (open->first_waiter == RECURSION_NONE) {
		release(recursor, query);
	}
}

void open_query_again(struct recursor *recursor, uint32_t query)
{
	struct open_query *open = query_of(recursor, query);
	due_wheel_disarm(&recursor->wheel, query);
	generation_advance(&open->generation, &open->renewals, 1,
			   recursor->config.identity->generation_bits);
	open->mismatches = 0;
	come_back(recursor, query);
	schedule(recursor, query);
}

void open_query_to_tcp(struct recursor *recursor, uint32_t query)
{
	query_of(recursor, query)->flags |= OPEN_QUERY_TCP;
	open_query_again(recursor, query);
}

void open_query_requeue_tcp(struct recursor *recursor, uint32_t query)
{
	due_wheel_disarm(&recursor->wheel, query);
	enqueue(recursor, query);
}

static uint8_t odd_cause_of(const struct open_query *open)
{
	if (open->flags & OPEN_QUERY_MALFORMED) {
		return PLX_CAUSE_BAD_MESSAGE;
	}
	return open->flags & OPEN_QUERY_SUSPECT ? PLX_CAUSE_SPOOF_SUSPECTED : PLX_CAUSE_NONE;
}

void open_query_end(struct recursor *recursor, uint32_t query, const struct iteration_event *event)
{
	struct open_query *open = query_of(recursor, query);
	struct iteration_event told = *event;
	uint32_t index = open->first_waiter;
	uint8_t odd_cause = odd_cause_of(open);
	unsigned sent_count = open->sent_count;
	// What TCP was asked instead says nothing about UDP.
	bool is_substitute = ((open->flags ^ open->key_flags) & OPEN_QUERY_TCP) != 0;
	told.is_shared = is_substitute;
	open->first_waiter = RECURSION_NONE;
	struct ended_query *ended = &recursor->ended;
	ended->sent_ns = open->sent_ns;
	ended->rtt_ns = event->rtt_ns;
	ended->is_tcp = (open->flags & OPEN_QUERY_TCP) != 0;
	ended->wire = recursor->query_wires[query];
	recursor->query_wires[query] = NULL;
	release(recursor, query);
	while (index != RECURSION_NONE) {
		struct recursion *recursion = &recursor->recursions[index];
		uint32_t next = recursion->next;
		recursion->query = QUERY_NONE;
		recursion->queries = (uint16_t)(recursion->queries + sent_count);
		if (event->kind == ITERATION_EVENT_TIMEOUT && odd_cause != PLX_CAUSE_NONE) {
			recursion->odd_cause = odd_cause;
		}
		recursion_step(recursor, index, &told);
		told.is_shared = true;
		told.is_same_message = true;
		index = next;
	}
	if (ended->wire != NULL) {
		message_store_drop(recursor->store, ended->wire);
		ended->wire = NULL;
	}
}

void open_query_expire(struct recursor *recursor, uint32_t query)
{
	const struct open_query *open = query_of(recursor, query);
	const struct iteration_event event = {
		.kind = ITERATION_EVENT_TIMEOUT,
		.rtt_ns = recursor->now_ns - open->sent_ns,
	};
	if (open->state == OPEN_QUERY_WAIT_UDP) {
		peer_timed_out(&recursor->peers.peers[open->peer], open->sent_ns, recursor->now_ns);
	}
	count(&recursor->config.counters->query_timeouts);
	open_query_end(recursor, query, &event);
}
