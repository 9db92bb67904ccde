// SPDX-License-Identifier: BSD-3-Clause
// The control thread's side of the exchange: makes regions for clients, hands lanes to workers, takes them back when
// a client is gone. Runs on the control thread only; workers are reached through the callbacks given here.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#define EXCHANGE_CLIENTS_MAX 32 // RESOLVER_CLIENTS_MAX
#define EXCHANGE_WORKERS_MAX 64

#define EXCHANGE_BEAT_MS 100 // PLX_BEAT_INTERVAL_MS allows some delay

struct exchange_lane;
struct exchange_server;

// How lanes reach workers. Both are asynchronous: the worker acknowledges with exchange_server_detached once it will
// never touch the lane again (its look-ups for the client cancelled).
struct exchange_worker_ops {
	void (*attach)(void *context, unsigned worker, struct exchange_lane *lane);
	void (*detach)(void *context, unsigned worker, struct exchange_lane *lane);
	void *context;
};

struct exchange_attachment {
	unsigned client;
	int region_fd;      // memfd; sealed against resizing
	int client_wake_fd; // the client's end of a socket pair: dataplane -> client
	int worker_wake_fd[EXCHANGE_WORKERS_MAX]; // eventfds of this client alone: client -> worker
	unsigned worker_count;
};

struct exchange_server *exchange_server_create(unsigned worker_count,
					       const struct exchange_worker_ops *ops,
					       int *ret_error);
void exchange_server_destroy(struct exchange_server *server);
// The eventfd by which this process wakes a worker; the server owns it, and no client ever sees it.
int exchange_server_worker_wake_fd(const struct exchange_server *server, unsigned worker);

// Makes a region and attaches it to every worker. `name` is for status output; pid from SO_PEERCRED.
// -ENOSPC: EXCHANGE_CLIENTS_MAX clients are attached. The fds stay owned by the server until detach.
PLX_MUST_CHECK int exchange_server_attach(struct exchange_server *server,
					  enum plx_priority priority, const char *name, pid_t pid,
					  struct exchange_attachment *ret_attachment);
// How exchange_server_end reaches the client's connection: `on_end` closes it, now or later, which detaches.
void exchange_server_set_owner(struct exchange_server *server, unsigned client,
			       void (*on_end)(void *owner), void *owner);
// The client broke the protocol: closes its connection, or detaches it where none is known. May be repeated; a client
// that is detaching or gone stays as it is.
void exchange_server_end(struct exchange_server *server, unsigned client);
// Shows all clients that the control thread runs (region_layout.h): to be called each EXCHANGE_BEAT_MS.
void exchange_server_beat(struct exchange_server *server);
// The client's connection closed. Frees the region after the last worker acknowledged.
void exchange_server_detach(struct exchange_server *server, unsigned client);
// Control thread, on behalf of a worker that finished detaching.
void exchange_server_detached(struct exchange_server *server, unsigned worker,
			      struct exchange_lane *lane);

struct exchange_client_info {
	char name[32];
	pid_t pid;
	enum plx_priority priority;
	bool is_detaching;
	uint64_t jobs;
	uint64_t results;
};
// False when there is no such client.
bool exchange_server_client_info(const struct exchange_server *server, unsigned client,
				 struct exchange_client_info *ret_info);
