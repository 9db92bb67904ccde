// SPDX-License-Identifier: BSD-3-Clause
// What the control thread tells the XDP program through its mmapable map `filter_config` (one element of this type).
// control thread: rw, XDP program: ro. Shared by both compilers, hence no include beyond linux/types.h.

#pragma once

#include <linux/types.h>

#define ANSWER_FILTER_QUEUES_MAX 64
#define ANSWER_FILTER_PORT_BYTES 8192            // one bit a port
#define ANSWER_FILTER_PROGRAM_NAME "plx_answers" // at most 15 characters: the kernel cuts names
#define ANSWER_FILTER_CONFIG_MAP "filter_config"
#define ANSWER_FILTER_SOCKETS_MAP "xsks_map" // the name that net_af_xdp looks for

struct answer_filter_config {
	__u16 first_port; // our source ports, host order; last 0: take nothing
	__u16 last_port;
	__u32 padding;
	__u8 server_ports
		[ANSWER_FILTER_PORT_BYTES]; // bit p % 8 of byte p / 8: servers are asked on port p
};
