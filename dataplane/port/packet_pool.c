// SPDX-License-Identifier: BSD-3-Clause

#include "port/packet_pool.h"

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct rte_mempool *packet_pool_create(const char *what, unsigned index, unsigned size,
				       unsigned cache, uint16_t room)
{
	char name[RTE_MEMPOOL_NAMESIZE];
	snprintf(name, sizeof(name), "%s_%u", what, index);
	return rte_pktmbuf_pool_create(name, size, cache, 0, room, SOCKET_ID_ANY);
}

// net_af_xdp registers "number of buffers times their size" as the queue's memory. But a pool never lets a buffer cross a
// page, so with small pages that is less than it spans, and the kernel refuses the buffers beyond: after some load no
// packet arrives any more (DPDK 22.11). Buffers of exactly one page leave no such gaps.
static struct rte_mempool *create_page_pool(const char *what, unsigned index, unsigned size)
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
	struct rte_mempool *pool = rte_mempool_create_empty(
		name, size, buffer_bytes, PACKET_POOL_CACHE, sizeof(private), SOCKET_ID_ANY, flags);
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

struct rte_mempool *packet_pool_create_receive(const char *what, unsigned index, unsigned size,
					       bool is_af_xdp)
{
	return is_af_xdp ? create_page_pool(what, index, size)
			 : packet_pool_create(what, index, size, PACKET_POOL_CACHE,
					      RTE_MBUF_DEFAULT_BUF_SIZE);
}
