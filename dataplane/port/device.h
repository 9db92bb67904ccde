// SPDX-License-Identifier: BSD-3-Clause
// A DPDK device by its string: "0000:01:00.0", "net_memif0,role=client,id=0,socket=/run/x.sock". Main thread.

#pragma once

#include <parallax/base/attributes.h>

#include "link/ethernet.h"

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_NAME_MAX 64 // RTE_ETH_NAME_MAX_LEN

struct port_fault;

bool device_is_pci(const char *device);
// net_af_xdp, whose packet memory must be made as packet_pool.h says.
bool device_is_af_xdp(const char *device);
// Opens the device (a PCI device was opened by the EAL) and returns DPDK's number of its last port. `name` is that of
// the port unless it holds one. A negative error and the fault.
PLX_MUST_CHECK int device_probe(const char *device, char name[static DEVICE_NAME_MAX],
				uint16_t *ret_id, struct port_fault *fault);
PLX_MUST_CHECK int device_describe(uint16_t id, const char *name, struct mac_address *ret_mac,
				   uint16_t *ret_mtu, struct port_fault *fault);
// Neighbour solicitations are multicast. A driver that has neither mode receives everything.
void device_take_multicast(uint16_t id);
