// SPDX-License-Identifier: BSD-3-Clause
// Packet memory. Each receive queue has its own pool (net_af_xdp makes it the queue's UMEM); each worker has its own
// transmit pool, apart from the receive pools so that header templates survive in its buffers.

#include "startup/dataplane.h"

#include <parallax/dns/message_writer.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <stdio.h>

// net_af_xdp keeps 2048 buffers in the fill ring, as many in flight each way; steering and exception rings hold some.
#define RECEIVE_POOL_SIZE 8191
#define TRANSMIT_POOL_SIZE 4095
#define FRAME_POOL_SIZE 1023
#define POOL_CACHE 256
#define TRANSMIT_ROOM (RTE_PKTMBUF_HEADROOM + RTE_ALIGN_CEIL(PLX_QUERY_MAX, PLX_CACHE_LINE))

static struct rte_mempool *create_pool(const char *what, unsigned index, unsigned size,
				       unsigned cache, uint16_t room, int socket)
{
	char name[RTE_MEMPOOL_NAMESIZE];
	snprintf(name, sizeof(name), "%s_%u", what, index);
	return rte_pktmbuf_pool_create(name, size, cache, 0, room, socket);
}

static int lack_of_memory(const struct dataplane *dataplane, const char *what)
{
	return start_fault(dataplane, "packet_memory", -rte_errno,
			   "no memory for %s (%u queues, %u workers): raise memory_mb (now %u)%s",
			   what, dataplane->port.queue_count, dataplane->lcores.worker_count,
			   dataplane->options.memory_mb,
			   dataplane->options.hugepages ? " and vm.nr_hugepages" : "");
}

int create_packet_pools(struct dataplane *dataplane)
{
	struct packet_port *port = &dataplane->port;
	const int socket = SOCKET_ID_ANY;
	static const struct rte_mbuf_dynfield field = {
		.name = "parallax_template",
		.size = sizeof(uint32_t),
		.align = __alignof__(uint32_t),
	};
	port->template_field = rte_mbuf_dynfield_register(&field);
	if (port->template_field < 0) {
		return start_fault(dataplane, "packet_memory", -rte_errno,
				   "no room for a field in packet buffers: %s",
				   rte_strerror(rte_errno));
	}
	for (unsigned i = 0; i < port->queue_count; i++) {
		port->receive_pools[i] = create_pool("receive", i, RECEIVE_POOL_SIZE, POOL_CACHE,
						     RTE_MBUF_DEFAULT_BUF_SIZE, socket);
		if (port->receive_pools[i] == NULL) {
			return lack_of_memory(dataplane, "received packets");
		}
	}
	for (unsigned i = 0; i < dataplane->lcores.worker_count; i++) {
		port->transmit_pools[i] = create_pool("transmit", i, TRANSMIT_POOL_SIZE, POOL_CACHE,
						      TRANSMIT_ROOM, socket);
		if (port->transmit_pools[i] == NULL) {
			return lack_of_memory(dataplane, "queries");
		}
	}
	if (!dataplane_is_shared(dataplane)) {
		port->frame_pool = create_pool("frames", 0, FRAME_POOL_SIZE, 0,
					       RTE_MBUF_DEFAULT_BUF_SIZE, socket);
		if (port->frame_pool == NULL) {
			return lack_of_memory(dataplane, "the kernel's packets");
		}
	}
	return 0;
}
