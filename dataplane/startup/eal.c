// SPDX-License-Identifier: BSD-3-Clause
// CPUs and memory of the process: the configuration as arguments of the EAL (port/environment.h). Two dataplanes on one
// host have different sockets, which tells them apart.

#include "port/device.h"
#include "port/environment.h"
#include "port/port_fault.h"
#include "startup/dataplane.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static_assert(OPTIONS_EAL_ARGUMENTS_MAX <= ENVIRONMENT_EXTRA_MAX, "all of them are passed on");

static int start_environment(struct dataplane *dataplane)
{
	const struct options *options = &dataplane->options;
	char lcores[LCORE_PLAN_TEXT_MAX];
	struct port_fault fault;
	int error = lcore_plan_format(&dataplane->lcores, lcores);
	if (error != 0) {
		return start_fault(dataplane, "cpus", error,
				   "too many CPUs for one --lcores argument: use main_cpu");
	}
	bool is_pci = !dataplane_is_shared(dataplane) && device_is_pci(options->device);
	const struct environment_config config = {
		.program = "parallax-dataplane",
		.lcores = lcores,
		.identity = options->socket,
		.memory_mb = options->memory_mb,
		.hugepages = options->hugepages,
		.pci_device = is_pci ? options->device : NULL,
		.extra = dataplane->request.eal_arguments,
		.extra_count = dataplane->request.eal_argument_count,
	};
	error = environment_start(&config, &fault);
	return error == 0 ? 0 : start_fault(dataplane, fault.step, error, "%s", fault.text);
}

int start_eal(struct dataplane *dataplane)
{
	int bad_cpu = 0;
	cpu_set_t allowed;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
		return start_fault(dataplane, "cpus", -errno, "cannot read the allowed CPUs: %s",
				   strerror(errno));
	}
	int error = lcore_plan_make(&dataplane->options.workers, dataplane->options.main_cpu,
				    &allowed, &dataplane->lcores, &bad_cpu);
	if (error != 0) {
		return start_fault(dataplane, "cpus", error,
				   "CPU %d does not exist or is not allowed to this process: see "
				   "`taskset -p $$` and correct workers or main_cpu",
				   bad_cpu);
	}
	error = start_environment(dataplane);
	if (error != 0) {
		return error;
	}
	dataplane->is_eal_up = true;
	return 0;
}
