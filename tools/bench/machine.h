// SPDX-License-Identifier: BSD-3-Clause
// The machine that a number was measured on, for reports.

#pragma once

#include <parallax/base/attributes.h>

#define MACHINE_TEXT_MAX 128

struct machine {
	unsigned cpus; // online
	unsigned memory_mib;
	char cpu_model[MACHINE_TEXT_MAX];
	char kernel[MACHINE_TEXT_MAX];
};

void machine_read(struct machine *ret_machine);
