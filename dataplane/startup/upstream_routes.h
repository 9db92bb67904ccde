// SPDX-License-Identifier: BSD-3-Clause
// Finds the path to each upstream and tells the workers: from the kernel's tables in shared mode, from our own ARP and
// neighbour discovery in exclusive mode. Runs in the event loop of the control thread.

#pragma once

#include <parallax/base/attributes.h>

struct dataplane;
struct exclusive_link;
struct upstream_routes;

// NULL after it logged why. It becomes the group's upstream_route_ops.
struct upstream_routes *upstream_routes_create(struct dataplane *dataplane);
void upstream_routes_destroy(struct upstream_routes *routes);
// NULL in shared mode.
struct exclusive_link *upstream_routes_link(const struct upstream_routes *routes);
// After frames were given to the link: looks for changes and sets the timer anew.
void upstream_routes_update(struct upstream_routes *routes);
