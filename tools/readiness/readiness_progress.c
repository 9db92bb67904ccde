// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/readiness_progress.h"

void readiness_progress_init(struct readiness_progress *progress, FILE *out, int64_t now_ms)
{
	*progress =
		(struct readiness_progress) {.out = out, .started_ms = now_ms, .drawn_ms = now_ms};
}

static void draw(struct readiness_progress *progress, const struct readiness_state *state,
		 int64_t now_ms)
{
	FILE *out = progress->out;
	int64_t elapsed_ms = now_ms - progress->started_ms;
	double rate = elapsed_ms > 0 ? (double)state->done * 1000 / (double)elapsed_ms : 0;
	fputs("\r\033[K", out);
	if (state->total == 0 || state->total < state->done) {
		fprintf(out, "%llu orders", (unsigned long long)state->done);
	} else {
		fprintf(out, "%llu/%s%llu orders  %.1f %%", (unsigned long long)state->done,
			state->total_is_estimated ? "~" : "", (unsigned long long)state->total,
			100 * (double)state->done / (double)state->total);
	}
	fprintf(out, "  %.1f/s", rate);
	if (rate > 0 && state->total >= state->done && state->total > 0) {
		unsigned long long left_s =
			(unsigned long long)((double)(state->total - state->done) / rate);
		fprintf(out, "  ETA %02llu:%02llu:%02llu", left_s / 3600, left_s / 60 % 60,
			left_s % 60);
	}
	fprintf(out, "  %llu identifiers would fail",
		(unsigned long long)state->identifiers_failed);
	fflush(out);
	progress->is_drawn = true;
}

void readiness_progress_turn(struct readiness_progress *progress,
			     const struct readiness_state *state, int64_t now_ms)
{
	if (progress->out != NULL && now_ms - progress->drawn_ms >= READINESS_DRAW_MS) {
		draw(progress, state, now_ms);
		progress->drawn_ms = now_ms;
	}
}

void readiness_progress_clear(struct readiness_progress *progress)
{
	if (progress->is_drawn) {
		fputs("\r\033[K", progress->out);
		progress->is_drawn = false;
	}
}
