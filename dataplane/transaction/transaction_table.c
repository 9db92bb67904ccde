// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/transaction_table.h"

#include <parallax/base/octets_copy.h>

#include "base/table_memory.h"
#include "transaction/generation.h"

#include <errno.h>
#include <string.h>

int transaction_table_init(struct transaction_table *table, uint8_t slot_bits,
			   const struct plx_siphash_key *hash_seed)
{
	size_t count = (size_t)1 << slot_bits;
	*table = (struct transaction_table) {.slot_count = (uint32_t)count};
	question_hash_key_init(&table->hash_key, hash_seed);
	table->slots = table_memory_map(count * sizeof(*table->slots));
	table->names = table_memory_map(count * sizeof(*table->names));
	table->buckets = table_memory_map(2 * count * sizeof(*table->buckets));
	table->free_slots = table_memory_map(count * sizeof(*table->free_slots));
	if (table->slots == NULL || table->names == NULL || table->buckets == NULL ||
	    table->free_slots == NULL) {
		transaction_table_fini(table);
		return -ENOMEM;
	}
	for (uint32_t slot = 0; slot < count; slot++) {
		table->slots[slot].generation = (uint16_t)plx_siphash_word(hash_seed, slot);
		table->free_slots[slot] = slot;
	}
	memset(table->buckets, 0xff, 2 * count * sizeof(*table->buckets)); // SLOT_NONE
	table->free_tail = (uint32_t)count;
	return 0;
}

void transaction_table_fini(struct transaction_table *table)
{
	size_t count = table->slot_count;
	table_memory_unmap(table->slots, count * sizeof(*table->slots));
	table_memory_unmap(table->names, count * sizeof(*table->names));
	table_memory_unmap(table->buckets, 2 * count * sizeof(*table->buckets));
	table_memory_unmap(table->free_slots, count * sizeof(*table->free_slots));
	*table = (struct transaction_table) {0};
}

uint32_t transaction_key_hash(const struct transaction_table *table,
			      const struct transaction_key *key)
{
	return question_hash(&table->hash_key, key->name, key->name_length, key->qtype,
			     key->key_flags);
}

// Label lengths are below 'A', so folding whole wire names never confuses them with letters.
static bool is_same_name(const uint8_t *a, const uint8_t *b, unsigned length)
{
	for (unsigned i = 0; i < length; i++) {
		if (plx_ascii_lower(a[i]) != plx_ascii_lower(b[i])) {
			return false;
		}
	}
	return true;
}

uint32_t transaction_find(const struct transaction_table *table, const struct transaction_key *key)
{
	uint32_t slot = table->buckets[key->hash & (2 * table->slot_count - 1)];
	while (slot != SLOT_NONE) {
		const struct transaction *transaction = &table->slots[slot];
		if (transaction->name_hash == key->hash && transaction->qtype == key->qtype &&
		    transaction->key_flags == key->key_flags &&
		    transaction->name_length == key->name_length &&
		    is_same_name(table->names[slot].wire, key->name, key->name_length)) {
			return slot;
		}
		slot = transaction->next_hashed;
	}
	return SLOT_NONE;
}

uint32_t transaction_acquire(struct transaction_table *table, const struct transaction_key *key)
{
	if (table->free_head == table->free_tail) {
		return SLOT_NONE;
	}
	uint32_t slot = table->free_slots[table->free_head++ & (table->slot_count - 1)];
	struct transaction *transaction = &table->slots[slot];
	// The next one comes from far away in time: have it here when it is needed.
	transaction_prefetch_acquire(table, 0);

	uint32_t *bucket = &table->buckets[key->hash & (2 * table->slot_count - 1)];
	*transaction = (struct transaction) {
		.name_hash = key->hash,
		.next_hashed = *bucket,
		.next_queued = SLOT_NONE,
		.first_waiter = SLOT_NONE,
		.qtype = key->qtype,
		.key_flags = key->key_flags,
		.name_length = key->name_length,
		.state = TRANSACTION_QUEUED,
		// Of the questions before, whose answers may still come.
		.generation = transaction->generation,
		.renewals = transaction->renewals,
	};
	table->names[slot].length = key->name_length;
	plx_octets_copy(table->names[slot].wire, key->name, key->name_length);
	*bucket = slot;
	return slot;
}

void transaction_release(struct transaction_table *table, uint32_t slot)
{
	struct transaction *transaction = &table->slots[slot];
	assert(transaction->state != TRANSACTION_FREE);
	uint32_t *link = &table->buckets[transaction->name_hash & (2 * table->slot_count - 1)];
	while (*link != slot) {
		link = &table->slots[*link].next_hashed;
	}
	*link = transaction->next_hashed;

	transaction->state = TRANSACTION_FREE;
	table->free_slots[table->free_tail++ & (table->slot_count - 1)] = slot;
}

void transaction_start(struct transaction *transaction, uint32_t random_bits,
		       unsigned generation_bits)
{
	generation_advance(&transaction->generation, &transaction->renewals,
			   1 + (random_bits & GENERATION_START_STEP_MASK), generation_bits);
}

void transaction_renew(struct transaction *transaction, unsigned generation_bits)
{
	generation_advance(&transaction->generation, &transaction->renewals, 1, generation_bits);
}

uint32_t transaction_age(const struct transaction *transaction, uint32_t generation,
			 unsigned generation_bits)
{
	return generation_age(transaction->generation, generation, generation_bits);
}

bool transaction_had(const struct transaction *transaction, uint32_t generation,
		     unsigned generation_bits)
{
	return transaction_age(transaction, generation, generation_bits) <= transaction->renewals;
}
