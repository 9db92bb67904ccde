// SPDX-License-Identifier: BSD-3-Clause
// Packet memory. Each receive queue has a pool of its own: net_af_xdp makes it the queue's UMEM.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PACKET_POOL_CACHE 256
// net_af_xdp keeps 2048 buffers for reception and as many for sending; caches, bursts and rings hold some.
#define PACKET_POOL_RECEIVE_SIZE 6143

struct rte_mempool;

// `size` buffers of `room` octets, headroom included. NULL and rte_errno.
struct rte_mempool *packet_pool_create(const char *what, unsigned index, unsigned size,
				       unsigned cache, uint16_t room);
// For a receive queue: buffers of the usual room. NULL and rte_errno.
struct rte_mempool *packet_pool_create_receive(const char *what, unsigned index, unsigned size,
					       bool is_af_xdp);
