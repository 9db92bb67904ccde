// SPDX-License-Identifier: BSD-3-Clause
// Opens the port. Shared mode: net_af_xdp on the kernel's interface with our own XDP program. Exclusive mode: whatever
// device string the configuration gives.

#include "startup/packet_port.h"

#include "port/port_fault.h"
#include "port/shared_interface.h"
#include "startup/dataplane.h"

static int report(const struct dataplane *dataplane, int error, const struct port_fault *fault)
{
	return error == 0 ? 0 : start_fault(dataplane, fault->step, error, "%s", fault->text);
}

static int open_shared(struct dataplane *dataplane)
{
	struct port_fault fault;
	struct shared_interface shared;
	struct packet_port *port = &dataplane->port;
	const struct options_port_range *ports = &dataplane->options.source_ports;
	const struct shared_interface_config config = {
		.interface = dataplane->options.interface,
		.kind = PACKET_FILTER_ANSWERS,
		.xdp_program = dataplane->options.xdp_program,
		.worker_count = dataplane->lcores.worker_count,
		.worker_option = "workers",
		.worker_queues_max = WORKER_QUEUES_MAX,
	};
	int error = report(dataplane, shared_interface_prepare(&config, &shared, &fault), &fault);
	if (error != 0) {
		return error;
	}
	dataplane->filter = shared.filter;
	port->interface_index = shared.index;
	port->queue_count = shared.queue_count;
	error = create_packet_pools(dataplane);
	if (error != 0) {
		return error;
	}
	error = shared_interface_open(&shared, port->receive_pools, port->queues, &port->identity,
				      &fault);
	if (error == 0) {
		error = shared_interface_attach(&shared, ports->first, ports->last, &fault);
	}
	return report(dataplane, error, &fault);
}

static int open_exclusive(struct dataplane *dataplane)
{
	struct port_fault fault;
	struct packet_port *port = &dataplane->port;
	port->queue_count = (uint16_t)dataplane->lcores.worker_count;
	int error = create_packet_pools(dataplane);
	if (error != 0) {
		return error;
	}
	error = device_open(dataplane->options.device, port->receive_pools, port->queue_count,
			    port->queues, &port->identity, &fault);
	if (error == 0) {
		device_take_multicast(port->queues[0].port);
	}
	return report(dataplane, error, &fault);
}

int start_port(struct dataplane *dataplane)
{
	return dataplane_is_shared(dataplane) ? open_shared(dataplane) : open_exclusive(dataplane);
}
