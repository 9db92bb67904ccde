// SPDX-License-Identifier: BSD-3-Clause
// Why a port or DPDK itself did not start: one line that says what failed and how to mend it, for the program to print.

#pragma once

#include <parallax/base/attributes.h>

#define PORT_FAULT_MAX 512

struct port_fault {
	const char *step; // "eal", "port", "packet_memory": static
	char text[PORT_FAULT_MAX];
};

// Returns `error` (negative).
int port_fault_set(struct port_fault *fault, const char *step, int error, const char *format, ...)
	PLX_PRINTF(4, 5);
