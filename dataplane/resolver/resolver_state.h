// SPDX-License-Identifier: BSD-3-Clause
// What the files of the resolver share with each other and nobody else. The story is in resolver.h.
//
//   resolver.c       create, upstreams, expiry, the public face
//   lookup.c         a job from submit to result: climb, aliases, waiting
//   question_open.c  which question a look-up waits on: merge or open
//   question.c       an open question: queue, retry, end
//   query_send.c     the next query: which question, to which server
//   query_write.c    how it looks: 0x20, EDNS, cookie
//   reply_match.c    is this packet an answer to what was asked (the anti-spoofing wall)
//   reply_judge.c    what an accepted answer means for its question
//   answer.c         what a message says about (name, type)

#pragma once

#include <parallax/base/random_source.h>
#include <parallax/base/siphash.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include "ratelimit/token_bucket.h"
#include "resolver/resolver.h"
#include "resolver/result_outbox.h"
#include "resolver/upstream_choice.h"
#include "transaction/timer_fifo.h"
#include "transaction/transaction_table.h"

#define LOOKUP_NONE UINT32_MAX
// Sends of one slot within the longest timeout class; beyond it sending waits.
#define RESOLVER_TIMERS_PER_SLOT 4
// And as many as 10 million sends a second arm in 50 ms, the shortest class that holds a common wait: a server that
// answers at once is asked that often with few slots.
#define RESOLVER_TIMERS_MIN (1u << 19)
#define TIMER_FOR_DEADLINE 0x80000000u // timer_entry.generation: a deadline, not a query's timeout
#define RESOLVER_MISMATCHES_MAX 8 // packets that fail against one live slot before TCP takes over
#define RESOLVER_FAILURES_MAX 4   // answers that say no, per question
// Queries for one question, whatever makes the next one necessary: attempts, another server, TCP, downgrades, cookies.
#define RESOLVER_QUESTION_QUERIES_MAX 40
#define RESOLVER_QUERIES_MAX 200 // per look-up, all its questions together (BIND's max-query-count)
// Bulk questions taken in ahead of what limits let out. The rest waits in the clients' rings, where it is sequential
// memory: thousands of waiting slots and names would push those in flight out of the caches.
#define RESOLVER_BULK_QUEUED_MAX 512
// A patient query is looked at this often: a timer is forgotten only when it is due, and one of seconds for each query of
// a benchmark would be millions.
#define RESOLVER_PATIENT_LOOK_NS (100ull * 1000 * 1000)
#define RESOLVER_PURGE_NS (50ull * 1000 * 1000) // between purges of unordered queues
#define RESOLVER_EXPIRE_BURST 256               // timers handled per call

struct answer;

struct lookup {
	uint64_t tag;
	uint64_t deadline_ns;
	uint32_t next_waiter; // on the same question; or the free list
	uint32_t slot;        // the question it waits on
	uint16_t qtype;
	uint16_t queries;
	uint8_t client;
	uint8_t kind; // enum plx_job_kind; 0: free
	uint8_t flags;
	uint8_t priority;
	uint8_t attempts_max;
	uint8_t ancestor;    // octet offset into its name of the ancestor being asked (climb)
	uint8_t alias_count; // hops so far from that ancestor
	uint8_t dnssec;      // weakest so far (climb)
	bool has_dnssec;
};

struct lookup_aliases {
	struct plx_name names[PLX_ALIASES_MAX];
};

// Send queues, in order of service. A retry goes before new bulk work: it has waited already.
enum send_queue { SEND_INTERACTIVE, SEND_RETRY, SEND_BULK, SEND_TCP, SEND_QUEUES };

struct slot_queue {
	uint32_t head;
	uint32_t tail;
	uint32_t length;
	uint64_t latest_ns; // deadline among those in it, or that were in it since it was empty
};

#define QUESTION_BATCH_MAX 64

// Look-ups that were submitted and wait for question_ask_batch.
struct question_batch {
	unsigned count;
	uint32_t lookups[QUESTION_BATCH_MAX];
	struct transaction_key keys[QUESTION_BATCH_MAX]; // their names are those of the look-ups
};

struct resolver {
	// Read mostly.
	struct resolver_config config;
	struct plx_siphash_key cookie_key;
	unsigned worker_count;

	// Hot.
	struct transaction_table table;
	struct timer_fifo timers;
	struct slot_queue queues[SEND_QUEUES];
	struct token_bucket total_bucket;
	struct upstream_pool pool;
	struct question_batch batch;

	struct lookup *lookups;
	struct plx_name *names;         // the name of each look-up, as the client wrote it
	struct lookup_aliases *aliases; // of each look-up that meets some
	uint32_t lookups_max;
	uint32_t free_lookup;  // used before
	uint32_t fresh_lookup; // from here on never used
	uint32_t free_lookup_count;
	uint32_t client_lookups[RESOLVER_CLIENTS_MAX]; // in flight
	struct result_outbox outbox;
	uint64_t judged_ns;
	uint64_t now_ns; // of the public call that runs
	// A question may be due before one that is ahead of it in its queue: then heads do not tell all, and the queues
	// are purged now and then. Look-ups with one timeout for all never need it.
	bool has_unordered_queue;
	uint64_t purged_ns;
	uint8_t *body; // scratch for one result body
};

// --- lookup.c
int lookup_start(struct resolver *resolver, unsigned client, enum plx_priority priority,
		 const struct plx_job *job, uint64_t now_ns);
// Ends with a result that no answer stands behind.
void lookup_fail(struct resolver *resolver, uint32_t index, const struct plx_result *failure,
		 uint64_t now_ns);
// Goes on after its question was answered: climbs, follows an alias, or ends.
void lookup_answer(struct resolver *resolver, uint32_t index, const struct plx_result *verdict,
		   const struct answer *answer, uint64_t now_ns);
void lookup_release(struct resolver *resolver, uint32_t index);

// Ends as LIMIT: there are as many slots as look-ups, so this does not happen; if it does, it is no answer.
void lookup_fail_unasked(struct resolver *resolver, uint32_t index);

// --- question_open.c
// Lets the look-up wait on (name, its type), opened or merged. -EAGAIN when no slot is free.
PLX_MUST_CHECK int question_ask(struct resolver *resolver, uint32_t lookup, const uint8_t *name,
				uint8_t name_length);
// The same for its own name, in the next question_ask_batch, which every public call but resolver_submit begins with.
void question_ask_soon(struct resolver *resolver, uint32_t lookup);
void question_ask_batch(struct resolver *resolver);
static inline void resolver_begin(struct resolver *resolver, uint64_t now_ns)
{
	resolver->now_ns = now_ns;
	if (resolver->batch.count > 0) {
		question_ask_batch(resolver);
	}
}

// --- question.c
// Arms a timer for the earliest deadline of a question whose query is out, besides the one for the query.
void question_watch_deadline(struct resolver *resolver, uint32_t slot);
void question_enqueue(struct resolver *resolver, uint32_t slot, enum send_queue queue);
// Takes the head of a queue, skipping nothing; SLOT_NONE when it is empty.
uint32_t question_dequeue(struct resolver *resolver, enum send_queue queue);
// Ends the running query without an answer; the next one follows, or the question fails.
void question_retry(struct resolver *resolver, uint32_t slot, uint64_t now_ns);
// The next query of a question whose last one is over, besides its attempts; fails the question as LIMIT when there
// were RESOLVER_QUESTION_QUERIES_MAX.
void question_ask_again(struct resolver *resolver, uint32_t slot, enum send_queue queue);
// The answer will be fetched by TCP; what comes by UDP from now on is late. Ends as LIMIT like question_ask_again.
void question_to_tcp(struct resolver *resolver, uint32_t slot);
void question_note_failure(struct transaction *transaction, enum plx_status status,
			   enum plx_cause cause, const struct plx_message *message);
// Fails it for everybody who waits, with the last failure noted.
void question_fail(struct resolver *resolver, uint32_t slot, uint64_t now_ns);
// Ends it for everybody who waits with a result that no judged answer stands behind.
void question_end(struct resolver *resolver, uint32_t slot, const struct plx_result *result,
		  uint64_t now_ns);
// Hands the answer to everybody who waits, and closes.
void question_answer(struct resolver *resolver, uint32_t slot, const struct plx_result *verdict,
		     const struct answer *answer, uint64_t now_ns);
// Fails those whose deadline has passed. False when nobody waits any more.
bool question_fail_overdue(struct resolver *resolver, uint32_t slot, uint64_t now_ns);
// The same for a question that is in no queue, which is closed when nobody waits any more (false).
bool question_drop_overdue(struct resolver *resolver, uint32_t slot, uint64_t now_ns);
// Ends what is outstanding at its server: exactly once per query sent by UDP.
void question_leave_upstream(struct resolver *resolver, struct transaction *transaction);
// Fails what is overdue in a queue and releases the questions that nobody waits for: a slot must not outlive its
// look-ups, or there would be fewer slots than look-ups.
void question_purge_queue(struct resolver *resolver, enum send_queue queue, uint64_t now_ns);
void question_close_unwanted(struct resolver *resolver, uint32_t slot);
void question_remove_from_queue(struct resolver *resolver, uint32_t slot);

// --- query_write.c
// Writes the next query to the slot's server, at most PLX_QUERY_MAX octets; returns its length.
uint16_t query_write(struct resolver *resolver, uint32_t slot, uint16_t id, uint64_t now_ns,
		     uint8_t *wire);

// --- reply_judge.c
struct accepted_reply {
	const struct plx_message *message; // checked
	uint32_t slot;
	enum plx_transport transport;
	uint32_t rtt_us;
};
void reply_judge(struct resolver *resolver, const struct accepted_reply *reply, uint64_t now_ns);

// A datagram from an upstream's address that failed a check.
void reply_count_unwanted(struct resolver *resolver, const struct plx_endpoint *source,
			  uint64_t now_ns);

static inline struct transaction *slot_of(struct resolver *resolver, uint32_t slot)
{
	return &resolver->table.slots[slot];
}

static inline void count_many(uint64_t *counter, unsigned many)
{
	plx_counter_add(counter, many);
}

static inline void count(uint64_t *counter)
{
	count_many(counter, 1);
}
