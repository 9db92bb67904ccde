// SPDX-License-Identifier: BSD-3-Clause
// Control of our XDP program (port/xdp/packet_filter.bpf.c). net_af_xdp loads and attaches it; this takes the attachment over
// with a BPF link, which the kernel removes when its fd is closed: at exit without privileges, and after a crash. The
// program's configuration is a mapped page, so that servers' ports are added after privileges are dropped.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stdint.h>

struct packet_filter;

enum packet_filter_kind {
	PACKET_FILTER_ANSWERS, // of servers, to our ports
	PACKET_FILTER_QUERIES, // of clients, to a server's port and address of ours
};

struct packet_filter_fault {
	char text[256];
};

// Removes what a crashed run left on the interface. -EBUSY and a line when a program is attached that is not ours, or is
// ours and alive.
PLX_MUST_CHECK int packet_filter_remove_stale(unsigned interface_index,
					      struct packet_filter_fault *fault);

// NULL when memory is out.
struct packet_filter *packet_filter_create(unsigned interface_index, enum packet_filter_kind kind);
// After net_af_xdp has set up `queue` and attached its program: takes the program off again, keeps the first, and enters
// the queue's socket. A negative error and a line.
PLX_MUST_CHECK int packet_filter_adopt(struct packet_filter *filter, uint32_t queue, int socket_fd,
				       struct packet_filter_fault *fault);
// Attaches the program that was kept. It takes datagrams to (queries: from) `first_port`..`last_port`, but from (to) no
// server's port yet, and queries to no address yet.
PLX_MUST_CHECK int packet_filter_attach(struct packet_filter *filter, uint16_t first_port,
					uint16_t last_port, struct packet_filter_fault *fault);
// Detaches the program. NULL is accepted.
void packet_filter_close(struct packet_filter *filter);

// Counted: a port is taken as long as it was added more often than removed.
void packet_filter_add_server_port(struct packet_filter *filter, uint16_t port);
void packet_filter_remove_server_port(struct packet_filter *filter, uint16_t port);
// Queries only. -ENOSPC beyond PACKET_FILTER_ADDRESSES_MAX.
PLX_MUST_CHECK int packet_filter_add_address(struct packet_filter *filter,
					     const struct plx_ip *address);
