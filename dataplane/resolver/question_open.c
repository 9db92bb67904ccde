// SPDX-License-Identifier: BSD-3-Clause
// How a look-up comes to wait on a question: one that is open, or a new one. Look-ups that clients submit wait a moment
// before that, a batch together, while what they will touch is fetched: the bucket of the hash, the question that is in
// it, the slot that is free.

#include "resolver/resolver_state.h"

#include <errno.h>

// An interactive look-up joined a bulk question that was not sent yet. Rare, so a walk will do.
static void move_before_bulk(struct resolver *resolver, uint32_t slot)
{
	struct slot_queue *bulk = &resolver->queues[SEND_BULK];
	uint32_t previous = SLOT_NONE;
	uint32_t at = bulk->head;
	while (at != SLOT_NONE && at != slot) {
		previous = at;
		at = slot_of(resolver, at)->next_queued;
	}
	if (at == SLOT_NONE) {
		return; // in a queue that is served before bulk anyway
	}
	uint32_t next = slot_of(resolver, slot)->next_queued;
	if (previous == SLOT_NONE) {
		bulk->head = next;
	} else {
		slot_of(resolver, previous)->next_queued = next;
	}
	bulk->length--;
	if (bulk->tail == slot) {
		bulk->tail = previous;
	}
	question_enqueue(resolver, slot, SEND_INTERACTIVE);
}

static void join(struct resolver *resolver, uint32_t slot, uint32_t index)
{
	struct transaction *transaction = slot_of(resolver, slot);
	struct lookup *lookup = &resolver->lookups[index];
	lookup->slot = slot;
	lookup->next_waiter = transaction->first_waiter;
	bool is_first = transaction->first_waiter == LOOKUP_NONE;
	transaction->first_waiter = index;
	if (is_first || lookup->deadline_ns < transaction->deadline_ns) {
		transaction->deadline_ns = lookup->deadline_ns;
	}
	if (lookup->attempts_max > transaction->attempts_max) {
		transaction->attempts_max = lookup->attempts_max < RESOLVER_QUESTION_QUERIES_MAX
						    ? lookup->attempts_max
						    : RESOLVER_QUESTION_QUERIES_MAX;
	}
	if (lookup->priority == PLX_PRIORITY_INTERACTIVE) {
		transaction->flags |= TRANSACTION_INTERACTIVE;
	}
}

static void join_open(struct resolver *resolver, uint32_t slot, uint32_t index)
{
	struct transaction *transaction = slot_of(resolver, slot);
	const struct lookup *lookup = &resolver->lookups[index];
	bool was_bulk = (transaction->flags & TRANSACTION_INTERACTIVE) == 0;
	uint64_t earliest_ns = transaction->deadline_ns;
	join(resolver, slot, index);
	count(&resolver->config.counters->questions_merged);
	if (was_bulk && lookup->priority == PLX_PRIORITY_INTERACTIVE &&
	    transaction->state == TRANSACTION_QUEUED) {
		move_before_bulk(resolver, slot);
	}
	if (lookup->deadline_ns < earliest_ns) {
		// Timers and places in queues were chosen for those who wait longer.
		resolver->has_unordered_queue = true;
		question_watch_deadline(resolver, slot);
	}
}

static void start_question(struct resolver *resolver, uint32_t slot, uint32_t index)
{
	struct transaction *transaction = slot_of(resolver, slot);
	transaction->upstream = UPSTREAM_NONE;
	transaction->failed_upstream = UPSTREAM_NONE;
	transaction_start(transaction, plx_random_u8(resolver->config.random),
			  resolver->config.identity->generation_bits);
	join(resolver, slot, index);
	enum send_queue queue = SEND_BULK;
	if (transaction->key_flags & PLX_JOB_TCP_ONLY) {
		transaction->flags |= TRANSACTION_BY_TCP;
		queue = SEND_TCP;
	} else if (resolver->lookups[index].priority == PLX_PRIORITY_INTERACTIVE) {
		queue = SEND_INTERACTIVE;
	}
	question_enqueue(resolver, slot, queue);
}

static int ask_key(struct resolver *resolver, uint32_t index, const struct transaction_key *key)
{
	uint32_t slot = SLOT_NONE;
	if (PLX_LIKELY((key->key_flags & PLX_JOB_UNMERGED) == 0)) {
		slot = transaction_find(&resolver->table, key);
	}
	if (slot != SLOT_NONE) {
		join_open(resolver, slot, index);
		return 0;
	}
	slot = transaction_acquire(&resolver->table, key);
	if (slot == SLOT_NONE) {
		return -EAGAIN;
	}
	start_question(resolver, slot, index);
	return 0;
}

static struct transaction_key key_of(const struct resolver *resolver, uint32_t index,
				     const uint8_t *name, uint8_t name_length)
{
	const struct lookup *lookup = &resolver->lookups[index];
	struct transaction_key key = {
		.name = name,
		.name_length = name_length,
		.qtype = lookup->qtype,
		.key_flags = lookup->flags & (PLX_JOB_TCP_ONLY | PLX_JOB_BENCHMARK),
	};
	if (PLX_UNLIKELY((key.key_flags & PLX_JOB_UNMERGED) != 0)) {
		key.hash = plx_random_u32(
			resolver->config.random); // in some chain: nobody looks for it
	} else {
		key.hash = transaction_key_hash(&resolver->table, &key);
	}
	return key;
}

int question_ask(struct resolver *resolver, uint32_t index, const uint8_t *name,
		 uint8_t name_length)
{
	const struct transaction_key key = key_of(resolver, index, name, name_length);
	return ask_key(resolver, index, &key);
}

void question_ask_soon(struct resolver *resolver, uint32_t index)
{
	const struct plx_name *name = &resolver->names[index];
	struct question_batch *batch = &resolver->batch;
	if (batch->count == QUESTION_BATCH_MAX) {
		question_ask_batch(resolver);
	}
	const struct transaction_key key = key_of(resolver, index, name->wire, name->length);
	transaction_prefetch_bucket(&resolver->table, key.hash);
	transaction_prefetch_acquire(&resolver->table, batch->count);
	batch->keys[batch->count] = key;
	batch->lookups[batch->count++] = index;
}

void question_ask_batch(struct resolver *resolver)
{
	struct question_batch *batch = &resolver->batch;
	unsigned count = batch->count;
	batch->count = 0;
	for (unsigned i = 0; i < count; i++) {
		transaction_prefetch_chain(&resolver->table, batch->keys[i].hash);
	}
	for (unsigned i = 0; i < count; i++) {
		if (ask_key(resolver, batch->lookups[i], &batch->keys[i]) != 0) {
			lookup_fail_unasked(resolver, batch->lookups[i]);
		}
	}
}
