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

// "1200/~10000 done  12.0 %  ETA 00:01:28"; the total only when it is known or can be estimated.
static void print_done(const struct progress *progress, const struct sweep *sweep, uint64_t now_ns)
{
	uint64_t done = sweep->tally.results;
	uint64_t total = sweep_total(sweep);
	double rate = rate_between(done - progress->started_results, now_ns - progress->started_ns);
	if (total < done || total == 0) {
		fprintf(stderr, "%llu done", (unsigned long long)done);
		return;
	}
	fprintf(stderr, "%llu/%s%llu done  %.1f %%", (unsigned long long)done,
		sweep->input_ended ? "" : "~", (unsigned long long)total,
		100 * (double)done / (double)total);
	if (rate > 0) {
		uint64_t left_s = (uint64_t)((double)(total - done) / rate);
		fprintf(stderr, "  ETA %02llu:%02llu:%02llu", (unsigned long long)(left_s / 3600),
			(unsigned long long)(left_s / 60 % 60), (unsigned long long)(left_s % 60));
	}
}

static void draw(struct progress *progress, const struct sweep *sweep, uint64_t now_ns)
{
	const struct tally *tally = &sweep->tally;
	fputs("\r\033[K", stderr);
	print_done(progress, sweep, now_ns);
	fprintf(stderr, "  %s  %.0f/s now  %.0f/s avg ",
		plx_resolution_name(sweep->config->resolution),
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
		progress->started_ns = now_ns;
		progress->started_results = sweep->tally.results;
		progress->drawn_ns = now_ns;
		progress->drawn_results = sweep->tally.results;
	}
	if (now_ns - progress->drawn_ns >= DRAW_NS) {
		draw(progress, sweep, now_ns);
		progress->drawn_ns = now_ns;
		progress->drawn_results = sweep->tally.results;
	}
}
