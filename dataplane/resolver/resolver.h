// SPDX-License-Identifier: BSD-3-Clause
// The engine: turns jobs into queries and answers into results. No DPDK, clock or I/O in here: whoever drives it
// (a worker lcore, the scenario player, a fuzzer) brings packets and time, and takes actions away.
//
//   resolver_submit ─► look-up ─► question ──► send queue ─► resolver_next_query   (UDP, to the NIC)
//                        ▲           │ ▲                └──► resolver_next_tcp     (to the TCP thread)
//                        │           ▼ │ retry: new server, port, ID, case
//   sink.deliver ◄── outcome ◄── resolver_receive / resolver_tcp_answer / resolver_expire
//
// A look-up is one job. It waits on one question (name, type) at a time: the name itself, then its ancestors when it
// climbs for CAA (RFC 8659 3), then alias targets that the server did not follow. Identical questions are one
// question with several look-ups waiting (never two open queries for one question: the birthday attack of RFC 5452 5).
// A question owns a transaction slot; each query it sends is a new generation of that slot.
//
// Rules that hold for every answer (RFC 5452 9.1; all of it is in reply_match.c):
//   a packet that fails a check never ends a wait, frees a slot or touches retry state: it is counted.
//   an odd packet that passed the identity check (wrong case, malformed, too many mismatches) sends the question
//   to TCP, whose answer decides. Truncation always means TCP; a truncated answer is never used in part.
//
// Backpressure: resolver_submit refuses when no slot is free; a result that the sink refuses stays parked and is
// offered again; nothing is dropped. One thread. Memory is allocated at create; only results
// that a client leaves unread add to it, within RESOLVER_PARKED_BYTES_MAX of bodies each.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/exchange/drop_reason.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>
#include <parallax/exchange/worker_counters.h>

#include "resolver/upstream_config.h"
#include "tcp/tcp_query.h"
#include "transaction/query_identity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESOLVER_CLIENTS_MAX 32

struct plx_random;
struct resolver;

// Where results go. `client` is the index given to resolver_submit.
struct resolver_sink {
	// False when the client's ring has no room now: the resolver keeps the result and offers it again.
	bool (*deliver)(void *context, unsigned client, const struct plx_result *result,
			const uint8_t *body);
	void *context;
};

struct resolver_config {
	const struct query_identity *identity; // shared by all workers; outlives the resolver
	uint16_t worker;
	uint16_t
		worker_count; // limits of upstream_config are divided by it; a part of in_flight_max may be 0
	uint32_t lookups_max; // look-ups accepted at once
	uint8_t slot_bits; // ours are the slots 0 .. (1 << slot_bits) - 1 of the identity; 0: all of it
	uint32_t total_rate_qps; // over all workers; 0: no limit
	struct plx_random *random;
	struct resolver_sink sink;
	struct plx_worker_counters *counters;
	uint64_t realtime_offset_ns; // CLOCK_REALTIME - now_ns, for result times
};

// NULL and ret_error (-ENOMEM, -EINVAL: lookups_max needs more slots than there are).
struct resolver *resolver_create(const struct resolver_config *config, int *ret_error);
void resolver_destroy(struct resolver *resolver);
// The clock was set meanwhile: CLOCK_REALTIME - now_ns from here on.
void resolver_set_realtime_offset(struct resolver *resolver, uint64_t offset_ns);

// Upstreams, by index 0..UPSTREAMS_MAX-1 chosen by the caller (the same index on every worker).
void resolver_upstream_set(struct resolver *resolver, unsigned index,
			   const struct upstream_config *config);
// Open questions move to other servers.
void resolver_upstream_remove(struct resolver *resolver, unsigned index, uint64_t now_ns);
void resolver_upstream_drain(struct resolver *resolver, unsigned index, bool is_draining);
// Whether a frame can be sent to it (route and neighbour known). Servers start as unreachable.
void resolver_upstream_reachable(struct resolver *resolver, unsigned index, bool is_reachable);

struct upstream_snapshot {
	bool is_set;
	bool is_draining;
	bool is_reachable;
	const char *health; // "up", "probing", "down"
	struct upstream_config config;
	uint32_t in_flight;
	uint32_t window; // AIMD limit on in_flight, this worker
	uint32_t srtt_us;
	uint32_t rto_ms;
	uint64_t sent;
	uint64_t answered;
	uint64_t timeouts;
	uint64_t failures; // SERVFAIL, REFUSED, NOTIMP, FORMERR, LAME
	uint64_t unwanted; // packets from its address that failed the acceptance rules
	bool has_cookie;
	bool no_edns, no_0x20, tcp_only, no_tcp; // current downgrades
};
// Any thread: fields are read one by one without a lock, exact each, approximate together.
void resolver_upstream_read(const struct resolver *resolver, unsigned index,
			    struct upstream_snapshot *ret_snapshot);

// Look-ups that would be taken now: bulk may not take the last eighth of the places, and only some of it may wait
// unsent.
uint32_t resolver_room(const struct resolver *resolver, enum plx_priority priority);
// 0; -EAGAIN when there is no room, -EBUSY when this client leaves results unread (nothing was taken either time). The
// job was checked by plx_job_read.
PLX_MUST_CHECK int resolver_submit(struct resolver *resolver, unsigned client,
				   enum plx_priority priority, const struct plx_job *job,
				   uint64_t now_ns);
// Forgets all look-ups of a client that is gone; questions nobody waits for any more are closed.
void resolver_cancel_client(struct resolver *resolver, unsigned client);

// A datagram that passed the network layer: UDP checksum good, not a fragment, addressed to us, `code` decoded from
// (destination_port, ID) and code.worker is this worker. Returns what became of it (counted by the caller).
struct datagram {
	uint8_t *payload; // the case of its question is folded once it is accepted
	uint32_t length;
	struct plx_endpoint source;
	struct query_code code;
};
enum plx_drop_reason resolver_receive(struct resolver *resolver, const struct datagram *datagram,
				      uint64_t now_ns);
// Hint: the slot of a datagram whose code is known but whose payload is not looked at yet.
void resolver_prefetch(const struct resolver *resolver, uint32_t slot);
// Hint, when the one before has had its time: what answers with these codes will touch if they are accepted.
void resolver_prefetch_outcomes(const struct resolver *resolver, const struct query_pair *pairs,
				unsigned count);

// The next queries to put on the wire, at most `max` and QUERY_PAIRS_MAX. The caller gives room for PLX_QUERY_MAX bytes in each `wire`.
// Fewer when there is nothing more to send now (no work, limits, windows full).
struct outgoing_query {
	uint8_t *wire; // in
	uint16_t length;
	uint16_t source_port;
	uint8_t upstream; // index
};
unsigned resolver_next_queries(struct resolver *resolver, uint64_t now_ns, unsigned max,
			       struct outgoing_query *queries);
static inline bool resolver_next_query(struct resolver *resolver, uint64_t now_ns,
				       struct outgoing_query *query)
{
	return resolver_next_queries(resolver, now_ns, 1, query) == 1;
}
// The next request for the TCP thread, or false. One that tcp_pool_submit refused is handed back at once with
// resolver_tcp_refused and comes again.
bool resolver_next_tcp(struct resolver *resolver, uint64_t now_ns, struct tcp_request *ret_request);
void resolver_tcp_refused(struct resolver *resolver, const struct tcp_request *request);
void resolver_tcp_answer(struct resolver *resolver, const struct tcp_answer *answer,
			 uint64_t now_ns);

// Runs what is due: query timeouts, deadlines, upstream windows, parked results. Bounded work per call.
void resolver_expire(struct resolver *resolver, uint64_t now_ns);
// When resolver_expire or resolver_next_queries has something to do at the latest; UINT64_MAX when nothing is open.
uint64_t resolver_next_wakeup(const struct resolver *resolver, uint64_t now_ns);
