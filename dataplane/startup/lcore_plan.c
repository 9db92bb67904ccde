// SPDX-License-Identifier: BSD-3-Clause

#include "startup/lcore_plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

// The highest allowed CPU below `limit`, or the highest of all when there is none: more workers than CPUs share.
static int next_cpu_down(const cpu_set_t *allowed, int limit)
{
	for (int pass = 0; pass < 2; pass++) {
		for (int cpu = limit - 1; cpu >= 0; cpu--) {
			if (CPU_ISSET((size_t)cpu, allowed)) {
				return cpu;
			}
		}
		limit = CPU_SETSIZE;
	}
	return 0;
}

static int check_cpu(const cpu_set_t *allowed, int cpu, int *ret_bad_cpu)
{
	if (cpu >= CPU_SETSIZE || !CPU_ISSET((size_t)cpu, allowed)) {
		*ret_bad_cpu = cpu;
		return -EINVAL;
	}
	return 0;
}

int lcore_plan_make(const struct options_workers *workers, int main_cpu, const cpu_set_t *allowed,
		    struct lcore_plan *ret_plan, int *ret_bad_cpu)
{
	struct lcore_plan plan = {.worker_count = workers->count};
	cpu_set_t left = *allowed;
	int cpu = CPU_SETSIZE;
	for (unsigned i = 0; i < workers->count; i++) {
		cpu = workers->is_pinned ? workers->cpu[i] : next_cpu_down(allowed, cpu);
		if (check_cpu(allowed, cpu, ret_bad_cpu) != 0) {
			return -EINVAL;
		}
		plan.worker_cpu[i] = cpu;
		CPU_CLR((size_t)cpu, &left);
	}
	if (main_cpu >= 0) {
		if (check_cpu(allowed, main_cpu, ret_bad_cpu) != 0) {
			return -EINVAL;
		}
		CPU_ZERO(&left);
		CPU_SET((size_t)main_cpu, &left);
	}
	plan.control_cpus = CPU_COUNT(&left) > 0 ? left : *allowed;
	*ret_plan = plan;
	return 0;
}

PLX_PRINTF(3, 4)
static int append(char *text, size_t *length, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int added = vsnprintf(text + *length, LCORE_PLAN_TEXT_MAX - *length, format, arguments);
	va_end(arguments);
	if (added < 0 || (size_t)added >= LCORE_PLAN_TEXT_MAX - *length) {
		return -ENOSPC;
	}
	*length += (size_t)added;
	return 0;
}

int lcore_plan_format(const struct lcore_plan *plan, char ret_text[static LCORE_PLAN_TEXT_MAX])
{
	size_t length = 0;
	int error = append(ret_text, &length, "0@(");
	const char *comma = "";
	for (int cpu = 0; cpu < CPU_SETSIZE && error == 0; cpu++) {
		if (CPU_ISSET((size_t)cpu, &plan->control_cpus)) {
			error = append(ret_text, &length, "%s%d", comma, cpu);
			comma = ",";
		}
	}
	error = error != 0 ? error : append(ret_text, &length, ")");
	for (unsigned i = 0; i < plan->worker_count && error == 0; i++) {
		error = append(ret_text, &length, ",%u@%d", i + 1, plan->worker_cpu[i]);
	}
	return error;
}
