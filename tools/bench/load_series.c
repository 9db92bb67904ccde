// SPDX-License-Identifier: BSD-3-Clause

#include "bench/load_series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_WANTED 100u // on a plot

int load_series_init(struct load_series *series, uint64_t expected_ns)
{
	uint64_t interval_ns =
		expected_ns > 0 ? expected_ns / POINTS_WANTED : LOAD_INTERVAL_UNKNOWN_NS;
	*series = (struct load_series) {
		.interval_ns = interval_ns > LOAD_INTERVAL_SHORTEST_NS ? interval_ns
								       : LOAD_INTERVAL_SHORTEST_NS,
		.capacity = LOAD_SERIES_MAX,
		// Pages that are not touched take no memory.
		.intervals = calloc(LOAD_SERIES_MAX, sizeof(*series->intervals)),
	};
	return series->intervals != NULL ? 0 : -ENOMEM;
}

void load_series_free(struct load_series *series)
{
	free(series->intervals);
	*series = (struct load_series) {0};
}

static void merge_pairs(struct load_series *series)
{
	for (unsigned i = 0; i < series->count; i++) {
		struct load_interval *from = &series->intervals[i];
		struct load_interval *into = &series->intervals[i / 2];
		if (i == 0) {
			continue;
		}
		if (i % 2 == 0) {
			*into = *from;
			continue;
		}
		into->sent += from->sent;
		into->completed += from->completed;
		into->lost += from->lost;
		latency_outline_merge(&into->latency, &from->latency);
	}
	unsigned kept = (series->count + 1) / 2;
	memset(&series->intervals[kept], 0, (series->capacity - kept) * sizeof(*series->intervals));
	series->count = kept;
	series->interval_ns *= 2;
}

struct load_interval *load_series_at(struct load_series *series, uint64_t time_ns)
{
	if (time_ns - series->last_start_ns < series->interval_ns && series->count > 0) {
		return &series->intervals[series->last]; // as nearly always; divisions are slow
	}
	while (time_ns / series->interval_ns >= series->capacity) {
		merge_pairs(series);
	}
	unsigned index = (unsigned)(time_ns / series->interval_ns);
	series->last = index;
	series->last_start_ns = index * series->interval_ns;
	if (index >= series->count) {
		series->count = index + 1;
	}
	return &series->intervals[index];
}

struct windows {
	unsigned count;
	double losses[LOAD_SERIES_MAX];
	uint64_t p99s_ns[LOAD_SERIES_MAX];
};

static void add_window(struct windows *windows, const struct load_interval *window)
{
	windows->losses[windows->count] = (double)window->lost / (double)window->sent;
	windows->p99s_ns[windows->count] = latency_outline_percentile(&window->latency, 0.99);
	windows->count++;
}

static int compare_losses(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;
	return (a > b) - (a < b);
}

static int compare_times(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

void load_series_middle(const struct load_series *series, uint64_t end_ns, uint64_t queries_min,
			struct load_middle *ret_middle)
{
	struct windows windows = {0};
	struct load_interval window = {0};
	for (unsigned i = 0; i < series->count && (i + 1) * series->interval_ns <= end_ns; i++) {
		const struct load_interval *interval = &series->intervals[i];
		window.sent += interval->sent;
		window.lost += interval->lost;
		latency_outline_merge(&window.latency, &interval->latency);
		if (window.sent > 0 && window.sent >= queries_min) {
			add_window(&windows, &window);
			window = (struct load_interval) {0};
		}
	}
	if (windows.count == 0 && window.sent > 0) {
		add_window(&windows, &window);
	}
	*ret_middle = (struct load_middle) {.windows = windows.count};
	if (windows.count > 0) {
		qsort(windows.losses, windows.count, sizeof(windows.losses[0]), compare_losses);
		qsort(windows.p99s_ns, windows.count, sizeof(windows.p99s_ns[0]), compare_times);
		ret_middle->loss = windows.losses[windows.count / 2];
		ret_middle->p99_ns = windows.p99s_ns[windows.count / 2];
	}
}
