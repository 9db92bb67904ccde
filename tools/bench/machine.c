// SPDX-License-Identifier: BSD-3-Clause

#include "bench/machine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/utsname.h>

static void read_cpu_model(char ret_model[static MACHINE_TEXT_MAX])
{
	snprintf(ret_model, MACHINE_TEXT_MAX, "unknown");
	FILE *info = fopen("/proc/cpuinfo", "re");
	if (info == NULL) {
		return;
	}
	char line[256];
	while (fgets(line, sizeof(line), info) != NULL) {
		const char *colon = strchr(line, ':');
		if (strncmp(line, "model name", strlen("model name")) == 0 && colon != NULL) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(ret_model, MACHINE_TEXT_MAX, "%.*s", MACHINE_TEXT_MAX - 1,
				 colon + 1 + strspn(colon + 1, " "));
			break;
		}
	}
	fclose(info);
}

void machine_read(struct machine *ret_machine)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	long pages = sysconf(_SC_PHYS_PAGES);
	long page_bytes = sysconf(_SC_PAGESIZE);
	struct utsname name;
	*ret_machine = (struct machine) {
		.cpus = cpus > 0 ? (unsigned)cpus : 0,
		.memory_mib = pages > 0 && page_bytes > 0
				      ? (unsigned)((pages / 1024) * (page_bytes / 1024))
				      : 0,
	};
	read_cpu_model(ret_machine->cpu_model);
	if (uname(&name) == 0) {
		snprintf(ret_machine->kernel, sizeof(ret_machine->kernel), "%.20s %.64s",
			 name.sysname, name.release);
	}
}
