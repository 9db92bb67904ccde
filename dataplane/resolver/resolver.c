// SPDX-License-Identifier: BSD-3-Clause
// The public face of the engine: creation, upstreams, submit and cancel, what is due.

#include "resolver/resolver_state.h"

#include "base/table_memory.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BULK_RESERVE_SHIFT 3 // bulk may not take the last eighth of the look-ups

static int allocate(struct resolver *resolver)
{
	size_t max = resolver->lookups_max;
	// Memory is used as far as look-ups are in flight at once.
	resolver->lookups = table_memory_map(max * sizeof(*resolver->lookups));
	resolver->names = table_memory_map(max * sizeof(*resolver->names));
	resolver->aliases = table_memory_map_sparse(max * sizeof(*resolver->aliases));
	resolver->body = malloc(PLX_RESULT_BODY_MAX);
	if (resolver->lookups == NULL || resolver->names == NULL || resolver->aliases == NULL ||
	    resolver->body == NULL) {
		return -ENOMEM;
	}
	struct plx_siphash_key hash_key;
	plx_random_bytes(resolver->config.random, &hash_key, sizeof(hash_key));
	plx_random_bytes(resolver->config.random, &resolver->cookie_key,
			 sizeof(resolver->cookie_key));
	int error = transaction_table_init(&resolver->table, resolver->config.slot_bits, &hash_key);
	uint32_t timers = resolver->table.slot_count * RESOLVER_TIMERS_PER_SLOT;
	return error != 0 ? error
			  : timer_fifo_init(&resolver->timers, timers > RESOLVER_TIMERS_MIN
								       ? timers
								       : RESOLVER_TIMERS_MIN);
}

struct resolver *resolver_create(const struct resolver_config *config, int *ret_error)
{
	uint8_t slot_bits =
		config->slot_bits != 0 ? config->slot_bits : config->identity->slot_bits;
	if (config->worker_count == 0 || config->lookups_max == 0 ||
	    config->slot_bits > config->identity->slot_bits ||
	    config->lookups_max > 1u << slot_bits) {
		*ret_error = -EINVAL;
		return NULL;
	}
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	if (resolver == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	resolver->config = *config;
	resolver->outbox.sink = config->sink;
	resolver->outbox.counters = config->counters;
	resolver->config.slot_bits = slot_bits;
	resolver->worker_count = config->worker_count;
	resolver->lookups_max = config->lookups_max;
	int error = allocate(resolver);
	if (error != 0) {
		resolver_destroy(resolver);
		*ret_error = error;
		return NULL;
	}
	for (unsigned queue = 0; queue < SEND_QUEUES; queue++) {
		resolver->queues[queue] =
			(struct slot_queue) {.head = SLOT_NONE, .tail = SLOT_NONE};
	}
	resolver->free_lookup = LOOKUP_NONE;
	resolver->free_lookup_count = resolver->lookups_max;
	token_bucket_init_share(&resolver->total_bucket, config->total_rate_qps,
				config->worker_count);
	return resolver;
}

void resolver_destroy(struct resolver *resolver)
{
	if (resolver == NULL) {
		return;
	}
	result_outbox_fini(&resolver->outbox);
	transaction_table_fini(&resolver->table);
	timer_fifo_fini(&resolver->timers);
	table_memory_unmap(resolver->lookups, resolver->lookups_max * sizeof(*resolver->lookups));
	table_memory_unmap(resolver->names, resolver->lookups_max * sizeof(*resolver->names));
	table_memory_unmap(resolver->aliases, resolver->lookups_max * sizeof(*resolver->aliases));
	free(resolver->body);
	free(resolver);
}

void resolver_set_realtime_offset(struct resolver *resolver, uint64_t offset_ns)
{
	resolver->config.realtime_offset_ns = offset_ns;
}

static void rebuild_order(struct upstream_pool *pool)
{
	pool->count = 0;
	for (unsigned i = 0; i < UPSTREAMS_MAX; i++) {
		if (pool->servers[i].is_set && upstream_has_share(&pool->servers[i])) {
			pool->order[pool->count++] = (uint8_t)i;
		}
	}
}

void resolver_upstream_set(struct resolver *resolver, unsigned index,
			   const struct upstream_config *config)
{
	assert(index < UPSTREAMS_MAX && !resolver->pool.servers[index].is_set);
	const struct worker_share share = {
		.worker = resolver->config.worker,
		.worker_count = resolver->worker_count,
	};
	upstream_init(&resolver->pool.servers[index], config, &share, &resolver->cookie_key,
		      resolver->judged_ns);
	rebuild_order(&resolver->pool);
}

// Nothing may tell of a removed server by its index: the next server gets it.
static void forget_upstream(struct resolver *resolver, uint32_t slot, unsigned index,
			    uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, slot);
	if (transaction->failed_upstream == index) {
		transaction->failed_upstream = UPSTREAM_NONE;
	}
	if (transaction->upstream != index) {
		return;
	}
	enum transaction_state state = transaction->state;
	question_leave_upstream(resolver, transaction);
	transaction->upstream = UPSTREAM_NONE;
	if (state == TRANSACTION_WAIT_UDP || state == TRANSACTION_WAIT_TCP) {
		question_retry(resolver, slot, now_ns);
	}
}

void resolver_upstream_remove(struct resolver *resolver, unsigned index, uint64_t now_ns)
{
	assert(index < UPSTREAMS_MAX);
	resolver_begin(resolver, now_ns);
	for (uint32_t slot = 0; slot < resolver->table.slot_count; slot++) {
		if (slot_of(resolver, slot)->state != TRANSACTION_FREE) {
			forget_upstream(resolver, slot, index, now_ns);
		}
	}
	resolver->pool.servers[index].is_set = false;
	rebuild_order(&resolver->pool);
}

void resolver_upstream_drain(struct resolver *resolver, unsigned index, bool is_draining)
{
	assert(index < UPSTREAMS_MAX);
	resolver->pool.servers[index].is_draining = is_draining;
}

void resolver_upstream_reachable(struct resolver *resolver, unsigned index, bool is_reachable)
{
	assert(index < UPSTREAMS_MAX);
	resolver->pool.servers[index].is_reachable = is_reachable;
}

void resolver_upstream_read(const struct resolver *resolver, unsigned index,
			    struct upstream_snapshot *ret_snapshot)
{
	const struct upstream *upstream = &resolver->pool.servers[index];
	uint64_t now_ns = plx_counter_read(&resolver->judged_ns);
	*ret_snapshot = (struct upstream_snapshot) {
		.is_set = upstream->is_set,
		.is_draining = upstream->is_draining,
		.is_reachable = upstream->is_reachable,
		.health = upstream_health_name((enum upstream_health)upstream->health),
		.config = upstream->config,
		.in_flight = upstream->in_flight,
		.window = upstream->window.size,
		.srtt_us = (uint32_t)(upstream->srtt_ns / 1000),
		.rto_ms = (uint32_t)(upstream_timeout_ns(upstream, 0) / 1000 / 1000),
		.sent = plx_counter_read(&upstream->sent),
		.answered = plx_counter_read(&upstream->answered),
		.timeouts = plx_counter_read(&upstream->timeouts),
		.failures = plx_counter_read(&upstream->failures),
		.unwanted = plx_counter_read(&upstream->unwanted),
		.has_cookie = upstream->server_cookie_length > 0,
		.no_edns = now_ns < upstream->no_edns_until_ns,
		.no_0x20 = now_ns < upstream->no_case_until_ns,
		.tcp_only = upstream_wants_tcp(upstream, now_ns),
		.no_tcp = upstream->tcp_failures_in_row >= UPSTREAM_TCP_BROKEN_ROW,
	};
}

uint32_t resolver_room(const struct resolver *resolver, enum plx_priority priority)
{
	uint32_t room = resolver->free_lookup_count;
	if (priority != PLX_PRIORITY_BULK) {
		return room;
	}
	uint32_t reserve = resolver->lookups_max >> BULK_RESERVE_SHIFT;
	// Those that wait for TCP count too: when a server is under alarm, everything does.
	uint32_t queued = resolver->queues[SEND_BULK].length + resolver->queues[SEND_TCP].length +
			  resolver->batch.count;
	if (room <= reserve || queued >= RESOLVER_BULK_QUEUED_MAX) {
		return 0;
	}
	room -= reserve;
	return room < RESOLVER_BULK_QUEUED_MAX - queued ? room : RESOLVER_BULK_QUEUED_MAX - queued;
}

int resolver_submit(struct resolver *resolver, unsigned client, enum plx_priority priority,
		    const struct plx_job *job, uint64_t now_ns)
{
	assert(client < RESOLVER_CLIENTS_MAX);
	resolver->now_ns = now_ns;
	if (result_outbox_has(&resolver->outbox, client)) {
		return -EBUSY;
	}
	if (resolver_room(resolver, priority) == 0) {
		return -EAGAIN;
	}
	return lookup_start(resolver, client, priority, job, now_ns);
}

static void drop_waiters_of(struct resolver *resolver, uint32_t slot, unsigned client)
{
	struct transaction *transaction = slot_of(resolver, slot);
	uint32_t *link = &transaction->first_waiter;
	while (*link != LOOKUP_NONE) {
		struct lookup *lookup = &resolver->lookups[*link];
		if (lookup->client != client) {
			link = &lookup->next_waiter;
			continue;
		}
		uint32_t gone = *link;
		*link = lookup->next_waiter;
		lookup_release(resolver, gone);
	}
	if (transaction->first_waiter == LOOKUP_NONE) {
		question_close_unwanted(resolver, slot);
	}
}

void resolver_prefetch(const struct resolver *resolver, uint32_t slot)
{
	if (slot < resolver->table.slot_count) {
		__builtin_prefetch(&resolver->table.slots[slot]);
		__builtin_prefetch(&resolver->table.names[slot]);
	}
}

static void prefetch_outcome(const struct resolver *resolver, const struct query_code *code)
{
	const struct transaction *transaction = &resolver->table.slots[code->slot];
	if (transaction->generation == code->generation &&
	    transaction->first_waiter != LOOKUP_NONE) {
		transaction_prefetch_bucket(&resolver->table, transaction->name_hash);
		// Of 40 octets: it may lie in two lines.
		const struct lookup *lookup = &resolver->lookups[transaction->first_waiter];
		__builtin_prefetch(lookup, 1);
		__builtin_prefetch(&lookup->has_dnssec, 1);
		__builtin_prefetch(&resolver->names[transaction->first_waiter]);
	}
}

void resolver_prefetch_outcomes(const struct resolver *resolver, const struct query_pair *pairs,
				unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (pairs[i].code.slot < resolver->table.slot_count) {
			prefetch_outcome(resolver, &pairs[i].code);
		}
	}
	// The question that stands before it in its bucket, if there is one, is changed when it is released.
	for (unsigned i = 0; i < count; i++) {
		if (pairs[i].code.slot < resolver->table.slot_count) {
			const struct transaction *transaction =
				&resolver->table.slots[pairs[i].code.slot];
			transaction_prefetch_chain(&resolver->table, transaction->name_hash);
		}
	}
}

// Somebody's deadline came while the query is out.
static void expire_deadline(struct resolver *resolver, uint32_t slot, uint64_t now_ns)
{
	const struct transaction *transaction = slot_of(resolver, slot);
	if (transaction->state != TRANSACTION_WAIT_UDP &&
	    transaction->state != TRANSACTION_WAIT_TCP) {
		return;
	}
	if (question_drop_overdue(resolver, slot, now_ns)) {
		question_watch_deadline(resolver, slot);
	}
}

// A wait is over: the query by UDP is lost. (The TCP thread ends every query itself.)
static void expire_one(struct resolver *resolver, const struct timer_entry *entry, uint64_t now_ns)
{
	struct transaction *transaction = slot_of(resolver, entry->slot);
	if (transaction->generation != (entry->generation & ~TIMER_FOR_DEADLINE)) {
		return;
	}
	if (entry->generation & TIMER_FOR_DEADLINE) {
		expire_deadline(resolver, entry->slot, now_ns);
		return;
	}
	if (transaction->state != TRANSACTION_WAIT_UDP) {
		return;
	}
	count(&resolver->config.counters->query_timeouts);
	upstream_timed_out(&resolver->pool.servers[transaction->upstream], now_ns);
	transaction->state = TRANSACTION_QUEUED;
	if (question_drop_overdue(resolver, entry->slot, now_ns)) {
		question_retry(resolver, entry->slot, now_ns);
	}
}

#define EXPIRE_BATCH 32

// Nearly all of these timers belong to queries that were answered, whose slots left the caches long ago.
static void expire_timers(struct resolver *resolver, uint64_t now_ns)
{
	PLX_UNINITIALIZED struct timer_entry entries[EXPIRE_BATCH];
	for (unsigned handled = 0; handled < RESOLVER_EXPIRE_BURST; handled += EXPIRE_BATCH) {
		unsigned count = timer_fifo_pop(&resolver->timers, now_ns, EXPIRE_BATCH, entries);
		for (unsigned i = 0; i < count; i++) {
			__builtin_prefetch(slot_of(resolver, entries[i].slot));
		}
		for (unsigned i = 0; i < count; i++) {
			expire_one(resolver, &entries[i], now_ns);
		}
		if (count < EXPIRE_BATCH) {
			break;
		}
	}
}

// Waiting questions have no timer: the oldest of each queue are looked at instead.
static void expire_queued(struct resolver *resolver, uint64_t now_ns)
{
	for (enum send_queue queue = SEND_INTERACTIVE; queue < SEND_QUEUES; queue++) {
		for (unsigned handled = 0; handled < RESOLVER_EXPIRE_BURST; handled++) {
			uint32_t slot = resolver->queues[queue].head;
			if (slot == SLOT_NONE || slot_of(resolver, slot)->deadline_ns > now_ns) {
				break;
			}
			question_dequeue(resolver, queue);
			if (question_drop_overdue(resolver, slot, now_ns)) {
				question_enqueue(resolver, slot, queue);
			}
		}
	}
}

static void purge_queues(struct resolver *resolver, uint64_t now_ns)
{
	bool has_queued = false;
	for (enum send_queue queue = SEND_INTERACTIVE; queue < SEND_QUEUES; queue++) {
		question_purge_queue(resolver, queue, now_ns);
		has_queued |= resolver->queues[queue].head != SLOT_NONE;
	}
	resolver->has_unordered_queue = has_queued;
	resolver->purged_ns = now_ns;
}

void resolver_cancel_client(struct resolver *resolver, unsigned client)
{
	resolver_begin(resolver, resolver->now_ns);
	result_outbox_forget(&resolver->outbox, client);
	for (uint32_t slot = 0;
	     slot < resolver->table.slot_count && resolver->client_lookups[client] > 0; slot++) {
		if (slot_of(resolver, slot)->state != TRANSACTION_FREE) {
			drop_waiters_of(resolver, slot, client);
		}
	}
	purge_queues(resolver, resolver->now_ns);
}

void resolver_expire(struct resolver *resolver, uint64_t now_ns)
{
	resolver_begin(resolver, now_ns);
	if (resolver->outbox.clients_parked != 0) {
		result_outbox_offer(&resolver->outbox);
	}
	expire_timers(resolver, now_ns);
	expire_queued(resolver, now_ns);
	if (resolver->has_unordered_queue && now_ns - resolver->purged_ns >= RESOLVER_PURGE_NS) {
		purge_queues(resolver, now_ns);
	}
	if (now_ns - resolver->judged_ns >= FLOW_WINDOW_INTERVAL_NS) {
		__atomic_store_n(&resolver->judged_ns, now_ns, __ATOMIC_RELAXED);
		for (unsigned i = 0; i < resolver->pool.count; i++) {
			flow_window_judge(&resolver->pool.servers[resolver->pool.order[i]].window,
					  now_ns);
		}
	}
	struct plx_worker_counters *counters = resolver->config.counters;
	__atomic_store_n(&counters->lookups_in_flight,
			 resolver->lookups_max - resolver->free_lookup_count, __ATOMIC_RELAXED);
	__atomic_store_n(&counters->questions_in_flight,
			 resolver->table.slot_count - transaction_free_count(&resolver->table),
			 __ATOMIC_RELAXED);
}

#define QUEUE_POLL_NS (1000ull * 1000) // queued work that limits hold back is looked at this often

uint64_t resolver_next_wakeup(const struct resolver *resolver, uint64_t now_ns)
{
	uint64_t next_ns = timer_fifo_next_ns(&resolver->timers);
	bool has_queued = resolver->outbox.clients_parked != 0 || resolver->batch.count > 0;
	for (unsigned queue = 0; queue < SEND_QUEUES; queue++) {
		has_queued |= resolver->queues[queue].head != SLOT_NONE;
	}
	if (has_queued && now_ns + QUEUE_POLL_NS < next_ns) {
		next_ns = now_ns + QUEUE_POLL_NS;
	}
	return next_ns;
}
