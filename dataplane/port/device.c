// SPDX-License-Identifier: BSD-3-Clause

#include "port/device.h"

#include "port/port_fault.h"
#include "port/queue_pairs.h"

#include <rte_dev.h>
#include <rte_ethdev.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static_assert(DEVICE_NAME_MAX >= RTE_ETH_NAME_MAX_LEN, "every name fits");

bool device_is_pci(const char *device)
{
	unsigned domain, bus, slot, function;
	int end = 0;
	bool is_match = sscanf(device, "%x:%x:%x.%x%n", &domain, &bus, &slot, &function, &end) == 4;
	return (is_match && (device[end] == '\0' || device[end] == ',')) ||
	       strncmp(device, "pci:", 4) == 0;
}

bool device_is_af_xdp(const char *device)
{
	return strncmp(device, "net_af_xdp", strlen("net_af_xdp")) == 0;
}

// DPDK's number of the device's last port.
static int probe(const char *device, uint16_t *ret_id, struct port_fault *fault)
{
	struct rte_dev_iterator iterator;
	uint16_t id = RTE_MAX_ETHPORTS, last = RTE_MAX_ETHPORTS;
	int error = device_is_pci(device) ? 0 : rte_dev_probe(device);
	if (error != 0) {
		return port_fault_set(fault, "port", error,
				      "DPDK cannot open %s; its own lines above say why", device);
	}
	RTE_ETH_FOREACH_MATCHING_DEV(id, device, &iterator)
	{
		last = id;
	}
	if (last == RTE_MAX_ETHPORTS) {
		return port_fault_set(fault, "port", -ENODEV,
				      "DPDK found no port for %s: is it bound to vfio-pci "
				      "(`dpdk-devbind.py --status`)?",
				      device);
	}
	*ret_id = last;
	return 0;
}

static int describe(uint16_t id, struct device_identity *identity, struct port_fault *fault)
{
	struct rte_ether_addr mac;
	int error = rte_eth_macaddr_get(id, &mac);
	if (error == 0) {
		error = rte_eth_dev_get_mtu(id, &identity->mtu);
	}
	if (error != 0) {
		return port_fault_set(fault, "port", error, "%s tells no MAC address or MTU: %s",
				      identity->name, strerror(-error));
	}
	memcpy(identity->mac.bytes, mac.addr_bytes, sizeof(identity->mac.bytes));
	return 0;
}

int device_open(const char *device, struct rte_mempool *const *pools, uint16_t count,
		struct port_queue *ret_queues, struct device_identity *identity,
		struct port_fault *fault)
{
	uint16_t id;
	bool is_first = identity->name[0] == '\0';
	int error = probe(device, &id, fault);
	if (error != 0) {
		return error;
	}
	if (is_first) {
		rte_eth_dev_get_name_by_port(id, identity->name);
	}
	error = queue_pairs_open(id, identity->name, pools, count, ret_queues, fault);
	return error == 0 && is_first ? describe(id, identity, fault) : error;
}

void device_take_multicast(uint16_t id)
{
	if (rte_eth_allmulticast_enable(id) != 0) {
		(void)rte_eth_promiscuous_enable(id);
	}
}
