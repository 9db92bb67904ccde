// SPDX-License-Identifier: BSD-3-Clause
// One worker: an lcore with one receive and one transmit queue, its own resolver, its own recursor for iterative look-ups
// and its own part of the query codes, which these two share.
// It runs every packet to completion and never locks, allocates, logs or enters the kernel, except to sleep.
//
//              port RX        peers         tcp_pool       lanes (clients)
//                 │             │              │              │
//   turn:   burst_receive ─ burst_steered ─ tcp answers ─ lane_intake ─ expire ─ tcp requests ─ burst_transmit ─ mailbox
//                 │                         ─ proofs          ▲                ─ proofs            │
//                 └► frames for the control thread            results                             port TX
//
// Nothing to do for WORKER_SPIN_TURNS: worker_sleep (unless poll mode). Fields are grouped by who touches them.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/random_source.h>
#include <parallax/exchange/worker_counters.h>

#include "network/header_template.h"
#include "network/packet_input.h"
#include "port/queue_pairs.h"
#include "resolver/resolver.h"
#include "worker/worker_clock.h"

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <stdbool.h>
#include <stdint.h>

#define WORKER_BURST 64
#define WORKER_QUEUES_MAX 16 // of one worker
// Turns in a row that end with more packets to be had, after which timers run all the same: as many as a receive queue has
// bursts. Who floods us with packets must not stop time.
#define TIMERS_LATE_TURNS_MAX 64
#define WORKER_STEER_RING_SIZE 4096
#define WORKER_FRAME_RING_SIZE 1024
// Room before the DNS message for any header: the mbuf headroom, so that the message starts on a cache line.
#define WORKER_PAYLOAD_OFFSET RTE_PKTMBUF_HEADROOM

// Of iterative look-ups: queries that wait for the way to their server, and addresses of ours that they are sent from.
#define PATH_WAITING_MAX 512
#define WORKER_PATH_SOURCES_MAX 16
#define PATH_LOOK_NS 1000000ull // waiting queries are looked at this often

struct exchange_lane;
struct packet_tap;
struct recursor;
struct server_paths;
struct tcp_pool;
struct validator_pool;
struct worker;

// What all workers share. control: rw before launch, afterwards ro for everybody.
struct worker_environment {
	struct worker *workers[64]; // WORKERS_MAX
	unsigned worker_count;
	struct query_identity identity;
	// Slots from here on are the recursors', those before it the resolvers'.
	uint32_t first_iterative_slot;
	uint32_t iterative_slot_count; // 0: there are no iterative look-ups
	struct tcp_pool *tcp;
	struct validator_pool *validators; // NULL: nothing is validated
	int template_field; // offset of the mbuf field that names the template an mbuf holds
	bool is_exclusive;
	int control_wake_fd; // eventfd
};

struct worker_lanes {
	struct exchange_lane *lanes[RESOLVER_CLIENTS_MAX];
	unsigned count;
	unsigned next; // where the next turn begins, so that every client has its turn
};

struct waiting_query {
	uint64_t since_ns;
	struct plx_ip server;
	uint32_t slot;
	uint16_t generation;
	uint16_t length;
	uint16_t source_port;
	uint8_t wire[PLX_QUERY_MAX];
};

struct path_waiting {
	unsigned count;
	uint64_t looked_ns;
	struct waiting_query queries[PATH_WAITING_MAX];
};

struct worker {
	// control: rw before launch; worker: ro.
	const struct worker_environment *environment;
	struct resolver *resolver;
	struct recursor *recursor;     // NULL: there are no iterative look-ups, nor what follows
	struct server_paths *paths;    // ways to the servers that it asks
	struct path_waiting *waiting;  // its queries
	struct rte_ring *path_asks;    // struct path_ask: worker -> control
	struct rte_ring *path_answers; // struct path_answer: control -> worker
	struct rte_mempool *transmit_pool;
	struct rte_ring *mailbox;     // struct worker_command: control -> worker
	struct rte_ring *completions; // struct worker_command: worker -> control
	struct rte_ring *steered;     // mbufs: other workers -> this one
	struct rte_ring *frames_in;   // mbufs, exclusive mode: worker -> control
	struct rte_ring *frames_out;  // mbufs, exclusive mode, worker 0: control -> worker
	uint16_t index;
	uint16_t queue_count;
	struct port_queue queues[WORKER_QUEUES_MAX]; // receives from all, sends on the first
	unsigned lcore;
	int cpu;
	int wake_fd;          // eventfd of this process alone, owned by the exchange server
	int lanes_fd;         // exchange/lane_wake.h: the clients' eventfds
	bool has_receive_fds; // all of its queues have one

	// worker: rw, hot.
	struct worker_clock clock PLX_CACHE_ALIGNED;
	struct packet_tap *tap;
	uint32_t dirty_lanes;   // by client: results delivered or jobs taken since the last flush
	uint32_t blocked_lanes; // by client: its next job could not be taken in the last turn
	uint32_t idle_turns;
	uint32_t timers_late_turns;
	uint32_t sleep_us; // the last one, for the back-off
	uint64_t beat_due_ns;
	uint64_t realtime_offset_ns; // CLOCK_REALTIME - time of a turn, as of the last beat
	bool is_polling;
	bool is_draining; // takes no new jobs
	uint16_t unsent_count;
	uint16_t spare_count;
	struct rte_mbuf *unsent[WORKER_BURST]; // offered to the port, not taken yet
	struct rte_mbuf *spare[WORKER_BURST];  // allocated, not used yet
	struct worker_lanes lanes[2];          // by enum plx_priority
	struct exchange_lane *lane_of_client[RESOLVER_CLIENTS_MAX];
	struct packet_rules rules;
	uint32_t template_count; // names given to templates so far
	uint32_t template_name[UPSTREAMS_MAX];
	struct header_template templates[UPSTREAMS_MAX];
	struct plx_ip sources[UPSTREAMS_MAX]; // our address towards each upstream
	unsigned path_source_count;           // ever
	struct plx_ip path_sources[WORKER_PATH_SOURCES_MAX];
	struct plx_random random;

	// worker: rw, others: ro, relaxed loads.
	struct plx_worker_counters counters PLX_CACHE_ALIGNED;
	// By client: wrote an impossible ring record, not read any more until it is detached. The control thread was
	// notified and ends the client.
	uint32_t broken_lanes;
	uint8_t is_sleeping;
	uint8_t shows_polling; // copy of is_polling for status
	uint8_t lane_count;

	// control: rw, worker: ro, relaxed.
	uint8_t should_stop PLX_CACHE_ALIGNED;
	// worker sets, control clears: control_wake_fd was written for it. Pairs acquire/release in worker_group.c.
	uint8_t control_is_notified PLX_CACHE_ALIGNED;
} PLX_CACHE_ALIGNED;

static inline void worker_count_packet(struct worker *worker, enum plx_drop_reason reason)
{
	worker->counters.packets_by_reason[reason]++;
}

// Runs on its lcore until should_stop. Always 0; the signature is rte_eal_remote_launch's.
int worker_run(void *worker);

// The parts of a turn; each returns how many things it did.
unsigned burst_receive(struct worker *worker, uint64_t now_ns);
unsigned burst_steered(struct worker *worker, uint64_t now_ns);
unsigned lane_intake(struct worker *worker, uint64_t now_ns);
unsigned burst_transmit(struct worker *worker, uint64_t now_ns);
unsigned proofs_collect(struct worker *worker, uint64_t now_ns);
unsigned proofs_submit(struct worker *worker);
unsigned worker_mailbox_run(struct worker *worker, uint64_t now_ns);
// What is due, unless the turn's full burst shows that there are more packets to be `received` first.
void worker_run_timers(struct worker *worker, unsigned received, uint64_t now_ns);

// Whose a slot is: the recursor's, and one that exists.
static inline bool worker_slot_is_iterative(const struct worker *worker, uint32_t slot)
{
	const struct worker_environment *environment = worker->environment;
	return slot - environment->first_iterative_slot < environment->iterative_slot_count;
}
static inline bool worker_slot_is_resolver(const struct worker *worker, uint32_t slot)
{
	return slot < worker->environment->first_iterative_slot;
}

// Queries of the recursor into the first of `max` buffers; how many. Only with a recursor.
unsigned iterative_queries_write(struct worker *worker, uint64_t now_ns, unsigned max,
				 struct rte_mbuf **mbufs);
// Sets the addresses that answers are expected at from those that queries are sent from.
void worker_collect_addresses(struct worker *worker);

void lane_attach(struct worker *worker, struct exchange_lane *lane);
void lane_detach(struct worker *worker, struct exchange_lane *lane);
void lane_flush_all(struct worker *worker);
// Shows all clients that the loop turns.
void lane_beat_all(struct worker *worker);
// resolver_sink.deliver
bool lane_deliver(void *worker, unsigned client, const struct plx_result *result,
		  const uint8_t *body);

// Unix time from here on as the clock has it: since the last call it may have been set, or the machine may have been
// suspended, which CLOCK_MONOTONIC does not count. Signatures are judged by it.
void worker_follow_realtime(struct worker *worker);

// Sleeps until something may have happened; `now_ns` is this turn's time.
void worker_sleep(struct worker *worker, uint64_t now_ns);
// Wakes the control thread to look at completions and frames_in.
void worker_notify_control(struct worker *worker);
