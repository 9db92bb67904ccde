// SPDX-License-Identifier: BSD-3-Clause
// What follows `--` on the command line comes last and so wins. Two processes on one host do not meet: each has its file
// prefix, and none of the EAL's shared files is made.

#include "port/environment.h"

#include <parallax/base/siphash.h>

#include "port/port_fault.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OWN_ARGUMENTS_MAX 16
#define ARGUMENT_TEXT_MAX 2048 // LCORE_PLAN_TEXT_MAX

// The EAL keeps pointers into its arguments.
struct arguments {
	int count;
	char *values[OWN_ARGUMENTS_MAX + ENVIRONMENT_EXTRA_MAX + 1];
	char text[OWN_ARGUMENTS_MAX][ARGUMENT_TEXT_MAX];
};

PLX_PRINTF(2, 3)
static void add_argument(struct arguments *arguments, const char *format, ...)
{
	char *text = arguments->text[arguments->count];
	va_list values;
	va_start(values, format);
	vsnprintf(text, sizeof(arguments->text[0]), format, values);
	va_end(values);
	arguments->values[arguments->count++] = text;
}

static uint32_t hash_of(const char *text)
{
	const struct plx_siphash_key key = {0};
	return (uint32_t)plx_siphash(&key, text, strlen(text));
}

static void make_arguments(const struct environment_config *config, struct arguments *arguments)
{
	add_argument(arguments, "%s", config->program);
	add_argument(arguments, "--lcores=%s", config->lcores);
	add_argument(arguments, "--file-prefix=parallax_%08x", hash_of(config->identity));
	add_argument(arguments, "--no-telemetry");
	add_argument(arguments, "--log-level=*:warning");
	if (config->hugepages) {
		add_argument(arguments, "--in-memory"); // leaves no files in hugetlbfs
		add_argument(arguments, "--socket-limit=%u", config->memory_mb);
	} else {
		add_argument(arguments, "--no-huge");
		add_argument(arguments, "--no-shconf");
	}
	add_argument(arguments, "-m");
	add_argument(arguments, "%u", config->memory_mb);
	if (config->pci_device == NULL) {
		add_argument(arguments, "--no-pci");
	} else {
		add_argument(arguments, "--allow=%s", config->pci_device);
	}
	for (unsigned i = 0; i < config->extra_count && i < ENVIRONMENT_EXTRA_MAX; i++) {
		arguments->values[arguments->count++] = config->extra[i];
	}
}

// The EAL fills in a record of 48 octets for each page before it looks for one: it would take a host's memory to say
// that it has not got more.
static int check_memory(const struct environment_config *config, struct port_fault *fault)
{
	uint64_t host_mb =
		(uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) >> 20;
	return config->memory_mb <= host_mb
		       ? 0
		       : port_fault_set(fault, "eal", -ENOMEM,
					"memory_mb is %u, and this host has %" PRIu64
					" MB: lower it",
					config->memory_mb, host_mb);
}

int environment_start(const struct environment_config *config, struct port_fault *fault)
{
	static struct arguments arguments;
	int error = check_memory(config, fault);
	if (error != 0) {
		return error;
	}
	make_arguments(config, &arguments);
	if (rte_eal_init(arguments.count, arguments.values) < 0) {
		return port_fault_set(
			fault, "eal", -rte_errno, "DPDK's environment did not start: %s; %s",
			rte_strerror(rte_errno),
			config->hugepages ? "check vm.nr_hugepages, or set hugepages: false"
					  : "its own lines above say more, lower memory_mb if "
					    "memory is short");
	}
	// The EAL made a folder of its own and nothing in it. It could not be removed later without privileges.
	(void)rmdir(rte_eal_get_runtime_dir());
	return 0;
}

void environment_stop(void)
{
	// net_af_xdp wants to detach its XDP program, which left with our link, and would complain.
	rte_log_set_global_level(RTE_LOG_EMERG);
	(void)rte_eal_cleanup();
}
