// SPDX-License-Identifier: BSD-3-Clause
// Whether the kernel could hand out one of our source ports to a socket. Pure.

#pragma once

#include "options/options.h"

#include <stdbool.h>

// `kernel` is net.ipv4.ip_local_port_range, `reserved` the text of net.ipv4.ip_local_reserved_ports.
bool source_ports_are_free(const struct options_port_range *ours,
			   const struct options_port_range *kernel, const char *reserved);
