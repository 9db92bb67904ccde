// SPDX-License-Identifier: BSD-3-Clause
// Memory of a worker lies on its NUMA node. Rings to and from the control thread have one producer and one consumer;
// only the steering ring has several producers.

#include "worker/worker_create.h"

#include "exchange/lane_wake.h"
#include "network/server_paths.h"
#include "recursion/recursor.h"
#include "worker/path_handover.h"
#include "worker/worker.h"
#include "worker/worker_command.h"

#include <rte_malloc.h>
#include <rte_ring_elem.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct rte_ring *create_ring(const char *what, const struct worker_config *config,
				    unsigned size, unsigned flags)
{
	char name[RTE_RING_NAMESIZE];
	snprintf(name, sizeof(name), "%s_%u", what, config->index);
	return rte_ring_create(name, size, config->socket, flags);
}

static int create_rings(struct worker *worker, const struct worker_config *config)
{
	const unsigned pair = RING_F_SP_ENQ | RING_F_SC_DEQ;
	const struct worker_environment *environment = worker->environment;
	worker->mailbox = create_ring("mailbox", config, WORKER_MAILBOX_SIZE, pair);
	worker->completions = create_ring("completions", config, WORKER_MAILBOX_SIZE, pair);
	bool is_complete = worker->mailbox != NULL && worker->completions != NULL;
	if (environment->worker_count > 1) {
		worker->steered =
			create_ring("steered", config, WORKER_STEER_RING_SIZE, RING_F_SC_DEQ);
		is_complete &= worker->steered != NULL;
	}
	if (environment->is_exclusive) {
		worker->frames_in = create_ring("frames_in", config, WORKER_FRAME_RING_SIZE, pair);
		is_complete &= worker->frames_in != NULL;
	}
	if (environment->is_exclusive && config->index == 0) {
		worker->frames_out =
			create_ring("frames_out", config, WORKER_FRAME_RING_SIZE, pair);
		is_complete &= worker->frames_out != NULL;
	}
	return is_complete ? 0 : -ENOMEM;
}

static int create_resolver(struct worker *worker, const struct worker_config *config)
{
	int error = plx_random_init(&worker->random);
	if (error != 0) {
		return error;
	}
	const struct resolver_config resolver_config = {
		.identity = &worker->environment->identity,
		.worker = config->index,
		.worker_count = (uint16_t)worker->environment->worker_count,
		.lookups_max = config->lookups_max,
		.slot_bits = config->slot_bits,
		.total_rate_qps = config->total_rate_qps,
		.random = &worker->random,
		.sink = {.deliver = lane_deliver, .context = worker},
		.counters = &worker->counters,
		.realtime_offset_ns = worker->realtime_offset_ns,
	};
	worker->resolver = resolver_create(&resolver_config, &error);
	return worker->resolver == NULL ? error : 0;
}

static struct rte_ring *create_path_ring(const char *what, unsigned element_bytes,
					 const struct worker_config *config)
{
	char name[RTE_RING_NAMESIZE];
	snprintf(name, sizeof(name), "%s_%u", what, config->index);
	return rte_ring_create_elem(name, element_bytes, PATH_RING_SIZE, config->socket,
				    RING_F_SP_ENQ | RING_F_SC_DEQ);
}

static int create_recursor(struct worker *worker, const struct worker_config *config)
{
	if (config->iteration == NULL) {
		return 0;
	}
	int error = 0;
	struct plx_siphash_key key;
	plx_random_bytes(&worker->random, &key, sizeof(key));
	worker->paths = server_paths_create(&key);
	worker->waiting = calloc(1, sizeof(*worker->waiting));
	worker->path_asks = create_path_ring("path_asks", sizeof(struct path_ask), config);
	worker->path_answers = create_path_ring("path_answers", sizeof(struct path_answer), config);
	if (worker->paths == NULL || worker->waiting == NULL || worker->path_asks == NULL ||
	    worker->path_answers == NULL) {
		return -ENOMEM;
	}
	struct recursor_config recursor_config = *config->iteration;
	recursor_config.identity = &worker->environment->identity;
	recursor_config.worker = config->index;
	recursor_config.first_slot = worker->environment->first_iterative_slot;
	recursor_config.slot_count = worker->environment->iterative_slot_count;
	recursor_config.random = &worker->random;
	recursor_config.sink = (struct resolver_sink) {.deliver = lane_deliver, .context = worker};
	recursor_config.counters = &worker->counters;
	recursor_config.realtime_offset_ns = worker->realtime_offset_ns;
	worker->recursor = recursor_create(&recursor_config, &error);
	return worker->recursor == NULL ? error : 0;
}

struct worker *worker_create(struct worker_environment *environment,
			     const struct worker_config *config, int *ret_error)
{
	struct worker *worker =
		rte_zmalloc_socket("worker", sizeof(*worker), PLX_CACHE_LINE, config->socket);
	if (worker == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	worker->environment = environment;
	worker->transmit_pool = config->transmit_pool;
	worker->index = config->index;
	worker->queue_count = config->queue_count;
	worker->has_receive_fds = true;
	for (unsigned i = 0; i < config->queue_count; i++) {
		worker->queues[i] = config->queues[i];
		worker->has_receive_fds &= config->queues[i].fd >= 0;
	}
	worker->lcore = config->lcore;
	worker->cpu = config->cpu;
	worker->wake_fd = config->wake_fd;
	worker->is_polling = config->is_polling;
	worker->shows_polling = config->is_polling;
	worker->rules = (struct packet_rules) {
		.first_port = config->first_port,
		.last_port = config->last_port,
		.trusts_checksums = config->trusts_checksums,
	};
	worker->realtime_offset_ns = worker_clock_realtime_offset();
	worker->lanes_fd = lane_wake_open();
	int error = worker->lanes_fd < 0 ? worker->lanes_fd : create_rings(worker, config);
	if (error == 0) {
		error = create_resolver(worker, config);
	}
	if (error == 0) {
		error = create_recursor(worker, config);
	}
	if (error != 0) {
		worker_destroy(worker);
		*ret_error = error;
		return NULL;
	}
	environment->workers[config->index] = worker;
	return worker;
}

static void free_packets(struct rte_ring *ring)
{
	struct rte_mbuf *mbuf;
	while (ring != NULL && rte_ring_dequeue(ring, (void **)&mbuf) == 0) {
		rte_pktmbuf_free(mbuf);
	}
	rte_ring_free(ring);
}

void worker_destroy(struct worker *worker)
{
	if (worker == NULL) {
		return;
	}
	rte_pktmbuf_free_bulk(worker->unsent, worker->unsent_count);
	rte_pktmbuf_free_bulk(worker->spare, worker->spare_count);
	free_packets(worker->steered);
	free_packets(worker->frames_in);
	free_packets(worker->frames_out);
	rte_ring_free(worker->mailbox);
	rte_ring_free(worker->completions);
	rte_ring_free(worker->path_asks);
	rte_ring_free(worker->path_answers);
	resolver_destroy(worker->resolver);
	recursor_destroy(worker->recursor);
	server_paths_destroy(worker->paths);
	free(worker->waiting);
	if (worker->lanes_fd >= 0) {
		close(worker->lanes_fd);
	}
	rte_free(worker);
}
