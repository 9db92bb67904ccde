// SPDX-License-Identifier: BSD-3-Clause
// Which CPU each thread runs on, and the EAL's --lcores argument for it. Pure: the allowed CPUs are an argument.

#pragma once

#include <parallax/base/attributes.h>

#include "options/options.h"

#include <sched.h>
#include <stddef.h>

#define LCORE_PLAN_TEXT_MAX 2048

struct lcore_plan {
	unsigned worker_count;
	int worker_cpu[OPTIONS_WORKERS_MAX];
	cpu_set_t control_cpus; // of the main lcore and all threads it starts
};

// Lcore 0 is the control thread, lcore i + 1 is worker i. Workers without given CPUs take allowed ones from the highest
// down; the control thread takes what is left, or shares. -EINVAL and the CPU that is not allowed.
PLX_MUST_CHECK int lcore_plan_make(const struct options_workers *workers, int main_cpu,
				   const cpu_set_t *allowed, struct lcore_plan *ret_plan,
				   int *ret_bad_cpu);
// "0@(0,2),1@1". -ENOSPC when it does not fit.
PLX_MUST_CHECK int lcore_plan_format(const struct lcore_plan *plan,
				     char ret_text[static LCORE_PLAN_TEXT_MAX]);
