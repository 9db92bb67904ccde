// SPDX-License-Identifier: BSD-3-Clause
// The live line on a terminal: how many of how many orders, rate, time left. Redrawn twice a second; nothing in a pipe.

#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define READINESS_DRAW_MS 500

struct readiness_progress {
	FILE *out; // NULL: quiet
	bool is_drawn;
	int64_t started_ms;
	int64_t drawn_ms;
};

struct readiness_state {
	uint64_t done;
	uint64_t total; // 0: not known
	bool total_is_estimated;
	uint64_t identifiers_failed;
};

// `out` is NULL, or a terminal.
void readiness_progress_init(struct readiness_progress *progress, FILE *out, int64_t now_ms);
void readiness_progress_turn(struct readiness_progress *progress,
			     const struct readiness_state *state, int64_t now_ms);
// Takes the line away, before other text is printed.
void readiness_progress_clear(struct readiness_progress *progress);
