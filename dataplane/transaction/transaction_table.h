// SPDX-License-Identifier: BSD-3-Clause
// The table of open questions. One question owns one slot of 64 bytes (a cache line); its name, as it was last sent,
// lies in an array of its own. A slot is found two ways: by its index, which every answer carries encrypted
// (query_identity.h), and by (name, type, flags) through a hash that merges identical questions.
//
// Free slots wait in a FIFO, not a stack: the next (slot, generation) pairs then walk through the whole code space,
// so that pairs seen long ago tell nothing about those to come. The generations of a slot go on from question to
// question, a few at a time at random, and start at random: an answer that comes after its question ended, when the slot
// has served others, is known as late for the next 255 generations.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/siphash.h>
#include <parallax/dns/name.h>

#include "transaction/question_hash.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#define SLOT_NONE UINT32_MAX

enum transaction_state {
	TRANSACTION_FREE = 0,
	TRANSACTION_QUEUED,     // waits in a send queue
	TRANSACTION_WAIT_UDP,   // sent; the only state in which a datagram can be accepted
	TRANSACTION_QUEUED_TCP, // waits to be handed to the TCP thread
	TRANSACTION_WAIT_TCP,
};

#define TRANSACTION_SENT_EDNS 0x01    // the last query carried an OPT record
#define TRANSACTION_BY_TCP 0x02       // TCP from now on
#define TRANSACTION_SAW_TC 0x04       // a server truncated it
#define TRANSACTION_SUSPECT 0x08      // odd or forged answers came
#define TRANSACTION_COOKIE_RETRY 0x10 // BADCOOKIE was answered once with a new cookie
#define TRANSACTION_WRONG_CASE 0x20   // the suspicion is that 0x20 case was not echoed
#define TRANSACTION_INTERACTIVE 0x40  // someone interactive waits on it
#define TRANSACTION_SENT_COOKIE 0x80  // the last query carried a COOKIE option

struct transaction {
	uint64_t sent_ns;       // of the last query
	uint64_t first_sent_ns; // of the first one; 0 before it
	uint64_t deadline_ns;   // the earliest among those who wait
	uint32_t name_hash;     // of (lower-cased name, type, flags)
	uint32_t next_hashed;   // merge chain
	uint32_t next_queued;   // send queue
	uint32_t first_waiter;  // look-up index
	uint16_t generation;
	uint16_t qtype;
	uint16_t queries;
	uint16_t last_rcode;
	uint16_t last_ede;
	uint8_t state;     // enum transaction_state
	uint8_t flags;     // TRANSACTION_*
	uint8_t key_flags; // PLX_JOB_* that make it another question
	uint8_t name_length;
	uint8_t upstream; // asked last
	uint8_t attempts; // queries sent for this question
	uint8_t attempts_max;
	uint8_t failures;    // answers that said no (SERVFAIL, REFUSED ...), TCP failures included
	uint8_t mismatches;  // packets that reached this slot and failed a later check
	uint8_t last_status; // enum plx_status of the last failure
	uint8_t last_cause;  // enum plx_cause of the last failure
	uint8_t renewals; // generations that the slot had, saturated: tell late answers from forged ones
	uint8_t failed_upstream; // that last_status is about
	uint8_t failed_by_tcp;
};
static_assert(sizeof(struct transaction) == PLX_CACHE_LINE, "one slot is one cache line");

struct transaction_table {
	struct transaction *slots;
	struct plx_name *names; // as last sent
	uint32_t *buckets;      // heads of merge chains: two for each slot, so that most are of one
	uint32_t slot_count;    // a power of two
	uint32_t *free_slots;   // a ring of slot_count
	uint32_t free_head;     // positions in it, which wrap
	uint32_t free_tail;
	struct question_hash_key hash_key;
};

// `slot_bits` as in the query identity. -ENOMEM.
PLX_MUST_CHECK int transaction_table_init(struct transaction_table *table, uint8_t slot_bits,
					  const struct plx_siphash_key *hash_seed);
void transaction_table_fini(struct transaction_table *table);

// What makes two questions the same one.
struct transaction_key {
	const uint8_t *name; // wire form, any case
	uint8_t name_length;
	uint8_t key_flags;
	uint16_t qtype;
	uint32_t hash; // transaction_key_hash
};

static inline uint32_t transaction_free_count(const struct transaction_table *table)
{
	return table->free_tail - table->free_head;
}

uint32_t transaction_key_hash(const struct transaction_table *table,
			      const struct transaction_key *key);
// Hints, in this order and with other work between them, that questions with this hash will be looked for. `ahead`: so
// many will be acquired before it.
static inline void transaction_prefetch_bucket(const struct transaction_table *table, uint32_t hash)
{
	__builtin_prefetch(&table->buckets[hash & (2 * table->slot_count - 1)], 1);
}
static inline void transaction_prefetch_acquire(const struct transaction_table *table,
						uint32_t ahead)
{
	// What is beyond the last free one is a slot all the same.
	uint32_t slot = table->free_slots[(table->free_head + ahead) & (table->slot_count - 1)];
	__builtin_prefetch(&table->slots[slot], 1);
	__builtin_prefetch(&table->names[slot], 1);
}
static inline void transaction_prefetch_chain(const struct transaction_table *table, uint32_t hash)
{
	uint32_t slot = table->buckets[hash & (2 * table->slot_count - 1)];
	if (slot != SLOT_NONE) {
		__builtin_prefetch(&table->slots[slot]);
	}
}

// The open question with this key, or SLOT_NONE. key->hash is set.
uint32_t transaction_find(const struct transaction_table *table, const struct transaction_key *key);
// For a key that transaction_find did not find: a fresh slot in state QUEUED, entered in the merge hash, or SLOT_NONE when all are taken. The
// caller draws its first generation with transaction_start.
uint32_t transaction_acquire(struct transaction_table *table, const struct transaction_key *key);
void transaction_release(struct transaction_table *table, uint32_t slot);

// Moves on to the first generation of a question, by a random step.
void transaction_start(struct transaction *transaction, uint32_t random_bits,
		       unsigned generation_bits);
// Moves on to the next generation: answers to earlier queries are late from now on. The permutation of
// query_identity.h hides that generations follow each other.
void transaction_renew(struct transaction *transaction, unsigned generation_bits);
// How many generations ago `generation` was that of this slot, modulo their number; the current one is 0.
uint32_t transaction_age(const struct transaction *transaction, uint32_t generation,
			 unsigned generation_bits);
// Whether `generation` is one that this slot had not long ago: the current one, or an earlier one, of this question or
// of those before.
bool transaction_had(const struct transaction *transaction, uint32_t generation,
		     unsigned generation_bits);
