// SPDX-License-Identifier: BSD-3-Clause
// A network namespace for one test program, a TAP interface in it, and a station on the other end of that: the kernel is
// what is tested against, with nothing of the host in sight.

#pragma once

#include "link/exclusive_link.h"
#include "link/tap_device.h"

#include <stdbool.h>
#include <stdint.h>

#define TEST_SKIPPED 77 // meson's exit status for it

// False, with a line that says why, where namespaces or TAP devices cannot be had.
bool private_network_enter(void);

uint64_t monotonic_ns(void);

// The kernel's side has KERNEL_MAC, 192.0.2.1/24 and 2001:db8::1/64; the station's 192.0.2.2 and 2001:db8::2.
#define KERNEL_MAC "02:00:00:00:00:01"
#define STATION_MAC "02:00:00:00:00:02"

struct tap_config wire_tap_config(const char *name);

struct wire {
	int fd;
	struct exclusive_link *station;
	bool is_silent; // the station hears nothing
	unsigned frames;
};

// Ends the test program when it fails.
void wire_open(struct wire *wire, const struct tap_config *config);
void wire_close(struct wire *wire);
// Carries all frames that wait: the kernel's to the station, and the station's answers and questions to the kernel.
void wire_carry(struct wire *wire);
