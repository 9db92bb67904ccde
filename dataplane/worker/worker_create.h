// SPDX-License-Identifier: BSD-3-Clause
// Makes workers and takes them apart, on the control thread, before they are launched and after they have stopped.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

struct rte_mempool;
struct worker;
struct worker_environment;
struct port_queue;

struct recursor_config;

struct worker_config {
	uint16_t index;
	uint16_t queue_count; // 1..WORKER_QUEUES_MAX
	const struct port_queue *queues;
	unsigned lcore;
	int cpu;    // -1: not pinned
	int socket; // NUMA node of its memory
	struct rte_mempool *transmit_pool;
	int wake_fd;
	uint16_t first_port; // our source ports
	uint16_t last_port;
	bool trusts_checksums;
	bool is_polling;
	uint32_t lookups_max;    // this worker's
	uint32_t total_rate_qps; // over all workers
	uint8_t slot_bits;       // of the resolver's slots
	// What is the same for all workers; identity to realtime_offset_ns are set here. NULL: no iterative look-ups.
	const struct recursor_config *iteration;
};

// The environment must be complete but for `workers`, where the new one is entered. NULL and ret_error: -ENOMEM, -EINVAL
// (of resolver_create), -errno of the random source.
struct worker *worker_create(struct worker_environment *environment,
			     const struct worker_config *config, int *ret_error);
// NULL and half-built workers are accepted. Clients' lanes must be detached or their region given up.
void worker_destroy(struct worker *worker);
