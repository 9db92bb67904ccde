// SPDX-License-Identifier: BSD-3-Clause
// The DPDK port: found or made from the configuration, its queues, and the packet memory of each queue.

#pragma once

#include "link/ethernet.h"
#include "port/device.h"
#include "port/queue_pairs.h"

#include <stdint.h>

#define PACKET_QUEUES_MAX 64 // SHARED_INTERFACE_QUEUES_MAX

struct rte_mempool;

struct packet_port {
	uint16_t queue_count;     // pairs; in shared mode as many as the interface has
	unsigned interface_index; // shared mode
	struct device_identity identity;
	struct port_queue queues[PACKET_QUEUES_MAX];
	struct rte_mempool *receive_pools[PACKET_QUEUES_MAX];  // by queue
	struct rte_mempool *transmit_pools[PACKET_QUEUES_MAX]; // by worker
	struct rte_mempool *frame_pool; // exclusive mode: control thread's frames
	int template_field;             // see worker_environment
};

struct dataplane;

// packet_pools.c: a part of start_port. It logs as start_ functions do.
PLX_MUST_CHECK int create_packet_pools(struct dataplane *dataplane);
