// SPDX-License-Identifier: BSD-3-Clause
// A run's numbers as text: the block that dnsperf prints, letter for letter, so that scripts which read it go on
// working, and below it what dnsperf does not know.

#pragma once

#include "bench/bench_point.h"

#include <stdio.h>

void statistics_text_dnsperf(FILE *out, const struct load_tally *tally);
void statistics_text_self_test(FILE *out, const struct bench_point *point, const char *kind,
			       double ceiling_pps);
void statistics_text_beyond(FILE *out, const struct bench_point *point);
