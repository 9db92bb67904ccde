// SPDX-License-Identifier: BSD-3-Clause
// How a frame reaches one destination: the answer of both port modes (exclusive_link.h, kernel_neighbors.h) to
// "which MAC addresses and which source address for this server?". A path is plain data: copy it to the workers.

#pragma once

#include <parallax/base/ip_address.h>

#include "link/ethernet.h"
#include "resolver/upstream_config.h"

#include <stdbool.h>

// Destinations watched at once: one per upstream, by the same index.
#define LINK_WATCHES_MAX UPSTREAMS_MAX

// Only REACHABLE has usable addresses; all others say why not.
#define LINK_PATH_STATES(X)                                                                        \
	X(UNKNOWN, "unknown", "not looked at yet")                                                 \
	X(REACHABLE, "reachable", "the next hop answers")                                          \
	X(RESOLVING, "resolving", "the next hop was asked for its MAC address")                    \
	X(NEIGHBOR_FAILED, "neighbor_failed", "the next hop does not answer ARP or ND")            \
	X(NO_ROUTE, "no_route", "no prefix or gateway leads there")                                \
	X(OTHER_INTERFACE, "other_interface", "the kernel routes it through another interface")    \
	X(LOCAL, "local", "it is an address of this host")                                         \
	X(NO_SOURCE, "no_source", "this port has no address of its family")                        \
	X(LINK_DOWN, "link_down", "the interface is down or gone")

enum link_path_state {
#define LINK_PATH_ENTRY(name, word, text) LINK_PATH_##name,
	LINK_PATH_STATES(LINK_PATH_ENTRY)
#undef LINK_PATH_ENTRY
		LINK_PATH_STATE_COUNT
};

struct link_path {
	struct mac_address source_mac;
	struct mac_address destination_mac;
	struct plx_ip source;   // our address to send from
	struct plx_ip next_hop; // the destination itself or a gateway
	enum link_path_state state;
};

static inline bool link_path_is_reachable(const struct link_path *path)
{
	return path->state == LINK_PATH_REACHABLE;
}

bool link_path_equal(const struct link_path *a, const struct link_path *b);
const char *link_path_state_name(enum link_path_state state); // "neighbor_failed"
const char *link_path_state_text(enum link_path_state state); // one clause for people

// A watched destination's path became another one. Called from the owner's process/poll function only.
typedef void (*link_path_changed_cb)(void *context, unsigned index, const struct link_path *path);
