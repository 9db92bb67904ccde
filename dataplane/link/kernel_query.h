// SPDX-License-Identifier: BSD-3-Clause
// What the kernel knows about one interface, one destination, one neighbour: a netlink question each. No privileges
// needed.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/ethernet.h"
#include "link/link_path.h"
#include "link/netlink_request.h"

#include <stdbool.h>
#include <stdint.h>

struct kernel_interface {
	unsigned ifindex;
	struct mac_address mac;
	uint32_t mtu;
	bool has_mac; // of six octets
	bool is_up;   // administratively, and with a carrier
};

// -ENODEV when there is none of this index.
PLX_MUST_CHECK int kernel_query_interface(struct netlink_channel *channel, unsigned ifindex,
					  struct kernel_interface *ret_interface);

struct kernel_route {
	unsigned ifindex;
	struct plx_ip next_hop; // a gateway, or the destination itself
	struct plx_ip source;   // family 0: the kernel names none
	bool is_unicast;
	bool is_local; // an address of this host
};

// -ENETUNREACH, -EHOSTUNREACH, -EACCES ... as the routing table says. A link-local destination is one on the link
// `ifindex`: every link has a route for fe80::/64 (RFC 4007 6). Others are asked for on all links.
PLX_MUST_CHECK int kernel_query_route(struct netlink_channel *channel, unsigned ifindex,
				      const struct plx_ip *destination,
				      struct kernel_route *ret_route);

// The same as an answer: UNKNOWN when the neighbour `ret_route->next_hop` decides, else why nothing can be sent to
// `destination` through the interface. -errno only when the question itself failed.
PLX_MUST_CHECK int kernel_query_way(struct netlink_channel *channel, unsigned ifindex,
				    const struct plx_ip *destination,
				    struct kernel_route *ret_route,
				    enum link_path_state *ret_state);

struct kernel_neighbor {
	uint16_t state; // NUD_*
	bool has_mac;
	struct mac_address mac;
};

// -ENOENT when the kernel has no such neighbour.
PLX_MUST_CHECK int kernel_query_neighbor(struct netlink_channel *channel, unsigned ifindex,
					 const struct plx_ip *ip,
					 struct kernel_neighbor *ret_neighbor);

#define KERNEL_NEIGHBOR_PROMPT_NS (1ull * 1000000000)     // while the next hop is unknown
#define KERNEL_NEIGHBOR_REFRESH_NS (30ull * 1000000000)   // while it is stale
#define KERNEL_NEIGHBOR_RETRY_MAX_NS (30ull * 1000000000) // while it does not answer

PLX_PURE bool kernel_neighbor_has_mac(const struct kernel_neighbor *neighbor); // that may be used
PLX_PURE bool kernel_neighbor_is_stale(const struct kernel_neighbor *neighbor);
// The kernel gave it up, or was prompted so often without an answer.
PLX_PURE bool kernel_neighbor_has_failed(const struct kernel_neighbor *neighbor, unsigned prompts);
// How long after the latest of so many prompts without an answer the next one is due.
uint64_t kernel_neighbor_prompt_pause(unsigned prompts);
