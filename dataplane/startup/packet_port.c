// SPDX-License-Identifier: BSD-3-Clause
// Opens the port. Shared mode: net_af_xdp on the kernel's interface with our own XDP program. Exclusive mode: whatever
// device string the configuration gives.

#include "startup/packet_port.h"

#include "port/interface_queues.h"
#include "port/port_fault.h"
#include "startup/answer_filter.h"
#include "startup/dataplane.h"

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

static int check_queues(struct dataplane *dataplane, int queues)
{
	const char *interface = dataplane->options.interface;
	unsigned workers = dataplane->lcores.worker_count;
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
	if ((unsigned)queues < workers || (unsigned)queues > workers * WORKER_QUEUES_MAX) {
		return start_fault(
			dataplane, "port", -EINVAL,
			"interface %s has %d queues for %u workers: set workers to %d, or "
			"`ethtool -L %s combined %u`",
			interface, queues, workers, queues, interface, workers);
	}
	return 0;
}

static int prepare_shared(struct dataplane *dataplane)
{
	struct packet_port *port = &dataplane->port;
	struct answer_filter_fault fault;
	const char *interface = dataplane->options.interface;
	port->interface_index = if_nametoindex(interface);
	if (port->interface_index == 0) {
		return start_fault(dataplane, "port", -ENODEV,
				   "interface %s does not exist: check the name with `ip link`",
				   interface);
	}
	int queues = count_interface_queues(interface);
	int error = check_queues(dataplane, queues);
	if (error == 0) {
		port->queue_count = (uint16_t)queues;
		error = find_xdp_program(dataplane);
	}
	if (error != 0) {
		return error;
	}
	error = answer_filter_remove_stale(port->interface_index, &fault);
	if (error != 0) {
		return start_fault(dataplane, "xdp", error, "interface %s: %s", interface,
				   fault.text);
	}
	return 0;
}

// Its queues become our queues `first`.. The first device stands for all when addresses are told.
static int open_device(struct dataplane *dataplane, const char *device, uint16_t first,
		       uint16_t count)
{
	uint16_t id;
	struct port_fault fault;
	struct packet_port *port = &dataplane->port;
	int error = device_probe(device, port->name, &id, &fault);
	if (error == 0) {
		error = queue_pairs_open(id, port->name, port->receive_pools + first, count,
					 port->queues + first, &fault);
	}
	if (error == 0 && first == 0) {
		error = device_describe(id, port->name, &port->mac, &port->mtu, &fault);
	}
	return error == 0 ? 0 : start_fault(dataplane, fault.step, error, "%s", fault.text);
}

// One DPDK device for each queue: net_af_xdp opens several at once only for NICs with combined channels, which veth
// does not have. Each brings a program of its own; the filter keeps the first for all queues.
static int open_shared_queue(struct dataplane *dataplane, uint16_t queue)
{
	char device[PATH_MAX + 256];
	struct answer_filter_fault fault;
	struct packet_port *port = &dataplane->port;
	// busy_budget=0: the kernel's interrupts deliver packets; a worker polls or sleeps as it likes.
	snprintf(device, sizeof(device),
		 "net_af_xdp%u,iface=%s,start_queue=%u,queue_count=1,xdp_prog=%s,busy_budget=0",
		 queue, dataplane->options.interface, queue, port->xdp_program);
	int error = open_device(dataplane, device, queue, 1);
	if (error != 0) {
		return error;
	}
	error = answer_filter_adopt(dataplane->filter, queue, port->queues[queue].fd, &fault);
	if (error != 0) {
		return start_fault(dataplane, "xdp", error, "interface %s: %s",
				   dataplane->options.interface, fault.text);
	}
	return 0;
}

static int open_shared(struct dataplane *dataplane)
{
	struct answer_filter_fault fault;
	const struct options_port_range *ports = &dataplane->options.source_ports;
	int error = prepare_shared(dataplane);
	if (error == 0) {
		error = create_packet_pools(dataplane);
	}
	if (error != 0) {
		return error;
	}
	dataplane->filter = answer_filter_create(dataplane->port.interface_index);
	if (dataplane->filter == NULL) {
		return start_fault(dataplane, "xdp", -ENOMEM, "out of memory");
	}
	for (uint16_t i = 0; i < dataplane->port.queue_count; i++) {
		error = open_shared_queue(dataplane, i);
		if (error != 0) {
			return error;
		}
	}
	error = answer_filter_attach(dataplane->filter, ports->first, ports->last, &fault);
	if (error != 0) {
		return start_fault(dataplane, "xdp", error, "interface %s: %s",
				   dataplane->options.interface, fault.text);
	}
	return 0;
}

static int open_exclusive(struct dataplane *dataplane)
{
	struct packet_port *port = &dataplane->port;
	port->queue_count = (uint16_t)dataplane->lcores.worker_count;
	int error = create_packet_pools(dataplane);
	if (error == 0) {
		error = open_device(dataplane, dataplane->options.device, 0, port->queue_count);
	}
	if (error == 0) {
		device_take_multicast(port->queues[0].port);
	}
	return error;
}

int start_port(struct dataplane *dataplane)
{
	return dataplane_is_shared(dataplane) ? open_shared(dataplane) : open_exclusive(dataplane);
}
