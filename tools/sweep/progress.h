// SPDX-License-Identifier: BSD-3-Clause
// The live line on a terminal: done of how many, time left, rate, statuses. Redrawn twice a second.

#pragma once

#include "sweep/sweep.h"

struct progress {
	bool is_shown; // stderr is a terminal
	bool is_drawn; // the cursor stands behind it
	uint64_t drawn_ns;
	uint64_t drawn_results;
	uint64_t started_ns;
	uint64_t started_results;
};

void progress_init(struct progress *progress, bool is_shown);
// For every turn of a sweep; draws when it is time.
void progress_turn(struct progress *progress, const struct sweep *sweep, uint64_t now_ns);
// Takes the line away, before other text is printed.
void progress_clear(struct progress *progress);
