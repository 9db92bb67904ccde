// SPDX-License-Identifier: BSD-3-Clause
// Configures the port's queue pairs and finds the socket behind each receive queue, where the driver has one
// (net_af_xdp, net_af_packet): a sleeping worker waits on it instead of looking at the queue from time to time.

#include "port/queue_pairs.h"

#include "port/port_fault.h"

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

static bool contains(const struct socket_list *list, int fd)
{
	return bsearch(&fd, list->fds, list->count, sizeof(list->fds[0]), compare_fds) != NULL;
}

struct descriptor_counts {
	uint16_t receive;
	uint16_t transmit;
};

static int configure(uint16_t id, const char *name, uint16_t count,
		     struct descriptor_counts *descriptors, struct port_fault *fault)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf configuration = {0};
	int error = rte_eth_dev_info_get(id, &info);
	if (error != 0) {
		return port_fault_set(fault, "port", error, "%s tells nothing about itself: %s",
				      name, strerror(-error));
	}
	if (count > info.max_rx_queues || count > info.max_tx_queues) {
		return port_fault_set(
			fault, "port", -EINVAL,
			"%s has %u receive and %u transmit queues for %u workers: set "
			"workers lower or give the device more queues",
			name, info.max_rx_queues, info.max_tx_queues, count);
	}
	const uint64_t checksums = RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
	configuration.rxmode.offloads = info.rx_offload_capa & checksums;
	if (count > 1 && info.flow_type_rss_offloads != 0) {
		configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		configuration.rx_adv_conf.rss_conf.rss_hf =
			(RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP) & info.flow_type_rss_offloads;
	}
	error = rte_eth_dev_configure(id, count, count, &configuration);
	if (error == 0) {
		error = rte_eth_dev_adjust_nb_rx_tx_desc(id, &descriptors->receive,
							 &descriptors->transmit);
	}
	if (error != 0) {
		return port_fault_set(fault, "port", error, "%s refuses %u queues: %s", name, count,
				      strerror(-error));
	}
	return 0;
}

static int set_up_pair(const struct port_queue *queue, const char *name, struct rte_mempool *pool,
		       const struct descriptor_counts *descriptors, struct port_fault *fault)
{
	int error = rte_eth_rx_queue_setup(queue->port, queue->queue, descriptors->receive,
					   SOCKET_ID_ANY, NULL, pool);
	if (error == 0) {
		error = rte_eth_tx_queue_setup(queue->port, queue->queue, descriptors->transmit,
					       SOCKET_ID_ANY, NULL);
	}
	if (error != 0) {
		return port_fault_set(
			fault, "port", error,
			"queue %u of %s cannot be set up: %s; the driver's lines above say "
			"more (shared mode needs root, or CAP_NET_ADMIN, CAP_NET_RAW, "
			"CAP_BPF and CAP_SYS_ADMIN)",
			queue->queue, name, strerror(-error));
	}
	return 0;
}

// net_af_xdp opens a socket for each queue when it is set up; net_af_packet did when the device was probed.
static void find_sockets(struct port_queue *queues, uint16_t count,
			 const struct socket_list *before)
{
	static struct socket_list after;
	uint16_t found = 0;
	list_packet_sockets(&after);
	for (unsigned i = 0; i < after.count; i++) {
		bool is_new = !contains(before, after.fds[i]);
		bool is_of_device = is_new || (before->count == count && after.count == count);
		if (is_of_device && found < count) {
			queues[found++].fd = after.fds[i];
		}
	}
	for (uint16_t i = 0; i < count && found < count; i++) {
		queues[i].fd = -1; // not one for each: none can be told
	}
}

int queue_pairs_open(uint16_t id, const char *name, struct rte_mempool *const *pools,
		     uint16_t count, struct port_queue *ret_queues, struct port_fault *fault)
{
	static struct socket_list before;
	struct descriptor_counts descriptors = {DESCRIPTORS, DESCRIPTORS};
	list_packet_sockets(&before);
	int error = configure(id, name, count, &descriptors, fault);
	for (uint16_t i = 0; i < count && error == 0; i++) {
		ret_queues[i] = (struct port_queue) {.port = id, .queue = i, .fd = -1};
		error = set_up_pair(&ret_queues[i], name, pools[i], &descriptors, fault);
	}
	if (error != 0) {
		return error;
	}
	find_sockets(ret_queues, count, &before);
	error = rte_eth_dev_start(id);
	if (error != 0) {
		return port_fault_set(fault, "port", error, "%s does not start: %s", name,
				      strerror(-error));
	}
	return 0;
}

void queue_pairs_close(const struct port_queue *queues, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		bool is_first_of_port = queues[i].queue == 0;
		if (is_first_of_port && rte_eth_dev_is_valid_port(queues[i].port)) {
			(void)rte_eth_dev_stop(queues[i].port);
		}
	}
}
