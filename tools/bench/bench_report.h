// SPDX-License-Identifier: BSD-3-Clause
// A run as one HTML page with plots: no script, no network, CSS and SVG inline; readable in dark and light, and on paper.

#pragma once

#include "bench/bench_run.h"

#include <stdio.h>

void bench_report_write(FILE *out, const struct bench_run *run);
