// SPDX-License-Identifier: BSD-3-Clause

#include "port/shared_interface.h"

#include "port/interface_queues.h"
#include "port/port_fault.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int find_program(const struct shared_interface_config *config, char path[static PATH_MAX],
			struct port_fault *fault)
{
	static const char *const folders[] = {PLX_XDP_FOLDER_BUILT, PLX_XDP_FOLDER_INSTALLED};
	const char *file = config->kind == PACKET_FILTER_QUERIES ? "query_filter.bpf.o"
								 : "answer_filter.bpf.o";
	bool is_given = config->xdp_program[0] != '\0';
	for (unsigned i = 0; i < (is_given ? 1 : PLX_ARRAY_SIZE(folders)); i++) {
		if (is_given) {
			snprintf(path, PATH_MAX, "%s", config->xdp_program);
		} else {
			snprintf(path, PATH_MAX, "%s/%s", folders[i], file);
		}
		if (access(path, R_OK) == 0) {
			return 0;
		}
	}
	return port_fault_set(
		fault, "xdp", -ENOENT,
		"the XDP program %s cannot be read (%s): install it or set xdp_program", path,
		strerror(errno));
}

static int check_queues(const struct shared_interface_config *config, int queues,
			struct port_fault *fault)
{
	const char *interface = config->interface;
	unsigned workers = config->worker_count;
	if (queues < 0) {
		return port_fault_set(fault, "port", queues,
				      "interface %s tells no queue count: %s", interface,
				      strerror(-queues));
	}
	if (queues > SHARED_INTERFACE_QUEUES_MAX) {
		return port_fault_set(
			fault, "port", -E2BIG,
			"interface %s has more than %u queues: `ethtool -L %s combined %u`",
			interface, SHARED_INTERFACE_QUEUES_MAX, interface,
			SHARED_INTERFACE_QUEUES_MAX);
	}
	if ((unsigned)queues < workers || (unsigned)queues > workers * config->worker_queues_max) {
		return port_fault_set(fault, "port", -EINVAL,
				      "interface %s has %d queues for %u workers: set %s to %d, or "
				      "`ethtool -L %s combined %u`",
				      interface, queues, workers, config->worker_option, queues,
				      interface, workers);
	}
	return 0;
}

static int filter_fault(const struct shared_interface *shared, int error,
			const struct packet_filter_fault *filter_fault, struct port_fault *fault)
{
	return port_fault_set(fault, "xdp", error, "interface %s: %s", shared->name,
			      filter_fault->text);
}

int shared_interface_prepare(const struct shared_interface_config *config,
			     struct shared_interface *ret_shared, struct port_fault *fault)
{
	struct packet_filter_fault reason;
	const char *interface = config->interface;
	*ret_shared = (struct shared_interface) {
		.name = interface,
		.index = if_nametoindex(interface),
	};
	if (ret_shared->index == 0) {
		return port_fault_set(fault, "port", -ENODEV,
				      "interface %s does not exist: check the name with `ip link`",
				      interface);
	}
	int queues = count_interface_queues(interface);
	int error = check_queues(config, queues, fault);
	if (error == 0) {
		ret_shared->queue_count = (uint16_t)queues;
		error = find_program(config, ret_shared->xdp_program, fault);
	}
	if (error != 0) {
		return error;
	}
	error = packet_filter_remove_stale(ret_shared->index, &reason);
	if (error != 0) {
		return filter_fault(ret_shared, error, &reason, fault);
	}
	ret_shared->filter = packet_filter_create(ret_shared->index, config->kind);
	return ret_shared->filter != NULL ? 0
					  : port_fault_set(fault, "xdp", -ENOMEM, "out of memory");
}

// One DPDK device for each queue: net_af_xdp opens several at once only for NICs with combined channels, which veth
// does not have. Each brings a program of its own; the filter keeps the first for all queues.
static int open_queue(struct shared_interface *shared, uint16_t queue,
		      struct rte_mempool *const *pools, struct port_queue *ret_queue,
		      struct device_identity *identity, struct port_fault *fault)
{
	char device[PATH_MAX + 256];
	struct packet_filter_fault reason;
	// busy_budget=0: the kernel's interrupts deliver packets; a worker polls or sleeps as it likes.
	snprintf(device, sizeof(device),
		 "net_af_xdp%u,iface=%s,start_queue=%u,queue_count=1,xdp_prog=%s,busy_budget=0",
		 queue, shared->name, queue, shared->xdp_program);
	int error = device_open(device, pools, 1, ret_queue, identity, fault);
	if (error != 0) {
		return error;
	}
	error = packet_filter_adopt(shared->filter, queue, ret_queue->fd, &reason);
	return error == 0 ? 0 : filter_fault(shared, error, &reason, fault);
}

int shared_interface_open(struct shared_interface *shared, struct rte_mempool *const *pools,
			  struct port_queue *ret_queues, struct device_identity *ret_identity,
			  struct port_fault *fault)
{
	for (uint16_t i = 0; i < shared->queue_count; i++) {
		int error = open_queue(shared, i, pools + i, ret_queues + i, ret_identity, fault);
		if (error != 0) {
			return error;
		}
	}
	return 0;
}

int shared_interface_attach(struct shared_interface *shared, uint16_t first_port,
			    uint16_t last_port, struct port_fault *fault)
{
	struct packet_filter_fault reason;
	int error = packet_filter_attach(shared->filter, first_port, last_port, &reason);
	return error == 0 ? 0 : filter_fault(shared, error, &reason, fault);
}
