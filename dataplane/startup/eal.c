// SPDX-License-Identifier: BSD-3-Clause
// The EAL with arguments of our own; what follows `--` on the command line comes last and so wins. Two dataplanes on
// one host do not meet: each has its file prefix, and none of the EAL's shared files is made.

#include "startup/dataplane.h"

#include <parallax/base/siphash.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EAL_OWN_ARGUMENTS_MAX 16

// The EAL keeps pointers into its arguments.
struct eal_arguments {
	int count;
	char *values[EAL_OWN_ARGUMENTS_MAX + OPTIONS_EAL_ARGUMENTS_MAX + 1];
	char text[EAL_OWN_ARGUMENTS_MAX][LCORE_PLAN_TEXT_MAX];
};

PLX_PRINTF(2, 3)
static void add_argument(struct eal_arguments *arguments, const char *format, ...)
{
	char *text = arguments->text[arguments->count];
	va_list values;
	va_start(values, format);
	vsnprintf(text, sizeof(arguments->text[0]), format, values);
	va_end(values);
	arguments->values[arguments->count++] = text;
}

static uint32_t hash_of_path(const char *path)
{
	const struct plx_siphash_key key = {0};
	return (uint32_t)plx_siphash(&key, path, strlen(path));
}

bool device_is_pci(const char *device)
{
	unsigned domain, bus, slot, function;
	int end = 0;
	bool is_match = sscanf(device, "%x:%x:%x.%x%n", &domain, &bus, &slot, &function, &end) == 4;
	return (is_match && (device[end] == '\0' || device[end] == ',')) ||
	       strncmp(device, "pci:", 4) == 0;
}

static int make_arguments(const struct dataplane *dataplane, struct eal_arguments *arguments)
{
	const struct options *options = &dataplane->options;
	char lcores[LCORE_PLAN_TEXT_MAX];
	int error = lcore_plan_format(&dataplane->lcores, lcores);
	if (error != 0) {
		return start_fault(dataplane, "cpus", error,
				   "too many CPUs for one --lcores argument: use main_cpu");
	}
	add_argument(arguments, "parallax-dataplane");
	add_argument(arguments, "--lcores=%s", lcores);
	add_argument(arguments, "--file-prefix=parallax_%08x", hash_of_path(options->socket));
	add_argument(arguments, "--no-telemetry");
	add_argument(arguments, "--log-level=*:warning");
	if (options->hugepages) {
		add_argument(arguments, "--in-memory"); // leaves no files in hugetlbfs
		add_argument(arguments, "--socket-limit=%u", options->memory_mb);
	} else {
		add_argument(arguments, "--no-huge");
		add_argument(arguments, "--no-shconf");
	}
	add_argument(arguments, "-m");
	add_argument(arguments, "%u", options->memory_mb);
	if (dataplane_is_shared(dataplane) || !device_is_pci(options->device)) {
		add_argument(arguments, "--no-pci");
	} else {
		add_argument(arguments, "--allow=%s", options->device);
	}
	for (unsigned i = 0; i < dataplane->request.eal_argument_count; i++) {
		arguments->values[arguments->count++] = dataplane->request.eal_arguments[i];
	}
	return 0;
}

int start_eal(struct dataplane *dataplane)
{
	static struct eal_arguments arguments;
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
	error = make_arguments(dataplane, &arguments);
	if (error != 0) {
		return error;
	}
	if (rte_eal_init(arguments.count, arguments.values) < 0) {
		return start_fault(dataplane, "eal", -rte_errno,
				   "DPDK's environment did not start: %s; %s",
				   rte_strerror(rte_errno),
				   dataplane->options.hugepages
					   ? "check vm.nr_hugepages, or set hugepages: false"
					   : "its own lines above say more, lower memory_mb if "
					     "memory is short");
	}
	dataplane->is_eal_up = true;
	// The EAL made a folder of its own and nothing in it. It could not be removed later without privileges.
	(void)rmdir(rte_eal_get_runtime_dir());
	return 0;
}
