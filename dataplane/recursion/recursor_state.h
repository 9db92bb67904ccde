// SPDX-License-Identifier: BSD-3-Clause
// What the files of the recursor share with each other and nobody else. The story is in recursor.h.
//
//   recursor.c        create, submit, expiry, the public face
//   recursion.c       a job from submit to result: one iteration after another, climb
//   recursion_keep.c  what of its replies is kept for the proof and the trace
//   recursion_proof.c what was found is judged, and what that needs is fetched
//   recursion_doubt.c what was bogus is asked for once more, of other servers
//   recursion_trace.c how it came to it
//   unsigned_zones.c  where nothing is to be proved
//   recursion_end.c   its result
//   priming.c         the root's servers, asked for once in a while
//   open_query.c      queries that wait or are out: who waits for them, rate limits
//   query_send.c      the next query, and how it looks
//   query_receive.c   is this packet an answer to what was asked (the anti-spoofing wall)
//   query_tcp.c       the same by TCP
//   peer_table, message_store, due_wheel: servers, kept replies, time

#pragma once

#include <parallax/base/random_source.h>
#include <parallax/base/siphash.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>
#include <parallax/exchange/trace.h>

#include "iteration/iteration.h"
#include "ratelimit/token_bucket.h"
#include "recursion/due_wheel.h"
#include "recursion/message_store.h"
#include "recursion/peer_table.h"
#include "recursion/recursor.h"
#include "recursion/unsigned_zones.h"
#include "resolver/result_outbox.h"
#include "transaction/question_hash.h"

#include <assert.h>

#define RECURSION_NONE UINT32_MAX
#define QUERY_NONE UINT32_MAX
#define DNS_PORT 53
#define RECURSOR_MISMATCHES_MAX 8 // packets that fail against one query before TCP takes over
#define RECURSOR_QUERIES_MAX                                                                       \
	200 // packets per look-up, all its iterations together (BIND's max-query-count)
// Bulk queries waiting ahead of what limits let out: the rest waits in the clients' rings.
#define RECURSOR_BULK_QUEUED_MAX 512
#define RECURSOR_EXPIRE_BURST 256 // timers handled per call
#define RECURSOR_PROOFS_MAX 4096  // at validator threads at once
// What is kept back of a look-up's time to learn the state of a zone whose servers do not answer: a quarter, and never
// more than this.
#define RECURSOR_PROOF_TIME_NS (2000ull * 1000 * 1000)
// Names of one look-up (a climb asks several) whose bogus answer is asked for once more. Servers that were doubted stay so,
// so that the second is for another broken server, behind an alias.
#define RECURSION_DOUBTS_MAX 2
// Servers of bogus answers that others are asked instead of. An honest look-up has replies of at most four levels, twice
// that behind an alias; with more of them a bogus answer is final.
#define RECURSION_DOUBTED_SERVERS_MAX 32
#define RECURSOR_PRIMING_RETRY_NS (30ull * 1000 * 1000 * 1000) // after one that failed (RFC 8109)

enum open_query_state {
	OPEN_QUERY_FREE = 0,
	OPEN_QUERY_HELD,     // by its server's rate or window
	OPEN_QUERY_QUEUED,   // in a send queue
	OPEN_QUERY_WAIT_UDP, // the only state in which a datagram can be accepted
	OPEN_QUERY_WAIT_TCP,
};

#define OPEN_QUERY_TCP 0x01 // asked by TCP
#define OPEN_QUERY_WITHOUT_EDNS 0x02
#define OPEN_QUERY_SENT_COOKIE 0x04
#define OPEN_QUERY_COOKIE_RETRY 0x08 // BADCOOKIE was answered once with a new cookie
#define OPEN_QUERY_WRONG_CASE 0x10   // letter case was not echoed by UDP
#define OPEN_QUERY_SUSPECT 0x20 // odd or forged answers came: TCP decides, though UDP was asked for
#define OPEN_QUERY_INTERACTIVE 0x40
#define OPEN_QUERY_MALFORMED 0x80 // one of them could not be read

// One query to one server: slot first_slot + index. Its name, as it was last sent, lies in an array of its own.
struct open_query {
	uint64_t sent_ns;
	uint32_t timeout_us;
	uint32_t hash;
	uint32_t next_hashed; // or free
	uint32_t next_queued; // in a send queue or among the held ones of its server
	uint32_t previous_queued;
	uint32_t first_waiter; // look-up
	uint32_t peer;
	uint16_t generation;
	uint16_t qtype;
	uint8_t renewals;
	uint8_t state;     // enum open_query_state
	uint8_t flags;     // OPEN_QUERY_*
	uint8_t key_flags; // as asked for; flags may turn to TCP
	uint8_t name_length;
	uint8_t mismatches;
	uint8_t sent_count;
	bool is_counted; // by its server's window
};
static_assert(sizeof(struct open_query) <= PLX_CACHE_LINE, "one query is one cache line");

#define QUERY_KEY_TRACED 0x04 // of key_flags only: its octets are kept

enum send_queue { SEND_INTERACTIVE, SEND_BULK, SEND_TCP, SEND_QUEUES };

struct query_queue {
	uint32_t head;
	uint32_t tail;
	uint32_t length;
};

enum recursion_state {
	RECURSION_FREE = 0,
	RECURSION_RUNNING,  // its iteration's query waits or is out
	RECURSION_UNPROVED, // waits to be taken to a validator
	RECURSION_AT_VALIDATOR,
	RECURSION_ABANDONED, // at a validator, for nobody
};

// A reply that is kept, or a step of the trace: a block of the message store.
struct kept_reply {
	struct kept_reply *next;
	uint8_t *wire; // another block
	struct plx_ip server;
	enum proof_message_kind kind;
	uint16_t type;
	uint8_t zone_length;
	uint8_t name_length;
	uint8_t names[]; // zone, name: lower case
};

// A look-up. Internal ones have no client.
struct recursion {
	uint64_t tag;
	uint64_t started_ns;
	uint64_t deadline_ns;
	uint32_t next; // among those who wait for the same query, for a proof, or free
	uint32_t previous;
	uint32_t query; // that it waits for
	uint32_t serial;
	uint16_t qtype;
	uint16_t queries;
	uint8_t state; // enum recursion_state
	uint8_t client;
	uint8_t kind; // enum plx_job_kind, or RECURSION_PRIMING
	uint8_t flags;
	uint8_t priority;
	uint8_t ancestor;    // octet offset into its name of the ancestor being asked (climb)
	uint8_t alias_count; // from that ancestor
	uint8_t dnssec;      // weakest so far (climb)
	bool has_dnssec;
	bool is_fetching; // for a proof
	bool lacks_memory;
	uint8_t odd_cause; // enum plx_cause of the last odd end of a query
	// Of recursion_doubt.c.
	bool is_second; // the name's answer was bogus, and is being asked for once more
	uint8_t doubt_count;
	uint8_t doubted_count; // servers

	// What the ancestor's iteration came to.
	uint8_t outcome; // enum iteration_outcome
	uint8_t failure; // enum iteration_cause
	uint8_t limit;   // enum work_limit
	uint8_t attempts;
	uint16_t rcode;
	uint16_t ede_code;
	uint32_t negative_ttl_s;

	// The last reply about the name.
	struct plx_ip server;
	uint8_t transport;
	uint16_t answer_bytes;
	uint32_t rtt_us;

	// Its proof.
	uint8_t rounds;
	uint8_t need_count;
	uint8_t need_index;
	uint8_t kept_count;
	struct judge_budget judge_budget;
	struct kept_reply *first_kept;
	struct kept_reply *last_kept;
	uint8_t *answer; // among the kept ones, or NULL

	struct trace_block *first_trace;
	struct trace_block *last_trace;
	uint32_t trace_bytes;
	uint16_t trace_steps;
	bool is_trace_cut;

	struct iteration iteration;
};

#define RECURSION_PRIMING 0xff // recursion.kind

// What is known of bogus answers: whose they may be, and how the first one of the name came.
struct recursion_doubt {
	struct plx_ip servers[RECURSION_DOUBTED_SERVERS_MAX];
	struct plx_ip server;
	uint8_t transport;
	uint16_t answer_bytes;
	uint16_t ede_code;
	uint32_t rtt_us;
};

// Of each look-up, for those that meet aliases, need more for a proof or fail.
struct recursion_names {
	struct plx_name aliases[PLX_ALIASES_MAX];
	struct plx_name zone; // the deepest one asked, when it failed
	struct proof_need needs[PROOF_NEEDS_MAX];
	struct recursion_doubt doubt;
};

// The query whose end those who wait for it are being told.
struct ended_query {
	uint64_t sent_ns;
	uint64_t rtt_ns;
	bool is_tcp;
	uint8_t *wire;            // as it was sent, when somebody traces it
	struct plx_name question; // of the answer, as it came; then too
};

struct recursor {
	// Read mostly.
	struct recursor_config config;
	struct delegation root_hints;
	struct question_hash_key hash_key;
	uint32_t recursions_max; // one of them for priming
	uint32_t proofs_max;
	uint32_t frame_count;

	struct iteration_context context;
	struct iteration_action action; // scratch
	struct peer_table peers;
	struct message_store *store;
	struct due_wheel wheel; // queries, then look-ups, then peers

	struct open_query *queries;
	struct plx_name *query_names;
	uint8_t **query_wires; // as sent, of those that are traced
	uint32_t *query_buckets;
	uint32_t bucket_count;
	uint32_t *
		free_queries; // a ring: the next (slot, generation) pairs walk through the whole code space
	uint32_t free_query_capacity;
	uint32_t free_query_head;
	uint32_t free_query_tail;
	struct query_queue queues[SEND_QUEUES];
	struct token_bucket total_bucket;

	struct recursion *recursions;
	struct plx_name *names;
	struct recursion_names *more_names;
	uint32_t free_recursion;  // used before
	uint32_t fresh_recursion; // from here on never used
	uint32_t free_recursion_count;
	uint32_t next_serial;
	uint32_t client_recursions[RESOLVER_CLIENTS_MAX];

	struct validation_request *requests;
	uint32_t *free_requests;
	uint32_t free_request_count;
	uint32_t first_unproved;
	uint32_t last_unproved;
	uint32_t unproved_count;
	struct unsigned_zones *unsigned_zones; // or NULL
	uint32_t flush_count;

	struct result_outbox outbox;
	uint64_t prime_after_ns;
	bool is_priming;
	uint64_t now_ns;    // of the public call that runs
	uint8_t *delivered; // the message that is being delivered, once it is kept
	struct ended_query ended;
	uint8_t *body;     // scratch for one result body
	uint8_t *trace;    // scratch for one step
	uint8_t *response; // scratch for one response
};

// --- recursion.c
// 0 or -EAGAIN.
PLX_MUST_CHECK int recursion_start(struct recursor *recursor, unsigned client,
				   enum plx_priority priority, const struct plx_job *job);
// Its query ended with the event.
void recursion_step(struct recursor *recursor, uint32_t index, const struct iteration_event *event);
// What its iteration found is worth `dnssec`: it climbs on or ends.
void recursion_judged(struct recursor *recursor, uint32_t index, enum plx_dnssec dnssec);
// Asks the name, or the ancestor that the climb has come to. False when the look-up ended instead.
PLX_MUST_CHECK bool recursion_ask_ancestor(struct recursor *recursor, uint32_t index);
// Goes on with another iteration. False when the look-up ended instead.
PLX_MUST_CHECK bool recursion_iterate(struct recursor *recursor, uint32_t index,
				      const struct plx_name *name, uint16_t type);
// Steps from an iteration that was begun.
void recursion_run(struct recursor *recursor, uint32_t index);
// Gives all back, without a result. One that a validator looks at stays until it comes back.
void recursion_release(struct recursor *recursor, uint32_t index);
// The end of one that was released while it was at a validator.
void recursion_bury(struct recursor *recursor, uint32_t index);
// The name that is asked for: the job's, or the ancestor that the climb has come to, as the client wrote it.
void recursion_ancestor(const struct recursor *recursor, uint32_t index,
			struct plx_name *ret_ancestor);
void recursion_expire(struct recursor *recursor, uint32_t index);
uint32_t recursion_acquire(struct recursor *recursor);

// --- recursion_keep.c
// Notes what the last step judged; `message` is its reply or NULL.
void recursion_note(struct recursor *recursor, uint32_t index, const struct plx_message *message);
// Nobody answers that need.
void recursion_keep_unanswered(struct recursor *recursor, uint32_t index,
			       const struct proof_need *need);
void recursion_forget_kept(struct recursor *recursor, struct recursion *recursion);

// --- recursion_proof.c
void recursion_prove(struct recursor *recursor, uint32_t index);
// An iteration for a need is over. True when another one was begun.
PLX_MUST_CHECK bool recursion_fetched(struct recursor *recursor, uint32_t index,
				      const struct iteration_result *result);
void recursion_unqueue_proof(struct recursor *recursor, uint32_t index);
// Whether what was found needs no proof: it is at or below a zone that is known to be unsigned. What that means for the
// look-up is noted.
PLX_MUST_CHECK bool recursion_is_unsigned(struct recursor *recursor, uint32_t index);

// --- recursion_doubt.c
// The answer is bogus, `broken` the zone at which its proof broke. True: it is to be asked for once more, and only a secure
// answer counts from now on.
PLX_MUST_CHECK bool recursion_doubt(struct recursor *recursor, uint32_t index,
				    const struct plx_name *broken);
// The second answer does not count: the result tells of the first one.
void recursion_recall_first(struct recursor *recursor, uint32_t index);

// --- recursion_trace.c
// Each does nothing unless the job asks for a trace. `message` is the reply to the query that ended, or NULL.
void trace_query(struct recursor *recursor, uint32_t index, const struct plx_message *message);
void trace_remembered(struct recursor *recursor, uint32_t index,
		      const struct iteration_result *result);
void trace_proof(struct recursor *recursor, uint32_t index,
		 const struct validation_request *request);
void trace_forget(struct recursor *recursor, struct recursion *recursion);
// At the end of the body, which has result->body_length octets.
void trace_write(struct recursor *recursor, const struct recursion *recursion,
		 struct plx_result *result);

// --- recursion_end.c
// `message` holds the records; NULL when there are none.
void recursion_finish_found(struct recursor *recursor, uint32_t index,
			    const struct plx_message *message);
// By what its iteration came to.
void recursion_finish_failed(struct recursor *recursor, uint32_t index, enum plx_dnssec dnssec);
void recursion_finish_bogus(struct recursor *recursor, uint32_t index);
// A name whose first answer was bogus is bogus, whatever the words are.
void recursion_finish_with(struct recursor *recursor, uint32_t index, enum plx_status status,
			   enum plx_cause cause, enum plx_dnssec dnssec);

// --- priming.c
void priming_begin(struct recursor *recursor);
void priming_end(struct recursor *recursor, uint32_t index, const struct plx_message *message);

// --- open_query.c
// Lets the look-up wait for the query: a new one, or an identical one that is open.
void open_query_ask(struct recursor *recursor, uint32_t index, const struct iteration_query *query);
// The look-up waits no more; a query that nobody waits for is closed.
void open_query_leave(struct recursor *recursor, uint32_t index);
// It ended: everybody who waits goes on with the event.
void open_query_end(struct recursor *recursor, uint32_t query, const struct iteration_event *event);
// The same once more, when its server's rate lets it.
void open_query_again(struct recursor *recursor, uint32_t query);
// The answer will be fetched by TCP; what comes by UDP from now on is late.
void open_query_to_tcp(struct recursor *recursor, uint32_t query);
// Takes the head of a queue.
uint32_t open_query_dequeue(struct recursor *recursor, enum send_queue queue);
void open_query_requeue_tcp(struct recursor *recursor, uint32_t query);
// The server's rate lets more out.
void open_query_release_held(struct recursor *recursor, uint32_t peer);
void open_query_expire(struct recursor *recursor, uint32_t query);

// --- query_send.c
uint16_t open_query_write(struct recursor *recursor, uint32_t query, uint16_t id, uint8_t *wire);

// --- query_receive.c
// Notes the letters of an accepted answer's question before they are folded, if it is traced.
void open_query_take_question(struct recursor *recursor, uint32_t query,
			      const struct plx_message *message);
// An accepted answer, whose question's case is folded.
void open_query_answer(struct recursor *recursor, uint32_t query, const struct plx_message *message,
		       bool is_tcp);
void open_query_count_unwanted(struct recursor *recursor, const struct plx_endpoint *source);

static inline struct open_query *query_of(struct recursor *recursor, uint32_t query)
{
	return &recursor->queries[query];
}

static inline uint32_t wheel_id_of_recursion(const struct recursor *recursor, uint32_t index)
{
	return recursor->config.slot_count + index;
}

static inline uint32_t wheel_id_of_peer(const struct recursor *recursor, uint32_t peer)
{
	return recursor->config.slot_count + recursor->recursions_max + peer;
}

static inline void count(uint64_t *counter)
{
	plx_counter_add(counter, 1);
}
