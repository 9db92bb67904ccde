// SPDX-License-Identifier: BSD-3-Clause
// The EAL (DPDK's environment: CPUs, memory, devices) with arguments of our own. Once a process, on its main thread.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

#define ENVIRONMENT_EXTRA_MAX 64

struct port_fault;

struct environment_config {
	const char *program;
	const char *lcores;   // lcore_plan_format
	const char *identity; // a text that no other process on this host has: two do not meet
	uint32_t memory_mb;
	bool hugepages;
	const char *pci_device; // the only one to look at; NULL: none
	char *const *extra;     // the user's own arguments: last, so that they win. Kept by the EAL
	unsigned extra_count;   // ENVIRONMENT_EXTRA_MAX at most
};

// A negative error and the fault.
PLX_MUST_CHECK int environment_start(const struct environment_config *config,
				     struct port_fault *fault);
// Once, after a start that succeeded, when no lcore runs any more and ports are stopped.
void environment_stop(void);
