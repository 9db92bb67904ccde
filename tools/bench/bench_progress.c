// SPDX-License-Identifier: BSD-3-Clause

#include "bench/bench_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define SHOW_NS 250000000ull

static double rate(uint64_t count, uint64_t time_ns)
{
	return time_ns == 0 ? 0 : (double)count * 1e9 / (double)time_ns;
}

// dnsperf's form: the time of day and the rate since the last line.
static void tell(struct bench_progress *progress, const struct load_tally *tally,
		 uint64_t elapsed_ns)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	printf("%lld.%06ld: %.6f\n", (long long)now.tv_sec, now.tv_nsec / 1000,
	       rate(tally->completed - progress->told_completed, elapsed_ns - progress->told_ns));
	fflush(stdout);
	progress->told_ns = elapsed_ns;
	progress->told_completed = tally->completed;
}

static void show(struct bench_progress *progress, const struct load_tally *tally,
		 uint64_t elapsed_ns)
{
	fprintf(stderr,
		"\r\033[K%.1f s: %.0f answers/s, %" PRIu64 " answered, %" PRIu64
		" lost, mean %.3f ms, longest %.3f ms",
		(double)elapsed_ns / 1e9,
		rate(tally->completed - progress->shown_completed, elapsed_ns - progress->shown_ns),
		tally->completed, tally->lost, latency_histogram_mean_ns(tally->latency) / 1e6,
		(double)tally->latency->max_ns / 1e6);
	fflush(stderr);
	progress->is_line_open = true;
	progress->shown_ns = elapsed_ns;
	progress->shown_completed = tally->completed;
}

void bench_progress_turn(struct bench_progress *progress, const struct load_tally *tally,
			 uint64_t elapsed_ns)
{
	if (elapsed_ns < progress->shown_ns || elapsed_ns < progress->told_ns) {
		// Another load began.
		progress->shown_ns = progress->told_ns = 0;
		progress->shown_completed = progress->told_completed = 0;
	}
	if (progress->interval_ns > 0 && elapsed_ns - progress->told_ns >= progress->interval_ns) {
		tell(progress, tally, elapsed_ns);
	}
	if (progress->is_shown && elapsed_ns - progress->shown_ns >= SHOW_NS) {
		show(progress, tally, elapsed_ns);
	}
}

void bench_progress_clear(struct bench_progress *progress)
{
	if (progress->is_line_open) {
		fputs("\r\033[K", stderr);
		progress->is_line_open = false;
	}
}
