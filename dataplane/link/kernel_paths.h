// SPDX-License-Identifier: BSD-3-Clause
// Shared mode: the way to any server, asked for when it is needed. kernel_neighbors.h watches a few servers for good and
// hears of changes; iterative look-ups ask very many, each for a short time, so here nothing is watched: each question
// is answered from the kernel's tables as they are now, and whoever asks does so again (network/server_paths.h). Next hops are
// few: what is known of them is remembered for KERNEL_HOP_FRESH_NS, and while the kernel does not know one it is
// prompted (kernel_prompt.h), as often as kernel_neighbors does. One thread (control). No privileges needed.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/link_path.h"

#include <stdint.h>

#define KERNEL_HOPS_MAX 256 // the one not used for the longest time makes room
#define KERNEL_HOP_FRESH_NS (1ull * 1000000000)

struct kernel_paths;

// NULL and ret_error: -ENODEV (no such interface), -EINVAL (it has no Ethernet address), -ENOMEM, -errno of netlink.
struct kernel_paths *kernel_paths_open(const char *interface, int *ret_error);
void kernel_paths_close(struct kernel_paths *paths); // or NULL

// The way to `server` (port 53) as of now; RESOLVING: ask again in some milliseconds. -errno of netlink: nothing is
// known.
PLX_MUST_CHECK int kernel_paths_find(struct kernel_paths *paths, const struct plx_ip *server,
				     uint64_t now_ns, struct link_path *ret_path);
