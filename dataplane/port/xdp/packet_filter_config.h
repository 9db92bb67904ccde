// SPDX-License-Identifier: BSD-3-Clause
// What the control thread tells the XDP program through its mmapable map `filter_config` (one element of this type).
// control thread: rw, XDP program: ro. Shared by both compilers, hence no include beyond linux/types.h.

#pragma once

#include <linux/types.h>

#define PACKET_FILTER_QUEUES_MAX 64
#define PACKET_FILTER_PORT_BYTES 8192 // one bit a port
#define PACKET_FILTER_ADDRESSES_MAX 16
// At most 15 characters: the kernel cuts names.
#define PACKET_FILTER_ANSWERS_NAME "plx_answers"
#define PACKET_FILTER_QUERIES_NAME "plx_queries"
#define PACKET_FILTER_CONFIG_MAP "filter_config"
#define PACKET_FILTER_SOCKETS_MAP "xsks_map" // the name that net_af_xdp looks for

struct packet_filter_config {
	__u16 first_port; // the client's (our own source ports, for answers), host order; last 0: take nothing
	__u16 last_port;
	__u32 address_count; // queries only: of the addresses below
	__u8 server_ports
		[PACKET_FILTER_PORT_BYTES]; // bit p % 8 of byte p / 8: servers are asked on port p
	// Queries only: those to other addresses are the kernel's. IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
	__u32 addresses[PACKET_FILTER_ADDRESSES_MAX][4];
};
