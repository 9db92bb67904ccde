// SPDX-License-Identifier: BSD-3-Clause
// The plots of a report: rate, loss and latency over time, and over load where there are several.

#pragma once

#include "bench/bench_run.h"

#include <stdio.h>

void bench_report_plots(FILE *out, const struct bench_run *run);
