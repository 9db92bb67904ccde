// SPDX-License-Identifier: BSD-3-Clause
// One look-up by iteration from the root (RFC 1034 5.3.3), as a machine without clock, sockets or DPDK:
//
//	BEGIN ──► iteration_step ──► SEND query to address ──► (the caller sends, matches, waits)
//	              ▲                                              │
//	              └───── REPLY | TIMEOUT | UNREACHABLE ◄─────────┘
//	                      ... until DONE with an outcome and a cause
//
// One query is out at a time. What a look-up needs besides its question, addresses of name servers, is asked by frames
// stacked on it, all charged to its one work budget. The caller owns matching (a reply given here passed the acceptance
// rules of the transaction layer), rate limits, cookies, merging of equal queries and the trace: every step tells how
// its event was judged. A failed look-up is never an empty one: ITERATION_FAILED has its own cause.
//
// One thread per context. Nothing is allocated after the context's parts were created.

#pragma once

#include <parallax/base/random_source.h>
#include <parallax/dns/message_reader.h>

#include "iteration/delegation_cache.h"
#include "iteration/iteration_frame.h"
#include "iteration/server_choice.h"
#include "iteration/zone_reply.h"

#include <stdbool.h>
#include <stdint.h>

enum iteration_outcome {
	ITERATION_NOT_EVALUATED = 0,
	ITERATION_RECORDS, // in the message of the last event, at `owner`
	ITERATION_NODATA,
	ITERATION_NXDOMAIN,
	ITERATION_FAILED, // nothing is known: see the cause
};

// Shared by the look-ups of one worker. All parts are the caller's and outlive it.
struct iteration_context {
	struct packed_store *cache;
	struct server_book *book;
	struct iteration_frames *frames;
	struct plx_random *random;
	const struct delegation *root_hints; // used while the cache holds no root
	struct address_families families;
	uint16_t probe_type; // of shortened names, 0: ask whole names only
	// Scratch: what the last reply means, to which question, from which zone.
	struct zone_reply reply;
	uint16_t judged_type;
	struct plx_name judged_name;
	struct plx_name judged_zone;
};

struct iteration {
	struct iteration_frame *frame; // the innermost; NULL when the look-up is over
	struct work_budget budget;
	enum cache_use use;
	// Addresses that a wrong answer may have come from: asked only when no other server of a zone is left, once for a step
	// and by TCP, which nobody forges from afar. The caller's, set between start and the first step.
	const struct plx_ip *doubted;
	uint8_t doubted_count;
	uint8_t visited_count;
	uint64_t visited[WORK_ALIASES_MAX + 1]; // hashes of the names of the question's alias chain
};

enum iteration_event_kind {
	ITERATION_EVENT_BEGIN = 1,
	ITERATION_EVENT_REPLY,
	ITERATION_EVENT_TIMEOUT,     // nothing acceptable within query.timeout_ns, or TCP failed
	ITERATION_EVENT_UNREACHABLE, // there is no way to send to that address
};

struct iteration_event {
	enum iteration_event_kind kind;
	const struct plx_message
		*message; // of REPLY: checked, and the reply to the query that was sent
	uint64_t rtt_ns;  // of REPLY; of TIMEOUT: for how long it was waited for
	bool is_shared; // another look-up had the same reply or timeout: the server book knows of it
	bool is_same_message; // as of the context's last REPLY, and unchanged: it is not read anew for the same question
};

struct iteration_query {
	struct plx_ip server;
	struct plx_name name;
	uint16_t type;
	bool by_tcp;
	bool has_edns;
	uint64_t timeout_ns;
};

struct iteration_result {
	enum iteration_outcome outcome;
	enum iteration_cause cause;
	enum work_limit limit;  // of ITERATION_CAUSE_LIMIT
	uint16_t rcode;         // of ITERATION_CAUSE_RCODE
	bool from_cache;        // a negative answer remembered from another look-up
	enum plx_dnssec dnssec; // of from_cache
	struct plx_name owner;  // of the records, or the name that has none
	struct plx_name
		zone; // the deepest one known of the question's name, or of its last alias's
	uint32_t negative_ttl_s;
};

// How the event was judged, for the trace.
struct iteration_judgement {
	bool is_set;   // not for BEGIN
	bool is_whole; // the question itself was asked, not a shortened name
	uint8_t depth;
	bool by_tcp;
	enum iteration_event_kind event;
	struct plx_ip server;
	struct plx_name zone;
	struct plx_name name; // asked
	uint16_t type;
	const struct zone_reply *reply; // of REPLY; valid until the next step in the context
};

enum iteration_action_kind {
	ITERATION_ACTION_NOT_EVALUATED = 0,
	ITERATION_ACTION_SEND,
	ITERATION_ACTION_DONE,
};

struct iteration_action {
	enum iteration_action_kind kind;
	struct iteration_query query;   // of SEND
	struct iteration_result result; // of DONE
	struct iteration_judgement judgement;
};

// Prepares a look-up of `name` and `type` (no meta type). False: no frame is free, nothing was begun. The first step's
// event is BEGIN. The caller may lower the budget's deadline and name doubted servers before it.
bool iteration_start(struct iteration *iteration, struct iteration_context *context,
		     const struct plx_name *name, uint16_t type, enum cache_use use,
		     uint64_t now_ns);
// After DONE the look-up is over and holds nothing.
void iteration_step(struct iteration *iteration, struct iteration_context *context,
		    const struct iteration_event *event, uint64_t now_ns,
		    struct iteration_action *ret_action);
// Gives up a look-up at any time. Harmless after DONE.
void iteration_abandon(struct iteration *iteration, struct iteration_context *context);

const char *iteration_outcome_name(enum iteration_outcome outcome);
