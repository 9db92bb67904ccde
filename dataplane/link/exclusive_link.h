// SPDX-License-Identifier: BSD-3-Clause
// The link layer of a port that belongs to DPDK (exclusive mode): our addresses, ARP, neighbour discovery, gateways and
// the paths to the watched servers. Bytes and time come in, frames and paths go out; no DPDK, clock or I/O.
//
//   worker ──(every frame that is no answer to our ports)──► ring ──► exclusive_link_receive ─┬─► reply ──► port
//                                                                                             └─► TAP (tap_device.h)
//   timer  ──► exclusive_link_poll ──► changed(index, path) ──► workers
//          ──► exclusive_link_next_frame ──► port
//
// One thread: the control thread, so that a flood of ARP costs the workers one ring enqueue a frame and no more. The
// port must receive multicast (allmulticast or promiscuous): solicitations for our addresses are multicast.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/ethernet.h"
#include "link/link_path.h"
#include "link/neighbor_table.h"
#include "link/route.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_FRAME_MAX 96           // the longest frame that this layer writes
#define LINK_ANSWERS_PER_SECOND 500 // to requests of others; a flood is not reflected
// Strangers' zones name the destinations of exclusive_link_find: they must not fill the neighbour table.
#define LINK_GUESTS_MAX 32
#define LINK_GUEST_KEEP_NS (60ull * 1000000000)

struct exclusive_link_config {
	struct mac_address mac; // the port's
	struct link_addresses addresses;
	struct plx_ip gateways[LINK_GATEWAYS_MAX]; // in order of preference within a family
	unsigned gateway_count;
};

struct exclusive_link;

// With an IPv6 address the port also gets its link-local address (EUI-64), unless one is given. NULL and ret_error:
// -EINVAL (no address; an address or a gateway that is not unicast or given twice; a gateway
// of a family without an address, or one that is our own address), -ENOMEM. A gateway outside all prefixes
// is on the link all the same: hosters give /32 addresses with such gateways.
struct exclusive_link *exclusive_link_create(const struct exclusive_link_config *config,
					     uint64_t now_ns, int *ret_error);
void exclusive_link_destroy(struct exclusive_link *link);
// Given addresses and the link-local one: what the TAP gets, and what a datagram must be addressed to.
const struct link_addresses *exclusive_link_addresses(const struct exclusive_link *link);

// Resolves the way to `destination` from now on, under an index 0..LINK_WATCHES_MAX-1 of the caller (its upstream).
// `changed` of the next poll tells the result. -ENOSPC when the neighbour table is full.
PLX_MUST_CHECK int exclusive_link_watch(struct exclusive_link *link, unsigned index,
					const struct plx_ip *destination, uint64_t now_ns);
void exclusive_link_unwatch(struct exclusive_link *link, unsigned index);
// The path as of the last poll.
void exclusive_link_path(const struct exclusive_link *link, unsigned index,
			 struct link_path *ret_path);

// The way to any destination as of now, for iterative look-ups, which ask for very many and watch none. A destination on
// the link is resolved from now on, until it was not asked for during LINK_GUEST_KEEP_NS or LINK_GUESTS_MAX others were:
// RESOLVING, ask again in some milliseconds, after next_frame had its turn.
void exclusive_link_find(struct exclusive_link *link, const struct plx_ip *destination,
			 uint64_t now_ns, struct link_path *ret_path);

struct link_verdict {
	bool is_for_kernel; // write it to the TAP
	bool is_neighbor; // it was ARP or ND (counts as PLX_DROP_NEIGHBOR, else PLX_DROP_TO_KERNEL)
	uint16_t reply_length; // of the frame in `reply`, to be sent now; 0: none
};
// One received frame. Malformed ARP and ND is for nobody.
struct link_verdict exclusive_link_receive(struct exclusive_link *link, const uint8_t *frame,
					   size_t length, uint64_t now_ns,
					   uint8_t reply[static LINK_FRAME_MAX]);

// The next solicitation to send now; 0 when there is none. Call until 0.
size_t exclusive_link_next_frame(struct exclusive_link *link, uint64_t now_ns,
				 uint8_t frame[static LINK_FRAME_MAX]);
// Works out all paths again and reports those that changed. Call after receive and next_frame had their turn.
void exclusive_link_poll(struct exclusive_link *link, uint64_t now_ns, link_path_changed_cb changed,
			 void *context);
// When next_frame or poll have something to do at the latest.
uint64_t exclusive_link_next_wakeup(const struct exclusive_link *link);

struct link_counters {
	uint64_t requests_answered;
	uint64_t requests_limited; // over LINK_ANSWERS_PER_SECOND
	uint64_t solicitations_sent;
	uint64_t malformed;
	uint64_t unsolicited;       // claims nobody asked for, ignored
	uint64_t conflicting;       // contradict a living entry, ignored
	uint64_t address_conflicts; // somebody else claims one of our addresses
	uint64_t router_messages;   // RA and redirects dropped
	uint64_t gateway_switchovers;
};
void exclusive_link_read_counters(const struct exclusive_link *link,
				  struct link_counters *ret_counters);
// Entries for status output: false past the last (index 0..NEIGHBORS_MAX-1, free ones are skipped by the caller: family 0).
bool exclusive_link_neighbor(const struct exclusive_link *link, unsigned index,
			     struct neighbor *ret_neighbor);
// NULL when the family (4 or 6) has no gateway.
const struct plx_ip *exclusive_link_gateway(const struct exclusive_link *link, uint8_t family);
