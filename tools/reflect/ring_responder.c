// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/ring_responder.h"

#include "link/exclusive_link.h"
#include "port/packet_pool.h"
#include "port/port_fault.h"
#include "port/unmap_guard.h"
#include "reflect/reflect_worker.h"
#include "reflect/ring_pair.h"

#include <rte_lcore.h>
#include <rte_malloc.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#define POOL_INDEX 1000 // a name that no queue of the port has

struct ring_responder {
	int cpu;
	pthread_t thread;
	struct reflect_answers *answers;
	struct reflect_worker *worker;
};

static const struct mac_address far_mac = {{2, 0, 0, 0, 0, 2}};

static void *run(void *context)
{
	struct ring_responder *responder = context;
	cpu_set_t cpus;
	CPU_ZERO(&cpus);
	CPU_SET((size_t)responder->cpu, &cpus);
	(void)pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	(void)rte_thread_register(); // a packet cache of its own; without it, it is only slower
	(void)reflect_worker_run(responder->worker);
	rte_thread_unregister();
	return NULL;
}

static int open_port(struct reflect_worker *worker, struct port_fault *fault)
{
	uint16_t far;
	struct rte_mempool *pool =
		packet_pool_create_receive("receive", POOL_INDEX, PACKET_POOL_RECEIVE_SIZE, false);
	if (pool == NULL) {
		return port_fault_set(fault, "packet_memory", -ENOMEM,
				      "no memory for the responder's packets: raise memory_mb");
	}
	worker->link_pool = pool;
	worker->queue_count = 1;
	int error = ring_pair_make(&far, fault);
	return error == 0 ? queue_pairs_open(far, RING_PAIR_FAR, &pool, 1, &worker->queues[0].pair,
					     fault)
			  : error;
}

static int make_link(struct reflect_worker *worker, const struct plx_ip *address,
		     struct port_fault *fault)
{
	int error = 0;
	const struct exclusive_link_config config = {
		.mac = far_mac,
		.addresses = {.entries = {{.ip = *address,
					   .prefix_length = (uint8_t)(plx_ip_length(address) * 8)}},
			      .count = 1},
	};
	worker->link = exclusive_link_create(&config, 0, &error);
	return worker->link != NULL
		       ? 0
		       : port_fault_set(fault, "addresses", error,
					"the server's address cannot be a responder's: %s",
					strerror(-error));
}

static int make_worker(struct ring_responder *responder, const struct plx_endpoint *server,
		       struct port_fault *fault)
{
	const struct reflect_config nodata = {.profile = {.kind = REFLECT_NODATA}};
	struct reflect_worker *worker =
		rte_zmalloc("reflect_worker", sizeof(*worker), PLX_CACHE_LINE);
	responder->worker = worker;
	responder->answers = reflect_answers_create(&nodata);
	if (worker == NULL || responder->answers == NULL) {
		return port_fault_set(fault, "memory", -ENOMEM, "no memory for a responder");
	}
	worker->rules = (struct reflect_rules) {
		.answers = responder->answers,
		.addresses = {server->ip},
		.address_count = 1,
		.port = server->port,
	};
	worker->makes_copies = true;
	int error = open_port(worker, fault);
	return error == 0 ? make_link(worker, &server->ip, fault) : error;
}

struct ring_responder *ring_responder_start(const struct plx_endpoint *server, int cpu,
					    struct port_fault *fault)
{
	static struct ring_responder responder;
	responder.cpu = cpu;
	int error = make_worker(&responder, server, fault);
	if (error == 0 && unmap_guard_watch(&responder.worker->counters.turns) != 0) {
		error = port_fault_set(fault, "launch", -ENOSPC, "too many threads");
	}
	if (error != 0) {
		return NULL;
	}
	error = rte_ctrl_thread_create(&responder.thread, "responder", NULL, run, &responder);
	if (error != 0) {
		(void)port_fault_set(fault, "launch", error, "no thread for the responder: %s",
				     strerror(-error));
		return NULL;
	}
	return &responder;
}

void ring_responder_stop(struct ring_responder *responder)
{
	if (responder == NULL) {
		return;
	}
	__atomic_store_n(&responder->worker->should_stop, 1, __ATOMIC_RELAXED);
	pthread_join(responder->thread, NULL);
	exclusive_link_destroy(responder->worker->link);
	reflect_answers_destroy(responder->answers);
}
