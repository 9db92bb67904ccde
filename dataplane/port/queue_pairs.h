// SPDX-License-Identifier: BSD-3-Clause
// The queues of a DPDK port, in pairs of one to receive from and one to send on.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

struct port_fault;
struct rte_mempool;

// A NIC that the kernel owns may spread packets over more of them than there are workers.
struct port_queue {
	uint16_t port; // DPDK's number
	uint16_t queue;
	int fd; // readable when packets wait; -1: the driver has none
};

// Sets up `count` pairs of port `id`, the i-th with pools[i], and starts the port. A negative error and the fault.
PLX_MUST_CHECK int queue_pairs_open(uint16_t id, const char *name, struct rte_mempool *const *pools,
				    uint16_t count, struct port_queue *ret_queues,
				    struct port_fault *fault);
// Stops the ports behind the queues.
void queue_pairs_close(const struct port_queue *queues, unsigned count);
