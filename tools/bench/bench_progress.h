// SPDX-License-Identifier: BSD-3-Clause
// What is said while a load runs: one line on a terminal that is written anew, and dnsperf's lines of -S.

#pragma once

#include "bench/load_tally.h"

#include <stdbool.h>
#include <stdint.h>

struct bench_progress {
	bool is_shown;        // stderr is a terminal
	bool is_line_open;    // something to clear
	uint64_t interval_ns; // of the lines on stdout; 0: none
	uint64_t shown_ns;
	uint64_t told_ns;
	uint64_t told_completed;
	uint64_t shown_completed;
};

void bench_progress_turn(struct bench_progress *progress, const struct load_tally *tally,
			 uint64_t elapsed_ns);
void bench_progress_clear(struct bench_progress *progress);
