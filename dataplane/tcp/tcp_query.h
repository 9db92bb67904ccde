// SPDX-License-Identifier: BSD-3-Clause
// DNS over TCP (RFC 7766) on kernel sockets, for what the fast path must not do: truncated answers, servers under a
// spoofing alarm, jobs that ask for it. One thread with its own epoll serves all workers: pipelined queries on
// reused connections, out-of-order answers matched by ID and question, hard limits on everything a server can make
// it wait for or hold. Workers talk to it through one lock-free pair of rings each and never block.
//
//   worker ── tcp_pool_submit ──► thread ──► server
//   worker ◄─ tcp_pool_collect ── thread ◄──

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/message_writer.h>

#include <stdbool.h>
#include <stdint.h>

#define TCP_QUERY_TIMEOUT_NS                                                                       \
	(5ull * 1000 * 1000 * 1000) // from submit to answer, whatever trickles in
#define TCP_CONNECT_TIMEOUT_NS (3ull * 1000 * 1000 * 1000)
#define TCP_IDLE_TIMEOUT_NS (2ull * 1000 * 1000 * 1000) // an unused connection is closed
#define TCP_CONNECTIONS_PER_SERVER 4
#define TCP_PIPELINE_MAX 128       // outstanding per connection
#define TCP_RECONNECTS_PER_QUERY 2 // Knot CVE-2023-46317: endless reconnects
#define TCP_OUTSTANDING_MAX 16384  // per worker; beyond it submit says -EAGAIN

struct tcp_request {
	struct plx_endpoint server;
	uint32_t slot;       // echoed in the answer
	uint32_t generation; // echoed in the answer
	uint64_t
		deadline_ns; // CLOCK_MONOTONIC; the earlier of this and TCP_QUERY_TIMEOUT_NS ends it
	uint16_t query_length;
	uint8_t resends_max;          // at most TCP_RECONNECTS_PER_QUERY count
	uint8_t query[PLX_QUERY_MAX]; // its ID is replaced by one unique on the connection
};

struct tcp_answer {
	struct plx_endpoint server; // that was asked
	uint32_t slot;
	uint32_t generation;
	int error; // 0, or PLX_ERR_TCP_REFUSED, _CLOSED, _TIMEOUT, _FRAMING, -errno
	uint32_t rtt_us;
	uint32_t length;
	uint8_t resends;    // further times that it was sent, because a connection ended under it
	bool was_connected; // it was on a connection whose handshake ended well
	uint8_t *
		message; // whole DNS message with the request's own ID; valid until tcp_pool_release
};

// Since the start, all workers together.
struct tcp_counters {
	uint64_t queries;         // accepted
	uint64_t answers;         // messages handed back
	uint64_t failures;        // errors handed back
	uint64_t requeued;        // queries sent again because their connection ended under them
	uint64_t answers_unknown; // messages that matched no query: dropped
	uint64_t connections_opened;
	uint64_t connections_failed; // refused, unreachable or timed out
};

struct tcp_pool;

// Starts the thread. `wake` (may be NULL) is called on it after answers were queued for a sleeping worker.
struct tcp_pool *tcp_pool_create(unsigned worker_count,
				 void (*wake)(void *context, unsigned worker), void *context,
				 int *ret_error);
// Stops the thread and frees all; no worker may use the pool any more. NULL is accepted.
void tcp_pool_destroy(struct tcp_pool *pool);

// Worker thread. -EAGAIN when TCP_OUTSTANDING_MAX is reached: keep the request and try again later. Every accepted
// request gets exactly one answer.
PLX_MUST_CHECK int tcp_pool_submit(struct tcp_pool *pool, unsigned worker,
				   const struct tcp_request *request);
// Worker thread. The next answer, or NULL. Release each before collecting the next.
const struct tcp_answer *tcp_pool_collect(struct tcp_pool *pool, unsigned worker);
void tcp_pool_release(struct tcp_pool *pool, unsigned worker, const struct tcp_answer *answer);

// Any thread; exact per counter, approximate across counters.
void tcp_pool_counters(const struct tcp_pool *pool, struct tcp_counters *ret_counters);
