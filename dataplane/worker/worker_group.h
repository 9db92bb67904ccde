// SPDX-License-Identifier: BSD-3-Clause
// The start-up's side of the group of workers (worker_control.h is what JSON-RPC sees): ties the group to the exchange,
// to the link layer and to the event loop. Control thread only.

#pragma once

#include "exchange/exchange_server.h"
#include "link/link_path.h"
#include "worker/worker_control.h"

struct worker_environment;

// Who finds the paths to upstreams.
struct upstream_route_ops {
	// 0 or -errno: then the upstream is not added.
	int (*added)(void *context, unsigned index, const struct plx_endpoint *endpoint);
	void (*removed)(void *context, unsigned index, const struct plx_endpoint *endpoint);
	void *context;
};

// The environment and the strings of `port` outlive the group; its workers may be created later.
struct worker_group *worker_group_create(const struct worker_environment *environment,
					 const struct port_summary *port, bool is_polling);
// After the workers have stopped. NULL is accepted.
void worker_group_destroy(struct worker_group *group);
void worker_group_set_routes(struct worker_group *group, const struct upstream_route_ops *ops);

// For exchange_server_create, and the server itself once it is there.
struct exchange_worker_ops worker_group_lane_ops(struct worker_group *group);
void worker_group_set_exchange(struct worker_group *group, struct exchange_server *server);

// NULL when no upstream has this index.
const struct plx_endpoint *worker_group_endpoint(const struct worker_group *group, unsigned index);

// The path to an upstream became another one.
void worker_group_set_path(struct worker_group *group, unsigned index,
			   const struct link_path *path);

// Takes completed commands and ends clients that broke their rings. Call when the environment's control_wake_fd is
// readable.
void worker_group_process(struct worker_group *group);
// Tells all workers to leave their loop and wakes them.
void worker_group_stop(struct worker_group *group);
