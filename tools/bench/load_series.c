// SPDX-License-Identifier: BSD-3-Clause

#include "bench/load_series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_WANTED 100u // on a plot

int load_series_init(struct load_series *series, uint64_t expected_ns)
{
	uint64_t interval_ns = expected_ns / POINTS_WANTED;
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
