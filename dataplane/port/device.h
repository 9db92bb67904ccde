// SPDX-License-Identifier: BSD-3-Clause
// A DPDK device by its string: "0000:01:00.0", "net_memif0,role=client,id=0,socket=/run/x.sock". Main thread.

#pragma once

#include <parallax/base/attributes.h>

#include "link/ethernet.h"

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_NAME_MAX 64 // RTE_ETH_NAME_MAX_LEN

struct port_fault;
struct port_queue;
struct rte_mempool;

bool device_is_pci(const char *device);
// net_af_xdp, whose packet memory must be made as packet_pool.h says.
bool device_is_af_xdp(const char *device);
// Of the first device that was opened with it: it stands for all.
struct device_identity {
	char name[DEVICE_NAME_MAX]; // "": none yet
	struct mac_address mac;
	uint16_t mtu;
};

// Opens the device (a PCI device was opened by the EAL) with `count` queue pairs, the i-th with pools[i], and starts it.
// A negative error and the fault.
PLX_MUST_CHECK int device_open(const char *device, struct rte_mempool *const *pools, uint16_t count,
			       struct port_queue *ret_queues, struct device_identity *identity,
			       struct port_fault *fault);
// Neighbour solicitations are multicast. A driver that has neither mode receives everything.
void device_take_multicast(uint16_t id);
