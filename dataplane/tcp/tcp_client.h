// SPDX-License-Identifier: BSD-3-Clause
// The TCP thread's own half: servers, their connections, and the queries on them. One thread, non-blocking sockets;
// time is given, so only tcp_pool.c reads the clock.
//
//   tcp_client_ask ─► server.waiting ─► connection (an ID of its own, in flight) ─► answer_cb
//                          ▲                 │
//                          └── lost with it ─┘  at most TCP_RECONNECTS_PER_QUERY times, then answered with the cause
//
// A connection takes queries while it connects, is used again after every answer, and is closed when unused for
// TCP_IDLE_TIMEOUT_NS, when a message begun does not continue for that long or is not whole within
// TCP_QUERY_TIMEOUT_NS, or when it kept a query waiting to its deadline (then it takes no further ones).

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/random_source.h>
#include <parallax/base/siphash.h>

#include "tcp/tcp_deadline.h"
#include "tcp/tcp_query.h"
#include "tcp/tcp_stream.h"

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCP_CONNECTIONS_MAX 512 // of all servers: half of the usual RLIMIT_NOFILE
#define TCP_SERVER_BUCKETS 1024 // power of two
#define TCP_PIPELINE_COMFORT 16 // in flight on every connection before a further one is opened
#define TCP_READS_PER_TURN 16   // of one connection, so that none starves the others
#define TCP_SEND_BYTES (TCP_PIPELINE_MAX * (2 + PLX_QUERY_MAX))

struct tcp_connection;
struct tcp_server;

// A request on its way. The worker owns it until it is pushed, the thread until it is answered, then the worker again.
struct tcp_query {
	struct tcp_answer answer;
	struct tcp_request request;
	unsigned worker;
	uint8_t *message; // of the answer, from malloc

	// The thread's own.
	struct tcp_deadline deadline;
	struct tcp_server *server;
	struct tcp_connection *connection; // NULL: waiting at the server
	TAILQ_ENTRY(tcp_query) waiting_link;
	uint64_t sent_ns;
	uint16_t question_length; // octets from offset 12, type and class included
	uint16_t wire_id;
	uint8_t losses; // connections that ended under it, after which it was sent again
	bool was_connected;
};

TAILQ_HEAD(tcp_query_list, tcp_query);
LIST_HEAD(tcp_connection_list, tcp_connection);
TAILQ_HEAD(tcp_connection_queue, tcp_connection);

enum tcp_connection_state {
	TCP_CONNECTION_CONNECTING,
	TCP_CONNECTION_OPEN,
	TCP_CONNECTION_CLOSED, // waits for tcp_client_reap
};

struct tcp_connection {
	int fd;
	enum tcp_connection_state state;
	bool is_retiring;     // takes no further queries
	bool is_send_blocked; // EPOLLOUT is awaited
	bool is_dirty;        // on client->dirty
	struct tcp_server *server;
	struct tcp_deadline deadline; // to connect, to go on with a message, or to be used
	uint64_t changed_ns;          // opened; later: became unused
	uint64_t message_begun_ns;
	uint64_t last_answer_ns;
	uint32_t assigned_count; // queries, ever
	uint32_t answered_count;
	LIST_ENTRY(tcp_connection) server_link;
	TAILQ_ENTRY(tcp_connection) idle_link; // on client->idle while in_flight == 0 and OPEN
	TAILQ_ENTRY(tcp_connection) dirty_link;
	TAILQ_ENTRY(tcp_connection) closed_link;

	uint32_t in_flight;
	uint16_t ids[TCP_PIPELINE_MAX]; // parallel to queries, apart for the search
	struct tcp_query *queries[TCP_PIPELINE_MAX];

	uint32_t send_start;
	uint32_t send_end;
	uint8_t send_bytes[TCP_SEND_BYTES];
	struct tcp_stream stream;
};

struct tcp_server {
	struct plx_endpoint endpoint;
	struct tcp_connection_list connections;
	uint32_t connection_count;
	struct tcp_query_list waiting;
	// Queries that one connection may carry: what it answered the last time that the server closed one early.
	uint32_t budget;
	bool is_reapable; // on client->reapable
	LIST_ENTRY(tcp_server) bucket_link;
	TAILQ_ENTRY(tcp_server) reap_link;
};

struct tcp_client {
	int epoll_fd;
	struct plx_random random;
	struct plx_siphash_key key;
	struct tcp_deadlines deadlines;
	LIST_HEAD(, tcp_server) buckets[TCP_SERVER_BUCKETS];
	uint32_t connection_count;
	struct tcp_connection_queue idle; // longest unused first
	struct tcp_connection_queue dirty;
	struct tcp_connection_queue closed;
	TAILQ_HEAD(, tcp_server) reapable;
	struct tcp_counters counters; // thread: rw, others: ro, relaxed
	// Hands the query back; it is not the client's any more.
	void (*answer_cb)(void *context, struct tcp_query *query);
	void *context;
};

// The thread is the only writer: no locked instruction is needed.
static inline void tcp_count(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

// epoll_fd is borrowed; events of connections carry the connection's address in data.ptr.
PLX_MUST_CHECK int tcp_client_init(struct tcp_client *client, int epoll_fd, uint32_t query_capacity,
				   void (*answer_cb)(void *context, struct tcp_query *query),
				   void *context);
// Closes all; queries still held are forgotten, their memory is the caller's.
void tcp_client_fini(struct tcp_client *client);

// Takes a query; its answer may come before this returns.
void tcp_client_ask(struct tcp_client *client, struct tcp_query *query, uint64_t now_ns);
void tcp_client_event(struct tcp_client *client, struct tcp_connection *connection, uint32_t events,
		      uint64_t now_ns);
// Ends what is due.
void tcp_client_expire(struct tcp_client *client, uint64_t now_ns);
// Sends what was queued: once per turn, so that pipelined queries share segments.
void tcp_client_flush(struct tcp_client *client, uint64_t now_ns);
// Frees closed connections and unused servers: after the events of a turn, which may name them.
void tcp_client_reap(struct tcp_client *client);

// tcp_client_answer: error is 0 with a message, else the message is NULL. -ENOMEM replaces an answer that cannot
// be held.
void tcp_client_answer(struct tcp_client *client, struct tcp_query *query, int error,
		       const uint8_t *message, uint32_t length, uint64_t now_ns);

// tcp_server.c
struct tcp_server *tcp_server_get(struct tcp_client *client, const struct plx_endpoint *endpoint);
// Gives waiting queries to connections, opening further ones as allowed.
void tcp_server_dispatch(struct tcp_client *client, struct tcp_server *server, uint64_t now_ns);
// A query whose connection ended: waits again, or is answered with `cause`.
void tcp_server_requeue(struct tcp_client *client, struct tcp_query *query, int cause,
			uint64_t now_ns);
void tcp_server_answer_waiting(struct tcp_client *client, struct tcp_server *server, int error,
			       uint64_t now_ns);
void tcp_server_reap(struct tcp_client *client, struct tcp_server *server);
void tcp_server_destroy(struct tcp_server *server);

// tcp_connection.c
// Begins to connect. -errno, PLX_ERR_TCP_REFUSED, or -EMFILE past TCP_CONNECTIONS_MAX.
PLX_MUST_CHECK int tcp_connection_open(struct tcp_client *client, struct tcp_server *server,
				       uint64_t now_ns, struct tcp_connection **ret_connection);
PLX_PURE bool tcp_connection_has_room(const struct tcp_connection *connection);
// The connection has room. Queues the query for sending.
void tcp_connection_assign(struct tcp_client *client, struct tcp_connection *connection,
			   struct tcp_query *query, uint64_t now_ns);
// Takes the query off its connection: it was answered or is over.
void tcp_connection_forget(struct tcp_client *client, struct tcp_query *query, uint64_t now_ns);
void tcp_connection_flush(struct tcp_client *client, struct tcp_connection *connection,
			  uint64_t now_ns);
void tcp_connection_receive(struct tcp_client *client, struct tcp_connection *connection,
			    uint64_t now_ns);
// The three-way handshake has ended, one way or the other.
void tcp_connection_connected(struct tcp_client *client, struct tcp_connection *connection,
			      uint64_t now_ns);
// Closes. Its queries are requeued for `cause`, or answered with it when it never was open.
void tcp_connection_lose(struct tcp_client *client, struct tcp_connection *connection, int cause,
			 uint64_t now_ns);
void tcp_connection_destroy(struct tcp_connection *connection);
