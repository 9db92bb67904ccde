// SPDX-License-Identifier: BSD-3-Clause

#include "port/device.h"

#include "port/port_fault.h"

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

int device_probe(const char *device, char name[static DEVICE_NAME_MAX], uint16_t *ret_id,
		 struct port_fault *fault)
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
	if (name[0] == '\0') {
		rte_eth_dev_get_name_by_port(last, name); // of several, the first stands for all
	}
	*ret_id = last;
	return 0;
}

int device_describe(uint16_t id, const char *name, struct mac_address *ret_mac, uint16_t *ret_mtu,
		    struct port_fault *fault)
{
	struct rte_ether_addr mac;
	int error = rte_eth_macaddr_get(id, &mac);
	if (error == 0) {
		error = rte_eth_dev_get_mtu(id, ret_mtu);
	}
	if (error != 0) {
		return port_fault_set(fault, "port", error, "%s tells no MAC address or MTU: %s",
				      name, strerror(-error));
	}
	memcpy(ret_mac->bytes, mac.addr_bytes, sizeof(ret_mac->bytes));
	return 0;
}

void device_take_multicast(uint16_t id)
{
	if (rte_eth_allmulticast_enable(id) != 0) {
		(void)rte_eth_promiscuous_enable(id);
	}
}
