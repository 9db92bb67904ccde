// SPDX-License-Identifier: BSD-3-Clause
// Shared mode: the kernel owns the interface and knows routes and neighbours; this asks it, through netlink, how to
// reach the watched servers and hears of changes.
//
//   watch ──► RTM_GETROUTE ──► interface, next hop, source ──► RTM_GETNEIGH ──► MAC ──► changed(index, path)
//                  ▲                                               │ unknown or stale
//                  └── notifications of links, addresses,          └─► an empty UDP datagram to the server from an ordinary
//                      routes and neighbours                           socket: the kernel resolves the next hop to send it
//
// All of this works after privileges are dropped (kernel_prompt.h). A neighbour that only DPDK talks to goes stale in the kernel's eyes, hence it is prompted again every KERNEL_NEIGHBOR_REFRESH_NS: that keeps
// the entry from being collected and notices a changed MAC. One thread (control); its socket is for the event loop.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/link_path.h"

#include <stdint.h>

#define KERNEL_ROUTE_SETTLE_NS                                                                     \
	(100ull * 1000000) // after a route change: a full feed changes thousands a second

struct kernel_neighbors;

// Watches interface `interface`. NULL and ret_error: -ENODEV (no such interface), -EINVAL (it has no Ethernet address),
// -errno of netlink. No privileges needed.
struct kernel_neighbors *kernel_neighbors_open(const char *interface, int *ret_error);
void kernel_neighbors_close(struct kernel_neighbors *neighbors);

// Under an index 0..LINK_WATCHES_MAX-1 of the caller (its upstream). `endpoint` is what the prompt is sent to. `changed`
// of the next process call tells the result.
void kernel_neighbors_watch(struct kernel_neighbors *neighbors, unsigned index,
			    const struct plx_endpoint *endpoint);
void kernel_neighbors_unwatch(struct kernel_neighbors *neighbors, unsigned index);

// Readable when something changed; call kernel_neighbors_process then, and at next_wakeup.
int kernel_neighbors_fd(const struct kernel_neighbors *neighbors);
// Reads notifications (bounded per call), asks the kernel again where needed, prompts, reports changed paths. Never
// blocks. Returns 0 or -errno of netlink: the paths stay as they were and the next call tries again.
PLX_MUST_CHECK int kernel_neighbors_process(struct kernel_neighbors *neighbors, uint64_t now_ns,
					    link_path_changed_cb changed, void *context);
uint64_t kernel_neighbors_next_wakeup(const struct kernel_neighbors *neighbors);
// The path as of the last process call.
void kernel_neighbors_path(const struct kernel_neighbors *neighbors, unsigned index,
			   struct link_path *ret_path);
// MAC and MTU of the interface as of the last process call.
void kernel_neighbors_interface(const struct kernel_neighbors *neighbors, unsigned *ret_ifindex,
				struct mac_address *ret_mac, uint32_t *ret_mtu);
