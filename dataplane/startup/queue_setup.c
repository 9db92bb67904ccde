// SPDX-License-Identifier: BSD-3-Clause
// Configures the port's queue pairs and finds the socket behind each receive queue, where the driver has one
// (net_af_xdp, net_af_packet): a sleeping worker waits on it instead of looking at the queue from time to time.

#include "startup/dataplane.h"

#include <rte_ethdev.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define DESCRIPTORS 2048
#define SOCKETS_MAX 1024

#ifndef AF_XDP
#define AF_XDP 44
#endif

struct socket_list {
	unsigned count;
	int fds[SOCKETS_MAX];
};

static bool is_packet_socket(int fd)
{
	int domain;
	socklen_t length = sizeof(domain);
	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
	       (domain == AF_XDP || domain == AF_PACKET);
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

// In ascending order, which is the order in which they were opened.
static void list_packet_sockets(struct socket_list *ret_list)
{
	ret_list->count = 0;
	DIR *folder = opendir("/proc/self/fd");
	if (folder == NULL) {
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(folder)) != NULL && ret_list->count < SOCKETS_MAX) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);
		if (*end == '\0' && end != entry->d_name && is_packet_socket((int)fd)) {
			ret_list->fds[ret_list->count++] = (int)fd;
		}
	}
	closedir(folder);
	qsort(ret_list->fds, ret_list->count, sizeof(ret_list->fds[0]), compare_fds);
}

static int configure(struct dataplane *dataplane, uint16_t *descriptors)
{
	struct packet_port *port = &dataplane->port;
	struct rte_eth_dev_info info;
	struct rte_eth_conf configuration = {0};
	uint16_t receive = DESCRIPTORS, transmit = DESCRIPTORS;
	int error = rte_eth_dev_info_get(port->id, &info);
	if (error != 0) {
		return start_fault(dataplane, "port", error, "%s tells nothing about itself: %s",
				   port->name, strerror(-error));
	}
	if (port->queue_count > info.max_rx_queues || port->queue_count > info.max_tx_queues) {
		return start_fault(
			dataplane, "port", -EINVAL,
			"%s has %u receive and %u transmit queues, %u of each are needed: "
			"set workers lower or give the device more queues",
			port->name, info.max_rx_queues, info.max_tx_queues, port->queue_count);
	}
	const uint64_t checksums = RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
	configuration.rxmode.offloads = info.rx_offload_capa & checksums;
	if (port->queue_count > 1 && info.flow_type_rss_offloads != 0) {
		configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		configuration.rx_adv_conf.rss_conf.rss_hf =
			(RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP) & info.flow_type_rss_offloads;
	}
	error = rte_eth_dev_configure(port->id, port->queue_count, port->queue_count,
				      &configuration);
	if (error == 0) {
		error = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &receive, &transmit);
	}
	if (error != 0) {
		return start_fault(dataplane, "port", error, "%s refuses %u queues: %s", port->name,
				   port->queue_count, strerror(-error));
	}
	descriptors[0] = receive;
	descriptors[1] = transmit;
	return 0;
}

static int set_up_pair(struct dataplane *dataplane, uint16_t queue, const uint16_t *descriptors)
{
	struct packet_port *port = &dataplane->port;
	int error = rte_eth_rx_queue_setup(port->id, queue, descriptors[0], SOCKET_ID_ANY, NULL,
					   port->receive_pools[queue]);
	if (error == 0) {
		error = rte_eth_tx_queue_setup(port->id, queue, descriptors[1], SOCKET_ID_ANY,
					       NULL);
	}
	if (error != 0) {
		return start_fault(
			dataplane, "port", error,
			"queue %u of %s cannot be set up: %s; the driver's lines above say "
			"more (shared mode needs root or CAP_NET_ADMIN, CAP_BPF and "
			"CAP_NET_RAW)",
			queue, port->name, strerror(-error));
	}
	return 0;
}

// The driver opened them in queue order, whether at probing (af_packet) or at queue set-up (af_xdp).
static void assign_sockets(struct packet_port *port)
{
	static struct socket_list sockets;
	list_packet_sockets(&sockets);
	for (unsigned i = 0; i < port->queue_count; i++) {
		port->queues[i].queue = (uint16_t)i;
		port->queues[i].fd = sockets.count == port->queue_count ? sockets.fds[i] : -1;
	}
}

int set_up_queues(struct dataplane *dataplane)
{
	uint16_t descriptors[2];
	int error = configure(dataplane, descriptors);
	for (uint16_t i = 0; i < dataplane->port.queue_count && error == 0; i++) {
		error = set_up_pair(dataplane, i, descriptors);
	}
	if (error == 0) {
		assign_sockets(&dataplane->port);
	}
	return error;
}
