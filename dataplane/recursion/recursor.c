// SPDX-License-Identifier: BSD-3-Clause
// The public face of iterative look-ups: creation, submit and cancel, what is due.

#include "recursion/recursor_state.h"

#include "base/table_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BULK_RESERVE_SHIFT 3 // bulk may not take the last eighth of the look-ups
// Address look-ups for name servers stack frames on those of the look-ups.
#define FRAMES_PER_LOOKUP 2
#define FRAMES_MIN 64
// A store this full takes no new bulk work: what is in flight needs the rest.
#define STORE_FULL_EIGHTHS 6

static void *map_table(uint64_t count, size_t bytes)
{
	return table_memory_map((size_t)count * bytes);
}

static int create_parts(struct recursor *recursor)
{
	const struct recursor_config *config = &recursor->config;
	struct plx_siphash_key keys[6];
	plx_random_bytes(config->random, keys, sizeof(keys));
	question_hash_key_init(&recursor->hash_key, &keys[0]);
	recursor->context = (struct iteration_context) {
		.random = config->random,
		.root_hints = config->root_hints != NULL ? &recursor->root_hints : NULL,
		.families = config->families,
		.probe_type = config->asks_whole_names ? 0 : PLX_TYPE_A,
	};
	uint32_t frames = recursor->recursions_max * FRAMES_PER_LOOKUP;
	recursor->frame_count = frames > FRAMES_MIN ? frames : FRAMES_MIN;
	uint32_t peers = config->servers_max + config->slot_count + 1;
	int error = packed_store_create(config->cache_bytes, &keys[1], &recursor->context.cache);
	if (error == 0) {
		error = server_book_create(config->servers_max, &keys[2], &recursor->context.book);
	}
	if (error == 0) {
		error = iteration_frames_create(recursor->frame_count, &recursor->context.frames);
	}
	if (error == 0) {
		error = peer_table_init(&recursor->peers, peers, config->server_rate_qps, &keys[3]);
	}
	if (error == 0) {
		error = message_store_create(config->message_bytes_max, &recursor->store);
	}
	if (error == 0 && config->validates && config->anchors != NULL) {
		recursor->unsigned_zones = unsigned_zones_create(config->anchors, &keys[5]);
		error = recursor->unsigned_zones != NULL ? 0 : -ENOMEM;
	}
	if (error == 0) {
		error = due_wheel_init(&recursor->wheel,
				       config->slot_count + recursor->recursions_max + peers);
	}
	return error;
}

static int allocate(struct recursor *recursor)
{
	uint32_t slots = recursor->config.slot_count;
	uint32_t lookups = recursor->recursions_max;
	recursor->bucket_count = 64;
	while (recursor->bucket_count < 2 * slots) {
		recursor->bucket_count *= 2;
	}
	recursor->free_query_capacity = recursor->bucket_count / 2;
	recursor->proofs_max = lookups < RECURSOR_PROOFS_MAX ? lookups : RECURSOR_PROOFS_MAX;
	recursor->queries = map_table(slots, sizeof(*recursor->queries));
	recursor->query_names = map_table(slots, sizeof(*recursor->query_names));
	recursor->query_buckets =
		map_table(recursor->bucket_count, sizeof(*recursor->query_buckets));
	recursor->free_queries =
		map_table(recursor->free_query_capacity, sizeof(*recursor->free_queries));
	recursor->recursions = map_table(lookups, sizeof(*recursor->recursions));
	recursor->names = map_table(lookups, sizeof(*recursor->names));
	recursor->more_names = table_memory_map_sparse(lookups * sizeof(*recursor->more_names));
	recursor->requests =
		table_memory_map_sparse(recursor->proofs_max * sizeof(*recursor->requests));
	recursor->free_requests = calloc(recursor->proofs_max, sizeof(*recursor->free_requests));
	recursor->query_wires = calloc(slots, sizeof(*recursor->query_wires));
	recursor->body = malloc(PLX_RESULT_BODY_MAX);
	recursor->trace = malloc(PLX_TRACE_BYTES_MAX);
	recursor->response = malloc(PLX_MESSAGE_MAX);
	bool has_all = recursor->queries != NULL && recursor->query_names != NULL &&
		       recursor->query_buckets != NULL && recursor->free_queries != NULL &&
		       recursor->recursions != NULL && recursor->names != NULL &&
		       recursor->more_names != NULL && recursor->requests != NULL &&
		       recursor->free_requests != NULL && recursor->query_wires != NULL &&
		       recursor->body != NULL && recursor->trace != NULL &&
		       recursor->response != NULL;
	return has_all ? 0 : -ENOMEM;
}

static void make_all_free(struct recursor *recursor)
{
	for (uint32_t i = 0; i < recursor->config.slot_count; i++) {
		recursor->queries[i].generation = (uint16_t)plx_random_u32(recursor->config.random);
		recursor->free_queries[recursor->free_query_tail++] = i;
	}
	memset(recursor->query_buckets, 0xff,
	       recursor->bucket_count * sizeof(*recursor->query_buckets)); // QUERY_NONE
	recursor->free_recursion = RECURSION_NONE;
	recursor->free_recursion_count = recursor->recursions_max;
	// The last freed is used next, so requests that were never needed are never touched.
	for (uint32_t i = recursor->proofs_max; i-- > 0;) {
		recursor->free_requests[recursor->free_request_count++] = i;
	}
	for (unsigned queue = 0; queue < SEND_QUEUES; queue++) {
		recursor->queues[queue] =
			(struct query_queue) {.head = QUERY_NONE, .tail = QUERY_NONE};
	}
	recursor->first_unproved = RECURSION_NONE;
	recursor->last_unproved = RECURSION_NONE;
}

struct recursor *recursor_create(const struct recursor_config *config, int *ret_error)
{
	uint32_t slot_limit = 1u << config->identity->slot_bits;
	if (config->lookups_max == 0 || config->slot_count < 2 || config->slot_count > slot_limit ||
	    config->first_slot > slot_limit - config->slot_count) {
		*ret_error = -EINVAL;
		return NULL;
	}
	struct recursor *recursor = calloc(1, sizeof(*recursor));
	if (recursor == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	recursor->config = *config;
	recursor->outbox.sink = config->sink;
	recursor->outbox.counters = config->counters;
	// Each has a query out; one more is for priming.
	recursor->recursions_max = config->lookups_max < config->slot_count
					   ? config->lookups_max + 1
					   : config->slot_count;
	if (config->root_hints != NULL) {
		recursor->root_hints = *config->root_hints;
	}
	int error = allocate(recursor);
	if (error == 0) {
		error = create_parts(recursor);
	}
	if (error != 0) {
		recursor_destroy(recursor);
		*ret_error = error;
		return NULL;
	}
	make_all_free(recursor);
	token_bucket_init(&recursor->total_bucket, config->total_rate_qps);
	return recursor;
}

void recursor_destroy(struct recursor *recursor)
{
	if (recursor == NULL) {
		return;
	}
	uint32_t slots = recursor->config.slot_count;
	uint32_t lookups = recursor->recursions_max;
	result_outbox_fini(&recursor->outbox);
	packed_store_destroy(recursor->context.cache);
	server_book_destroy(recursor->context.book);
	iteration_frames_destroy(recursor->context.frames);
	peer_table_fini(&recursor->peers);
	message_store_destroy(recursor->store);
	unsigned_zones_destroy(recursor->unsigned_zones);
	due_wheel_fini(&recursor->wheel);
	table_memory_unmap(recursor->queries, slots * sizeof(*recursor->queries));
	table_memory_unmap(recursor->query_names, slots * sizeof(*recursor->query_names));
	table_memory_unmap(recursor->query_buckets,
			   recursor->bucket_count * sizeof(*recursor->query_buckets));
	table_memory_unmap(recursor->free_queries,
			   recursor->free_query_capacity * sizeof(*recursor->free_queries));
	table_memory_unmap(recursor->recursions, lookups * sizeof(*recursor->recursions));
	table_memory_unmap(recursor->names, lookups * sizeof(*recursor->names));
	table_memory_unmap(recursor->more_names, lookups * sizeof(*recursor->more_names));
	table_memory_unmap(recursor->requests, recursor->proofs_max * sizeof(*recursor->requests));
	free(recursor->free_requests);
	free(recursor->query_wires);
	free(recursor->body);
	free(recursor->trace);
	free(recursor->response);
	free(recursor);
}

void recursor_set_realtime_offset(struct recursor *recursor, uint64_t offset_ns)
{
	recursor->config.realtime_offset_ns = offset_ns;
}

uint32_t recursor_room(const struct recursor *recursor, enum plx_priority priority)
{
	// The one for priming is not for jobs.
	uint32_t room = recursor->free_recursion_count;
	room -= room > 0 && !recursor->is_priming ? 1 : 0;
	if (priority != PLX_PRIORITY_BULK) {
		return room;
	}
	uint32_t reserve = recursor->recursions_max >> BULK_RESERVE_SHIFT;
	uint32_t queued = recursor->queues[SEND_BULK].length + recursor->queues[SEND_TCP].length;
	bool is_store_full = message_store_bytes_used(recursor->store) >
			     message_store_bytes_max(recursor->store) / 8 * STORE_FULL_EIGHTHS;
	if (room <= reserve || queued >= RECURSOR_BULK_QUEUED_MAX || is_store_full ||
	    recursor->unproved_count >= recursor->proofs_max) {
		return 0;
	}
	room -= reserve;
	return room < RECURSOR_BULK_QUEUED_MAX - queued ? room : RECURSOR_BULK_QUEUED_MAX - queued;
}

int recursor_submit(struct recursor *recursor, unsigned client, enum plx_priority priority,
		    const struct plx_job *job, uint64_t now_ns)
{
	assert(client < RESOLVER_CLIENTS_MAX);
	recursor->now_ns = now_ns;
	if (result_outbox_has(&recursor->outbox, client)) {
		return -EBUSY;
	}
	priming_begin(recursor);
	if (recursor_room(recursor, priority) == 0) {
		return -EAGAIN;
	}
	return recursion_start(recursor, client, priority, job);
}

void recursor_cancel_client(struct recursor *recursor, unsigned client)
{
	result_outbox_forget(&recursor->outbox, client);
	for (uint32_t i = 0;
	     i < recursor->fresh_recursion && recursor->client_recursions[client] > 0; i++) {
		const struct recursion *recursion = &recursor->recursions[i];
		bool is_live = recursion->state != RECURSION_FREE &&
			       recursion->state != RECURSION_ABANDONED;
		if (is_live && recursion->kind != RECURSION_PRIMING &&
		    recursion->client == client) {
			recursion_release(recursor, i);
		}
	}
}

static void expire_one(struct recursor *recursor, uint32_t id)
{
	uint32_t slots = recursor->config.slot_count;
	if (id < slots) {
		open_query_expire(recursor, id);
	} else if (id - slots < recursor->recursions_max) {
		recursion_expire(recursor, id - slots);
	} else {
		open_query_release_held(recursor, id - slots - recursor->recursions_max);
	}
}

// Priming is nobody's look-up.
static void show_gauges(const struct recursor *recursor)
{
	struct plx_worker_counters *counters = recursor->config.counters;
	uint32_t open = recursor->recursions_max - recursor->free_recursion_count;
	open -= open > 0 && recursor->is_priming ? 1 : 0;
	__atomic_store_n(&counters->iterative_in_flight, open, __ATOMIC_RELAXED);
	__atomic_store_n(&counters->iterative_queries_in_flight,
			 recursor->config.slot_count -
				 (recursor->free_query_tail - recursor->free_query_head),
			 __ATOMIC_RELAXED);
	__atomic_store_n(&counters->iterative_cache_entries,
			 packed_store_counts(recursor->context.cache).entries, __ATOMIC_RELAXED);
}

void recursor_expire(struct recursor *recursor, uint64_t now_ns)
{
	recursor->now_ns = now_ns;
	if (recursor->outbox.clients_parked != 0) {
		result_outbox_offer(&recursor->outbox);
	}
	for (unsigned handled = 0; handled < RECURSOR_EXPIRE_BURST; handled++) {
		uint32_t id = due_wheel_pop(&recursor->wheel, now_ns);
		if (id == DUE_NONE) {
			break;
		}
		expire_one(recursor, id);
	}
	show_gauges(recursor);
}

#define QUEUE_POLL_NS (1000ull * 1000) // queued work that limits hold back is looked at this often

uint64_t recursor_next_wakeup(const struct recursor *recursor, uint64_t now_ns)
{
	uint64_t next_ns = due_wheel_next_ns(&recursor->wheel);
	bool has_queued =
		recursor->outbox.clients_parked != 0 || recursor->first_unproved != RECURSION_NONE;
	for (unsigned queue = 0; queue < SEND_QUEUES; queue++) {
		has_queued |= recursor->queues[queue].head != QUERY_NONE;
	}
	if (has_queued && now_ns + QUEUE_POLL_NS < next_ns) {
		next_ns = now_ns + QUEUE_POLL_NS;
	}
	return next_ns;
}

uint32_t recursor_flush(struct recursor *recursor, const struct plx_name *zone)
{
	if (zone->length == 1) {
		server_book_flush(recursor->context.book);
		recursor->prime_after_ns = 0;
	}
	recursor->flush_count++;
	if (recursor->unsigned_zones != NULL) {
		unsigned_zones_flush(recursor->unsigned_zones, zone);
	}
	return delegation_cache_flush(recursor->context.cache, zone);
}

bool recursor_is_idle(const struct recursor *recursor)
{
	return recursor->free_recursion_count == recursor->recursions_max &&
	       recursor->free_query_tail - recursor->free_query_head ==
		       recursor->config.slot_count &&
	       recursor->free_request_count == recursor->proofs_max &&
	       iteration_frames_free_count(recursor->context.frames) == recursor->frame_count &&
	       message_store_bytes_used(recursor->store) == 0 && recursor->wheel.armed_count == 0 &&
	       recursor->outbox.clients_parked == 0;
}
