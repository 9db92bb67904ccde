// SPDX-License-Identifier: BSD-3-Clause
// Opens the port. Shared mode: net_af_xdp on the kernel's interface with our own XDP program. Exclusive mode: whatever
// device string the configuration gives.

#include "startup/packet_port.h"

#include "startup/answer_filter.h"
#include "startup/dataplane.h"

#include <rte_dev.h>
#include <rte_ethdev.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int find_xdp_program(struct dataplane *dataplane)
{
	const char *const places[] = {dataplane->options.xdp_program, PLX_XDP_PROGRAM_BUILT,
				      PLX_XDP_PROGRAM_INSTALLED};
	bool is_given = places[0][0] != '\0';
	unsigned first = is_given ? 0 : 1, last = is_given ? 1 : PLX_ARRAY_SIZE(places);
	for (unsigned i = first; i < last; i++) {
		if (access(places[i], R_OK) == 0) {
			snprintf(dataplane->port.xdp_program, sizeof(dataplane->port.xdp_program),
				 "%s", places[i]);
			return 0;
		}
	}
	return start_fault(dataplane, "xdp", -ENOENT,
			   "the XDP program %s cannot be read (%s): install it or set xdp_program",
			   places[last - 1], strerror(errno));
}

static int prepare_shared(struct dataplane *dataplane, char *device, size_t capacity)
{
	struct packet_port *port = &dataplane->port;
	const char *interface = dataplane->options.interface;
	port->interface_index = if_nametoindex(interface);
	if (port->interface_index == 0) {
		return start_fault(dataplane, "port", -ENODEV,
				   "interface %s does not exist: check the name with `ip link`",
				   interface);
	}
	int queues = count_interface_queues(interface);
	if (queues < 0) {
		return start_fault(dataplane, "port", queues,
				   "interface %s tells no queue count: %s", interface,
				   strerror(-queues));
	}
	if (queues > PACKET_QUEUES_MAX) {
		return start_fault(
			dataplane, "port", -E2BIG,
			"interface %s has more than %u queues: `ethtool -L %s combined %u`",
			interface, PACKET_QUEUES_MAX, interface, PACKET_QUEUES_MAX);
	}
	unsigned workers = dataplane->lcores.worker_count;
	if ((unsigned)queues < workers || (unsigned)queues > workers * WORKER_QUEUES_MAX) {
		return start_fault(
			dataplane, "port", -EINVAL,
			"interface %s has %d queues for %u workers: set workers to %d, or "
			"`ethtool -L %s combined %u`",
			interface, queues, workers, queues, interface, workers);
	}
	port->queue_count = (uint16_t)queues;
	int error = find_xdp_program(dataplane);
	if (error != 0) {
		return error;
	}
	struct answer_filter_fault fault;
	error = answer_filter_remove_stale(port->interface_index, &fault);
	if (error != 0) {
		return start_fault(dataplane, "xdp", error, "interface %s: %s", interface,
				   fault.text);
	}
	// busy_budget=0: the kernel's interrupts deliver packets; a worker polls or sleeps as it likes.
	snprintf(device, capacity,
		 "net_af_xdp0,iface=%s,start_queue=0,queue_count=%d,xdp_prog=%s,busy_budget=0",
		 interface, queues, port->xdp_program);
	return 0;
}

static int prepare_exclusive(struct dataplane *dataplane, char *device, size_t capacity)
{
	dataplane->port.queue_count = (uint16_t)dataplane->lcores.worker_count;
	snprintf(device, capacity, "%s", dataplane->options.device);
	return 0;
}

static int probe(struct dataplane *dataplane, const char *device)
{
	struct packet_port *port = &dataplane->port;
	if (!device_is_pci(device)) {
		int error = rte_dev_probe(device);
		if (error != 0) {
			return start_fault(dataplane, "port", error,
					   "DPDK cannot open %s: %s; its own lines above say more",
					   device, strerror(-error));
		}
	}
	port->id = (uint16_t)rte_eth_find_next(0);
	if (port->id >= RTE_MAX_ETHPORTS) {
		return start_fault(dataplane, "port", -ENODEV,
				   "DPDK found no port for %s: is it bound to vfio-pci "
				   "(`dpdk-devbind.py --status`)?",
				   device);
	}
	rte_eth_dev_get_name_by_port(port->id, port->name);
	return 0;
}

static int start_and_describe(struct dataplane *dataplane)
{
	struct packet_port *port = &dataplane->port;
	struct rte_ether_addr mac;
	int error = rte_eth_dev_start(port->id);
	if (error != 0) {
		return start_fault(dataplane, "port", error, "%s does not start: %s", port->name,
				   strerror(-error));
	}
	port->is_started = true;
	error = rte_eth_macaddr_get(port->id, &mac);
	if (error == 0) {
		error = rte_eth_dev_get_mtu(port->id, &port->mtu);
	}
	if (error != 0) {
		return start_fault(dataplane, "port", error, "%s tells no MAC address or MTU: %s",
				   port->name, strerror(-error));
	}
	memcpy(port->mac.bytes, mac.addr_bytes, sizeof(port->mac.bytes));
	// Neighbour solicitations are multicast. A driver that has neither mode receives everything.
	if (!dataplane_is_shared(dataplane) && rte_eth_allmulticast_enable(port->id) != 0) {
		(void)rte_eth_promiscuous_enable(port->id);
	}
	return 0;
}

int start_port(struct dataplane *dataplane)
{
	char device[PATH_MAX + 256];
	int error = dataplane_is_shared(dataplane)
			    ? prepare_shared(dataplane, device, sizeof(device))
			    : prepare_exclusive(dataplane, device, sizeof(device));
	if (error == 0) {
		error = probe(dataplane, device);
	}
	if (error == 0) {
		error = create_packet_pools(dataplane);
	}
	if (error == 0) {
		error = set_up_queues(dataplane);
	}
	if (error == 0) {
		error = start_and_describe(dataplane);
	}
	if (error != 0 || !dataplane_is_shared(dataplane)) {
		return error;
	}
	struct answer_filter_fault fault;
	dataplane->filter = answer_filter_open(dataplane->port.interface_index,
					       dataplane->options.source_ports.first,
					       dataplane->options.source_ports.last, &fault);
	if (dataplane->filter == NULL) {
		return start_fault(dataplane, "xdp", -EIO, "interface %s: %s",
				   dataplane->options.interface, fault.text);
	}
	return 0;
}

void close_port(struct packet_port *port)
{
	if (port->is_started) {
		(void)rte_eth_dev_stop(port->id);
		port->is_started = false;
	}
}
