// SPDX-License-Identifier: BSD-3-Clause
// A kernel interface whose datagrams of one kind come to us, by net_af_xdp and our own XDP program (packet_filter.h),
// while everything else on it stays the kernel's. Main thread, as root.

#pragma once

#include <parallax/base/attributes.h>

#include "link/ethernet.h"
#include "port/device.h"
#include "port/packet_filter.h"
#include "port/queue_pairs.h"

#include <limits.h>
#include <stdint.h>

#define SHARED_INTERFACE_QUEUES_MAX 64

struct port_fault;
struct rte_mempool;

struct shared_interface_config {
	const char *interface;
	enum packet_filter_kind kind;
	const char *xdp_program; // object file; "": the one that was built, or installed
	unsigned worker_count;
	const char *worker_option;  // how the user sets their number, for messages
	unsigned worker_queues_max; // pairs that one worker can have
};

struct shared_interface {
	const char *name;
	unsigned index;
	uint16_t queue_count; // packets may arrive on any of them
	char xdp_program[PATH_MAX];
	struct packet_filter *filter; // the caller closes it
};

// Looks whether all is there, and removes what a crashed run left. A negative error and the fault.
PLX_MUST_CHECK int shared_interface_prepare(const struct shared_interface_config *config,
					    struct shared_interface *ret_shared,
					    struct port_fault *fault);
// Opens all queues, the i-th with pools[i]. The filter is not attached yet: nothing is taken. The port's name, address
// and MTU are those of the first queue's device.
PLX_MUST_CHECK int shared_interface_open(struct shared_interface *shared,
					 struct rte_mempool *const *pools,
					 struct port_queue *ret_queues,
					 struct device_identity *ret_identity,
					 struct port_fault *fault);
PLX_MUST_CHECK int shared_interface_attach(struct shared_interface *shared, uint16_t first_port,
					   uint16_t last_port, struct port_fault *fault);
