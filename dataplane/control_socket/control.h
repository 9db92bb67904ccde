// SPDX-License-Identifier: BSD-3-Clause
// The dataplane's control socket: its JSON-RPC methods (protocol/dataplane_methods.h) on the socket of the options.
// Control thread, on its event loop. Nothing here blocks the loop, and no method touches a worker's state except
// through worker_control.h.
//
//   status_methods.c     status.get, workers.list, counters.get, poll_mode.*, drain.start
//   upstream_methods.c   upstreams.*
//   lookup_methods.c     lookup.run, caa.run, by a client of the exchange like any other (own_client.h)
//   explain_method.c     explain.run, the same with its evidence
//   attach_method.c      exchange.attach, clients.list
//   capture_methods.c    capture.*
//   cache_methods.c      cache.flush
//
// Order of an end: stop the workers, control_destroy, then destroy the exchange and the workers.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>

struct control;
struct dnssec_policy;
struct event_base;
struct exchange_server;
struct options;
struct plx_rpc_fault;
struct trust_anchors;
struct worker_group;

struct control_config {
	struct event_base *base;
	struct worker_group *group;
	struct exchange_server *exchange;
	const struct options *options; // socket, socket_group, capture_dir; outlives the control
	// What iterative look-ups are judged by; NULL: nothing is validated. Outlives the control.
	const struct trust_anchors *anchors;
	const struct dnssec_policy *policy;
	// drain.start was called and worker_group_is_draining is still false: let running look-ups end, then leave
	// the event loop. While the group drains no client attaches.
	void (*drain)(void *context);
	void *context;
};

// Opens the socket. NULL, ret_error (-errno) and the fault, one line for the log.
struct control *control_create(const struct control_config *config, int *ret_error,
			       struct plx_rpc_fault *fault);
// Closes the socket and ends a capture. NULL is accepted.
void control_destroy(struct control *control);
