// SPDX-License-Identifier: BSD-3-Clause
// The engine of iterative look-ups: what resolver.h is for upstream resolvers, from the root servers down. No DPDK, clock
// or I/O in here: whoever drives it (a worker lcore, the scenario player, a fuzzer) brings packets and time, and takes
// actions away.
//
//   recursor_submit ─► look-up ─► iteration (iteration.h) ──► query ──► recursor_next_queries / recursor_next_tcp
//                        │ ▲            ▲                        │
//                        │ │            └── recursor_receive ◄───┘  recursor_tcp_answer, recursor_unreachable, recursor_expire
//                        ▼ │
//                    recursor_next_proof ──► proof_judge (validator threads) ──► recursor_proof_done ─┬─► needs: more look-ups
//   sink.deliver ◄──────────────────────────────────────────────────────────────────────────────────┘
//
// A look-up is one job: (name, type), or the climb of RFC 8659 for the relevant CAA RRset. Each step of it is one
// iteration; what it found is judged before anything is made of it, failures too (their zone's state). Identical
// queries (server, name, type) that are out at the same time are one query. Acceptance rules are those of reply_match.c.
// One thread. Memory is allocated at create.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/exchange/drop_reason.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/worker_counters.h>

#include "iteration/delegation.h"
#include "iteration/server_choice.h"
#include "resolver/resolver.h"
#include "tcp/tcp_query.h"
#include "transaction/query_identity.h"
#include "validation/validator_pool.h"

#include <stdbool.h>
#include <stdint.h>

struct plx_random;
struct recursor;

struct recursor_config {
	const struct query_identity *identity; // shared with the resolver
	uint16_t worker;
	uint32_t
		first_slot; // ours are first_slot .. first_slot + slot_count - 1, the others the resolver's
	uint32_t slot_count;
	uint32_t
		lookups_max; // look-ups accepted at once, and fewer than slots: each has a query out
	uint32_t total_rate_qps;  // of this worker; 0: no limit
	uint32_t server_rate_qps; // to one address, of this worker; 0: no limit
	struct plx_random *random;
	struct resolver_sink sink;
	struct plx_worker_counters *counters;
	uint64_t realtime_offset_ns; // CLOCK_REALTIME - now_ns, by which signatures are judged too
	const struct delegation *root_hints; // copied; NULL: none
	struct address_families families;
	bool is_unprimed;      // the hints are all there is: nobody asks the root for its servers
	bool asks_whole_names; // no QNAME minimisation (scenarios)
	bool validates;        // false: every result is unchecked (no trust anchor, tests)
	// The validators', outlive it; NULL: each answer is proved, also where all is known to be unsigned.
	const struct trust_anchors *anchors;
	uint32_t cache_bytes;       // delegations, addresses and denials
	uint32_t servers_max;       // known at once
	uint64_t message_bytes_max; // replies held for proofs and traces, all look-ups together
};

// NULL and ret_error (-ENOMEM, -EINVAL).
struct recursor *recursor_create(const struct recursor_config *config, int *ret_error);
void recursor_destroy(struct recursor *recursor); // or NULL
// The clock was set meanwhile: CLOCK_REALTIME - now_ns from here on.
void recursor_set_realtime_offset(struct recursor *recursor, uint64_t offset_ns);

// As the resolver's functions of the same names, for jobs with PLX_RESOLUTION_ITERATIVE.
uint32_t recursor_room(const struct recursor *recursor, enum plx_priority priority);
PLX_MUST_CHECK int recursor_submit(struct recursor *recursor, unsigned client,
				   enum plx_priority priority, const struct plx_job *job,
				   uint64_t now_ns);
void recursor_cancel_client(struct recursor *recursor, unsigned client);
// datagram->code.slot is one of ours.
enum plx_drop_reason recursor_receive(struct recursor *recursor, const struct datagram *datagram,
				      uint64_t now_ns);

struct recursor_query {
	uint8_t *wire; // in: room for PLX_QUERY_MAX octets
	uint16_t length;
	uint16_t source_port;
	uint32_t slot;
	uint16_t generation;  // tells it from the slot's next query
	struct plx_ip server; // port 53
};
// As resolver_next_queries. Each is either sent or given back by recursor_unreachable before the next call.
unsigned recursor_next_queries(struct recursor *recursor, uint64_t now_ns, unsigned max,
			       struct recursor_query *queries);
// Whether its answer is still waited for: false when its look-ups are over, or its time is, and then nothing is to be
// sent.
PLX_PURE bool recursor_awaits(const struct recursor *recursor, uint32_t slot, uint16_t generation);
// There is no way to that server: another one is asked. Does nothing when it is not awaited.
void recursor_unreachable(struct recursor *recursor, uint32_t slot, uint16_t generation,
			  uint64_t now_ns);
bool recursor_next_tcp(struct recursor *recursor, uint64_t now_ns, struct tcp_request *ret_request);
void recursor_tcp_refused(struct recursor *recursor, const struct tcp_request *request);
// answer->slot is one of ours.
void recursor_tcp_answer(struct recursor *recursor, const struct tcp_answer *answer,
			 uint64_t now_ns);

// The next proof to judge, or NULL. It comes back by recursor_proof_done, with its step set; one that a full pool refused
// is handed back at once by recursor_proof_refused and comes again.
struct validation_request *recursor_next_proof(struct recursor *recursor);
void recursor_proof_refused(struct recursor *recursor, struct validation_request *request);
void recursor_proof_done(struct recursor *recursor, struct validation_request *request,
			 uint64_t now_ns);

void recursor_expire(struct recursor *recursor, uint64_t now_ns);
uint64_t recursor_next_wakeup(const struct recursor *recursor, uint64_t now_ns);

// Whether nothing is in flight, waiting or held: no look-up, query, kept reply or timer.
bool recursor_is_idle(const struct recursor *recursor);

// Forgets everything at or below the zone; returns how many entries that were.
uint32_t recursor_flush(struct recursor *recursor, const struct plx_name *zone);
