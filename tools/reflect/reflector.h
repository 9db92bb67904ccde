// SPDX-License-Identifier: BSD-3-Clause
// The process: DPDK, the port, one worker an lcore. Main thread.

#pragma once

#include <parallax/base/attributes.h>

#include "port/device.h"
#include "port/shared_interface.h"
#include "reflect/counters.h"
#include "reflect/reflect_options.h"
#include "reflect/reflect_worker.h"
#include "startup/lcore_plan.h"

#define REFLECTOR_QUEUES_MAX SHARED_INTERFACE_QUEUES_MAX

struct port_fault;

struct reflector {
	const struct reflect_options *options;
	struct lcore_plan lcores;
	struct reflect_answers *answers;
	struct reflect_worker *workers[OPTIONS_WORKERS_MAX];
	uint16_t queue_count;
	struct device_identity identity;
	struct shared_interface shared; // with --interface
	struct rte_mempool *pools[REFLECTOR_QUEUES_MAX];
	struct port_queue queues[REFLECTOR_QUEUES_MAX];
	bool is_eal_up;
	bool is_running;
	uint64_t started_ns;
	uint64_t cycles_hz;
};

// All up to running workers, and privileges dropped. A negative error and the fault; stop it all the same.
PLX_MUST_CHECK int reflector_start(struct reflector *reflector,
				   const struct reflect_options *options, struct port_fault *fault);
void reflector_count(const struct reflector *reflector, struct reflect_counters *ret_counters);
// Ends the workers; counters stay.
void reflector_halt(struct reflector *reflector);
void reflector_stop(struct reflector *reflector);
