// SPDX-License-Identifier: BSD-3-Clause
// The exception path of an exclusive port: a TAP device that carries the port's MAC and IP addresses, so that the
// kernel's TCP (libcurl, TCP fallback, ssh) goes on over the port with the same address.
//
//   port RX ──► worker ──(not an answer to our UDP ports)──► ring ──► control thread ──► tap_write ──► kernel
//   kernel ──► tap_read (control thread) ──► ring ──► worker ──► port TX
//
// What belongs to our UDP port range must never be written here, be it malformed, a fragment or late: the kernel has no
// socket on it and would answer ICMP port unreachable, which tells a spoofer which ports are in use (SAD DNS).
// ARP requests and neighbour solicitations for our addresses are answered by exclusive_link, not by the kernel; ARP
// replies and advertisements go to both, because both keep their own neighbours. The device vanishes with its fd.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/ethernet.h"
#include "link/route.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TAP_NAME_MAX 15
#define TAP_FAULT_MAX 160
#define TAP_ROUTE_METRIC_DEFAULT                                                                   \
	512 // behind the routes of a management interface, before IPv6's 1024

struct tap_config {
	const char *name; // 1..TAP_NAME_MAX characters
	struct mac_address mac;
	uint16_t mtu;
	struct link_addresses addresses; // exclusive_link_addresses: link-local one included
	struct plx_ip gateways[LINK_GATEWAYS_MAX];
	unsigned gateway_count;
	uint32_t route_metric; // 0: TAP_ROUTE_METRIC_DEFAULT
};

// Makes the device, sets its addresses, brings it up and adds default routes. Needs CAP_NET_ADMIN, once. Returns a
// non-blocking fd, or -errno with one line about what failed in `ret_fault`; nothing is left behind then.
PLX_MUST_CHECK int tap_open(const struct tap_config *config, char ret_fault[static TAP_FAULT_MAX]);

// One frame from the kernel: its length, or -EAGAIN when none waits. Checksums are complete.
PLX_MUST_CHECK ssize_t tap_read(int fd, uint8_t *ret_frame, size_t capacity);
// One frame to the kernel: 0, -EAGAIN when its queue is full (drop and count), -EINVAL for a frame it refuses.
PLX_MUST_CHECK int tap_write(int fd, const uint8_t *frame, size_t length);
