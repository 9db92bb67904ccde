// SPDX-License-Identifier: BSD-3-Clause
// Drawing the live line.

#include "sweep/progress.h"

#include <stdio.h>

#define DRAW_NS 500000000u

void progress_init(struct progress *progress, bool is_shown)
{
	*progress = (struct progress) {.is_shown = is_shown};
}

void progress_clear(struct progress *progress)
{
	if (progress->is_drawn) {
		fputs("\r\033[K", stderr);
		progress->is_drawn = false;
	}
}

static double rate_between(uint64_t results, uint64_t ns)
{
	return ns == 0 ? 0 : (double)results * 1e9 / (double)ns;
}

// The part of the input that is read runs ahead of what is done by the window only.
static void print_time_left(const struct progress *progress, double fraction, uint64_t now_ns)
{
	double gained = fraction - progress->started_fraction;
	if (fraction < 0 || gained <= 0) {
		return;
	}
	double elapsed_s = (double)(now_ns - progress->started_ns) / 1e9;
	uint64_t left_s = (uint64_t)(elapsed_s * (1 - fraction) / gained);
	fprintf(stderr, "  %.1f %%  ETA %02llu:%02llu:%02llu", fraction * 100,
		(unsigned long long)(left_s / 3600), (unsigned long long)(left_s / 60 % 60),
		(unsigned long long)(left_s % 60));
}

static void draw(struct progress *progress, const struct sweep *sweep, uint64_t now_ns)
{
	const struct tally *tally = &sweep->tally;
	fprintf(stderr, "\r\033[K%llu done", (unsigned long long)tally->results);
	print_time_left(progress, input_stream_fraction(sweep->stream), now_ns);
	fprintf(stderr, "  %.0f/s now  %.0f/s avg ",
		rate_between(tally->results - progress->drawn_results, now_ns - progress->drawn_ns),
		rate_between(tally->results - progress->started_results,
			     now_ns - progress->started_ns));
	unsigned cursor = 0;
	const char *name;
	uint64_t count;
	char text[12];
	while (tally_status(tally, &cursor, &name, &count, text)) {
		fprintf(stderr, " %s %llu", name, (unsigned long long)count);
	}
	fflush(stderr);
	progress->is_drawn = true;
}

void progress_turn(struct progress *progress, const struct sweep *sweep, uint64_t now_ns)
{
	if (!progress->is_shown) {
		return;
	}
	if (progress->started_ns == 0) {
		double fraction = input_stream_fraction(sweep->stream);
		progress->started_ns = now_ns;
		progress->started_results = sweep->tally.results;
		progress->started_fraction = fraction > 0 ? fraction : 0;
		progress->drawn_ns = now_ns;
		progress->drawn_results = sweep->tally.results;
	}
	if (now_ns - progress->drawn_ns >= DRAW_NS) {
		draw(progress, sweep, now_ns);
		progress->drawn_ns = now_ns;
		progress->drawn_results = sweep->tally.results;
	}
}
