// SPDX-License-Identifier: BSD-3-Clause

#include "bench/latency_histogram.h"

#include <math.h>

#define LINEAR_BUCKETS 2048u
#define HALF_BUCKETS 1024u
#define HALF_BITS 10u

static size_t bucket_of(uint64_t value)
{
	if (value < LINEAR_BUCKETS) {
		return value;
	}
	unsigned top_bit = 63u - (unsigned)__builtin_clzll(value);
	unsigned shift = top_bit - HALF_BITS;
	return LINEAR_BUCKETS + (shift - 1) * HALF_BUCKETS + (value >> shift) - HALF_BUCKETS;
}

// The largest value of a bucket.
static uint64_t bucket_end(size_t bucket)
{
	if (bucket < LINEAR_BUCKETS) {
		return bucket;
	}
	size_t beyond = bucket - LINEAR_BUCKETS;
	unsigned shift = (unsigned)(beyond / HALF_BUCKETS) + 1;
	uint64_t start = HALF_BUCKETS + beyond % HALF_BUCKETS;
	return ((start + 1) << shift) - 1;
}

static uint64_t capped(uint64_t latency_ns)
{
	return latency_ns < LATENCY_MAX_NS ? latency_ns : LATENCY_MAX_NS;
}

void latency_histogram_add(struct latency_histogram *histogram, uint64_t latency_ns)
{
	uint64_t value = capped(latency_ns);
	if (histogram->count == 0 || value < histogram->min_ns) {
		histogram->min_ns = value;
	}
	if (value > histogram->max_ns) {
		histogram->max_ns = value;
	}
	histogram->count++;
	histogram->sum_ns += (double)value;
	histogram->sum_squares += (double)value * (double)value;
	histogram->buckets[bucket_of(value)]++;
}

void latency_histogram_merge(struct latency_histogram *into, const struct latency_histogram *from)
{
	if (from->count == 0) {
		return;
	}
	if (into->count == 0 || from->min_ns < into->min_ns) {
		into->min_ns = from->min_ns;
	}
	if (from->max_ns > into->max_ns) {
		into->max_ns = from->max_ns;
	}
	into->count += from->count;
	into->sum_ns += from->sum_ns;
	into->sum_squares += from->sum_squares;
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		into->buckets[i] += from->buckets[i];
	}
}

// How many values lie at or below the percentile: at least one.
static uint64_t rank_of(uint64_t count, double fraction)
{
	double rank = ceil((double)count * fraction);
	return rank < 1 ? 1 : rank > (double)count ? count : (uint64_t)rank;
}

uint64_t latency_histogram_percentile(const struct latency_histogram *histogram, double fraction)
{
	if (histogram->count == 0) {
		return 0;
	}
	uint64_t left = rank_of(histogram->count, fraction);
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		if (histogram->buckets[i] >= left) {
			uint64_t end = bucket_end(i);
			return end < histogram->max_ns ? end : histogram->max_ns;
		}
		left -= histogram->buckets[i];
	}
	return histogram->max_ns;
}

double latency_histogram_mean_ns(const struct latency_histogram *histogram)
{
	return histogram->count == 0 ? 0 : histogram->sum_ns / (double)histogram->count;
}

double latency_histogram_deviation_ns(const struct latency_histogram *histogram)
{
	if (histogram->count < 2) {
		return 0;
	}
	double count = (double)histogram->count;
	double squares = histogram->sum_squares - histogram->sum_ns * histogram->sum_ns / count;
	return squares > 0 ? sqrt(squares / (count - 1)) : 0;
}

void latency_outline_add(struct latency_outline *outline, uint64_t latency_ns)
{
	uint64_t value = capped(latency_ns);
	if (value > outline->max_ns) {
		outline->max_ns = value;
	}
	outline->count++;
	outline->buckets[bucket_of(value) >> LATENCY_COARSE_SHIFT]++;
}

void latency_outline_merge(struct latency_outline *into, const struct latency_outline *from)
{
	if (from->max_ns > into->max_ns) {
		into->max_ns = from->max_ns;
	}
	into->count += from->count;
	for (size_t i = 0; i < LATENCY_COARSE_BUCKETS; i++) {
		into->buckets[i] += from->buckets[i];
	}
}

uint64_t latency_outline_percentile(const struct latency_outline *outline, double fraction)
{
	if (outline->count == 0) {
		return 0;
	}
	uint64_t left = rank_of(outline->count, fraction);
	for (size_t i = 0; i < LATENCY_COARSE_BUCKETS; i++) {
		if (outline->buckets[i] >= left) {
			uint64_t end = bucket_end(((i + 1) << LATENCY_COARSE_SHIFT) - 1);
			return end < outline->max_ns ? end : outline->max_ns;
		}
		left -= outline->buckets[i];
	}
	return outline->max_ns;
}
