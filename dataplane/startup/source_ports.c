// SPDX-License-Identifier: BSD-3-Clause
// In shared mode the kernel must never choose one of our source ports for a socket of its own: its answers would come
// to us. So our range must lie outside of what the kernel hands out.

#include "startup/source_ports.h"

#include <parallax/base/error.h>

#include "startup/dataplane.h"

#include <stdio.h>
#include <string.h>

#define LOCAL_RANGE_PATH "/proc/sys/net/ipv4/ip_local_port_range"
#define RESERVED_PATH "/proc/sys/net/ipv4/ip_local_reserved_ports"
#define RESERVED_TEXT_MAX 65536

static void read_line(const char *path, char *ret_text, size_t capacity)
{
	ret_text[0] = '\0';
	FILE *file = fopen(path, "re");
	if (file != NULL) {
		if (fgets(ret_text, (int)capacity, file) == NULL) {
			ret_text[0] = '\0';
		}
		fclose(file);
	}
}

int start_source_ports(struct dataplane *dataplane)
{
	static char reserved[RESERVED_TEXT_MAX];
	char range[64];
	struct options_port_range kernel;
	const struct options_port_range *ours = &dataplane->options.source_ports;
	read_line(LOCAL_RANGE_PATH, range, sizeof(range));
	read_line(RESERVED_PATH, reserved, sizeof(reserved));
	if (!dataplane_is_shared(dataplane) ||
	    sscanf(range, "%hu %hu", &kernel.first, &kernel.last) != 2 ||
	    source_ports_are_free(ours, &kernel, reserved)) {
		return 0;
	}
	return start_fault(
		dataplane, "source_ports", PLX_ERR_CONFIG,
		"source_ports %u-%u overlap the kernel's own %u-%u: choose others, or run "
		"`sysctl -w net.ipv4.ip_local_reserved_ports=%u-%u`",
		ours->first, ours->last, kernel.first, kernel.last, ours->first, ours->last);
}
