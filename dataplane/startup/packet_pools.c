// SPDX-License-Identifier: BSD-3-Clause
// Packet memory. Each receive queue has its own pool (net_af_xdp makes it the queue's UMEM); each worker has its own
// transmit pool, apart from the receive pools so that header templates survive in its buffers.

#include "startup/dataplane.h"

#include <parallax/dns/message_writer.h>

#include "port/device.h"
#include "port/packet_pool.h"

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <errno.h>

#define TRANSMIT_POOL_SIZE 4095
#define FRAME_POOL_SIZE 1023
#define TRANSMIT_ROOM (RTE_PKTMBUF_HEADROOM + RTE_ALIGN_CEIL(PLX_QUERY_MAX, PLX_CACHE_LINE))

static bool is_af_xdp(const struct dataplane *dataplane)
{
	return dataplane_is_shared(dataplane) || device_is_af_xdp(dataplane->options.device);
}

static struct rte_mempool *create_receive_pool(const struct dataplane *dataplane, unsigned queue)
{
	// What peers hold in their steering rings must not starve a queue.
	unsigned steered = dataplane->lcores.worker_count > 1 ? WORKER_STEER_RING_SIZE : 0;
	return packet_pool_create_receive("receive", queue, PACKET_POOL_RECEIVE_SIZE + steered,
					  is_af_xdp(dataplane));
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
		port->receive_pools[i] = create_receive_pool(dataplane, i);
		if (port->receive_pools[i] == NULL) {
			return lack_of_memory(dataplane, "received packets");
		}
	}
	for (unsigned i = 0; i < dataplane->lcores.worker_count; i++) {
		port->transmit_pools[i] = packet_pool_create("transmit", i, TRANSMIT_POOL_SIZE,
							     PACKET_POOL_CACHE, TRANSMIT_ROOM);
		if (port->transmit_pools[i] == NULL) {
			return lack_of_memory(dataplane, "queries");
		}
	}
	if (!dataplane_is_shared(dataplane)) {
		port->frame_pool = packet_pool_create("frames", 0, FRAME_POOL_SIZE, 0,
						      RTE_MBUF_DEFAULT_BUF_SIZE);
		if (port->frame_pool == NULL) {
			return lack_of_memory(dataplane, "the kernel's packets");
		}
	}
	return 0;
}
