// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/ring_pair.h"

#include "port/port_fault.h"

#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ring.h>

#include <string.h>

#define RING_SIZE 2048
#define DRIVER_PREFIX "net_ring_" // which it puts before names

static int make_port(const char *device, struct rte_ring *receive, struct rte_ring *transmit)
{
	return rte_eth_from_rings(device + strlen(DRIVER_PREFIX), &receive, 1, &transmit, 1,
				  SOCKET_ID_ANY);
}

int ring_pair_make(uint16_t *ret_far, struct port_fault *fault)
{
	static struct rte_ether_addr address = {{2, 0, 0, 0, 0, 1}}; // the driver has none
	const unsigned flags = RING_F_SP_ENQ | RING_F_SC_DEQ;
	struct rte_ring *there = rte_ring_create("reflect_there", RING_SIZE, SOCKET_ID_ANY, flags);
	struct rte_ring *back = rte_ring_create("reflect_back", RING_SIZE, SOCKET_ID_ANY, flags);
	if (there == NULL || back == NULL) {
		return port_fault_set(fault, "port", -ENOMEM, "no memory for two rings");
	}
	int near = make_port(RING_PAIR_NEAR, back, there);
	int far = make_port(RING_PAIR_FAR, there, back);
	if (near < 0 || far < 0 || rte_eth_dev_mac_addr_add((uint16_t)near, &address, 0) != 0) {
		return port_fault_set(fault, "port", -ENODEV,
				      "DPDK's ring driver makes no port: is it installed?");
	}
	*ret_far = (uint16_t)far;
	return 0;
}
