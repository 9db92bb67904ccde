// SPDX-License-Identifier: BSD-3-Clause
// Makes the kernel resolve a next hop: an empty UDP datagram to the server behind it, from an ordinary socket. Asking by
// netlink (NTF_USE) would need CAP_NET_ADMIN for good. DNS servers ignore a datagram without a header (12 octets).

#pragma once

#include <parallax/base/ip_address.h>

struct kernel_prompt {
	int fd[2]; // IPv4, IPv6; -1: the family is not there
};

void kernel_prompt_open(struct kernel_prompt *prompt);
void kernel_prompt_close(struct kernel_prompt *prompt);
// Never blocks. `ifindex` is the link of a link-local server. A failure shows as a neighbour that stays unknown.
void kernel_prompt_send(const struct kernel_prompt *prompt, unsigned ifindex,
			const struct plx_endpoint *server);
