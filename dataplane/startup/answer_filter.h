// SPDX-License-Identifier: BSD-3-Clause
// Control of our XDP program (xdp/answer_filter.bpf.c). net_af_xdp loads and attaches it; this takes the attachment over
// with a BPF link, which the kernel removes when its fd is closed: at exit without privileges, and after a crash. The
// program's configuration is a mapped page, so that servers' ports are added after privileges are dropped.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

struct answer_filter;

struct answer_filter_fault {
	char text[256];
};

// Removes what a crashed run left on the interface. -EBUSY and a line when a program is attached that is not ours, or is
// ours and alive.
PLX_MUST_CHECK int answer_filter_remove_stale(unsigned interface_index,
					      struct answer_filter_fault *fault);

// NULL when memory is out.
struct answer_filter *answer_filter_create(unsigned interface_index);
// After net_af_xdp has set up `queue` and attached its program: takes the program off again, keeps the first, and enters
// the queue's socket. A negative error and a line.
PLX_MUST_CHECK int answer_filter_adopt(struct answer_filter *filter, uint32_t queue, int socket_fd,
				       struct answer_filter_fault *fault);
// Attaches the program that was kept. It takes datagrams to `first_port`..`last_port` from no server's port yet.
PLX_MUST_CHECK int answer_filter_attach(struct answer_filter *filter, uint16_t first_port,
					uint16_t last_port, struct answer_filter_fault *fault);
// Detaches the program. NULL is accepted.
void answer_filter_close(struct answer_filter *filter);

// Counted: a port is taken as long as it was added more often than removed.
void answer_filter_add_server_port(struct answer_filter *filter, uint16_t port);
void answer_filter_remove_server_port(struct answer_filter *filter, uint16_t port);
