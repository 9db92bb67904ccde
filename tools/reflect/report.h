// SPDX-License-Identifier: BSD-3-Clause
// What a run did: log lines while it runs and at its end, and a JSON document.

#pragma once

#include <stdint.h>
#include <stdio.h>

struct generator;
struct reflect_counters;

struct reflect_report {
	const struct reflect_counters *counters;
	const struct generator *generator; // NULL: a responder
	uint64_t run_time_ns;
	uint64_t cycles_hz;
};

// One line on stderr: "statistics" or "finished".
void report_log(const struct reflect_report *report, const char *event);
// -errno when it cannot be written.
int report_write_json(const struct reflect_report *report, FILE *file);
