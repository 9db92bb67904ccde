// SPDX-License-Identifier: BSD-3-Clause
// Packet memory. Each receive queue has its own pool (net_af_xdp makes it the queue's UMEM); each worker has its own
// transmit pool, apart from the receive pools so that header templates survive in its buffers.

#include "startup/dataplane.h"

#include <parallax/dns/message_writer.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_mempool.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// net_af_xdp keeps 2048 buffers for reception and as many for sending; caches, bursts and the exception ring hold some.
#define RECEIVE_POOL_SIZE 6143
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

static bool is_af_xdp(const struct dataplane *dataplane)
{
	return dataplane_is_shared(dataplane) ||
	       strncmp(dataplane->options.device, "net_af_xdp", strlen("net_af_xdp")) == 0;
}

// net_af_xdp registers "number of buffers times their size" as the queue's memory. But a pool never lets a buffer cross a
// page, so with small pages that is less than it spans, and the kernel refuses the buffers beyond: after some load no
// packet arrives any more (DPDK 22.11). Buffers of exactly one page leave no such gaps.
static struct rte_mempool *create_page_pool(const char *what, unsigned index, unsigned size,
					    int socket)
{
	char name[RTE_MEMPOOL_NAMESIZE];
	struct rte_mempool_objsz sizes;
	const unsigned flags = RTE_MEMPOOL_F_NO_SPREAD; // no padding between buffers
	rte_mempool_calc_obj_size(sizeof(struct rte_mbuf), flags, &sizes);
	uint32_t buffer_bytes = (uint32_t)getpagesize() - sizes.header_size - sizes.trailer_size;
	struct rte_pktmbuf_pool_private private = {
		.mbuf_data_room_size = (uint16_t)(buffer_bytes - sizeof(struct rte_mbuf)),
	};
	snprintf(name, sizeof(name), "%s_%u", what, index);
	struct rte_mempool *pool = rte_mempool_create_empty(name, size, buffer_bytes, POOL_CACHE,
							    sizeof(private), socket, flags);
	if (pool == NULL || rte_mempool_set_ops_byname(pool, "ring_mp_mc", NULL) != 0) {
		rte_mempool_free(pool);
		return NULL;
	}
	rte_pktmbuf_pool_init(pool, &private);
	if (rte_mempool_populate_default(pool) < 0 || pool->nb_mem_chunks != 1) {
		rte_mempool_free(pool); // in pieces it could not be registered as one either
		rte_errno = ENOMEM;
		return NULL;
	}
	rte_mempool_obj_iter(pool, rte_pktmbuf_init, NULL);
	return pool;
}

static struct rte_mempool *create_receive_pool(const struct dataplane *dataplane, unsigned queue)
{
	// What peers hold in their steering rings must not starve a queue.
	unsigned steered = dataplane->lcores.worker_count > 1 ? WORKER_STEER_RING_SIZE : 0;
	unsigned size = RECEIVE_POOL_SIZE + steered;
	return is_af_xdp(dataplane) ? create_page_pool("receive", queue, size, SOCKET_ID_ANY)
				    : create_pool("receive", queue, size, POOL_CACHE,
						  RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
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
		port->receive_pools[i] = create_receive_pool(dataplane, i);
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
