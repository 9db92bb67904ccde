// SPDX-License-Identifier: BSD-3-Clause
// The tables of a report: steps, response codes, what was no answer, port counters, machine and command.

#pragma once

#include "bench/bench_run.h"

#include <stdio.h>

void bench_report_tables(FILE *out, const struct bench_run *run);
