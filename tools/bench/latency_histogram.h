// SPDX-License-Identifier: BSD-3-Clause
// Latencies counted in buckets of which none is wider than a thousandth of its values (HDR: 3 significant digits), from
// 1 ns to 137 s, in constant memory and time per value. Percentiles are the upper end of the bucket that holds them, so
// never too small. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

#define LATENCY_MAX_NS                                                                             \
	((1ull << 37) - 1) // longer ones count as this; a query's timeout is at most 120 s
// 2048 buckets of 1 ns, then 1024 for each further power of two.
#define LATENCY_BUCKETS (2048 + 26 * 1024)
#define LATENCY_COARSE_SHIFT 3
#define LATENCY_COARSE_BUCKETS (LATENCY_BUCKETS >> LATENCY_COARSE_SHIFT)

struct latency_histogram {
	uint64_t count;
	uint64_t min_ns; // 0 while empty
	uint64_t max_ns;
	double sum_ns;
	double sum_squares;
	uint64_t buckets[LATENCY_BUCKETS];
};

void latency_histogram_add(struct latency_histogram *histogram, uint64_t latency_ns);
void latency_histogram_merge(struct latency_histogram *into, const struct latency_histogram *from);
// The value that `fraction` (0 to 1) of all do not exceed; 0 while empty.
PLX_PURE uint64_t latency_histogram_percentile(const struct latency_histogram *histogram,
					       double fraction);
PLX_PURE double latency_histogram_mean_ns(const struct latency_histogram *histogram);
// Of the sample (n - 1), as dnsperf says it; 0 for fewer than two values.
PLX_PURE double latency_histogram_deviation_ns(const struct latency_histogram *histogram);

// The same with buckets eight times as wide: for the many intervals of a run.
struct latency_outline {
	uint32_t count;
	uint64_t max_ns;
	uint32_t buckets[LATENCY_COARSE_BUCKETS];
};

void latency_outline_add(struct latency_outline *outline, uint64_t latency_ns);
void latency_outline_merge(struct latency_outline *into, const struct latency_outline *from);
PLX_PURE uint64_t latency_outline_percentile(const struct latency_outline *outline,
					     double fraction);
