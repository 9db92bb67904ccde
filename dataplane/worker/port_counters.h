// SPDX-License-Identifier: BSD-3-Clause
// What the drivers of the workers' DPDK ports counted. Control thread; the drivers allow reading while queues run.

#pragma once

#include <stdbool.h>

struct port_counters;
struct worker_environment;

// worker_group_read_port.
bool port_counters_read(const struct worker_environment *environment, unsigned place,
			struct port_counters *ret_counters);
