// SPDX-License-Identifier: BSD-3-Clause
// Against all values in a sorted array.

#include "bench/latency_histogram.h"

#include "cunit_runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 20000

static struct latency_histogram histogram, other;
static struct latency_outline outline, other_outline;
static uint64_t values[VALUES_MAX];

static int by_value(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

// splitmix64: the same numbers each time.
static uint64_t random_u64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void start(void)
{
	memset(&histogram, 0, sizeof(histogram));
	memset(&other, 0, sizeof(other));
	memset(&outline, 0, sizeof(outline));
	memset(&other_outline, 0, sizeof(other_outline));
}

static void add(uint64_t value)
{
	latency_histogram_add(&histogram, value);
	latency_outline_add(&outline, value);
}

static const double fractions[] = {0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1};

// The value at that rank of all, never less, and at most a thousandth (an outline: a hundredth) more.
static void compare_with_sorted(size_t count)
{
	qsort(values, count, sizeof(values[0]), by_value);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(fractions); i++) {
		double rank = ceil((double)count * fractions[i]);
		uint64_t exact = values[rank < 1 ? 0 : (size_t)rank - 1];
		uint64_t told = latency_histogram_percentile(&histogram, fractions[i]);
		uint64_t outlined = latency_outline_percentile(&outline, fractions[i]);
		CU_ASSERT_TRUE(told >= exact && told - exact <= exact / 1000);
		CU_ASSERT_TRUE(outlined >= exact && outlined - exact <= exact / 100 + 7);
	}
	CU_ASSERT_EQUAL(histogram.min_ns, values[0]);
	CU_ASSERT_EQUAL(histogram.max_ns, values[count - 1]);
	CU_ASSERT_EQUAL(latency_histogram_percentile(&histogram, 1), values[count - 1]);
}

TEST(percentiles_are_those_of_the_sorted_values_to_three_digits)
{
	uint64_t state = 1;
	for (unsigned round = 0; round < 200; round++) {
		start();
		size_t count = 1 + random_u64(&state) % (round % 10 == 0 ? VALUES_MAX : 500);
		unsigned bits = 1 + (unsigned)(random_u64(&state) % 37);
		for (size_t i = 0; i < count; i++) {
			values[i] = random_u64(&state) >> (64 - bits);
			add(values[i]);
		}
		compare_with_sorted(count);
	}
}

TEST(every_power_of_two_and_its_neighbours_are_told_to_three_digits)
{
	for (unsigned bit = 1; bit < 37; bit++) {
		for (int64_t apart = -1; apart <= 1; apart++) {
			start();
			values[0] = (uint64_t)((1ll << bit) + apart);
			values[1] = LATENCY_MAX_NS;
			add(values[0]);
			add(values[1]);
			compare_with_sorted(2);
		}
	}
}

TEST(an_empty_one_says_zero)
{
	start();
	CU_ASSERT_EQUAL(latency_histogram_percentile(&histogram, 0.5), 0);
	CU_ASSERT_EQUAL(latency_outline_percentile(&outline, 0.5), 0);
	CU_ASSERT_EQUAL(latency_histogram_mean_ns(&histogram), 0);
	CU_ASSERT_EQUAL(latency_histogram_deviation_ns(&histogram), 0);
}

TEST(what_is_too_long_counts_as_the_longest)
{
	start();
	add(LATENCY_MAX_NS + 1);
	add(UINT64_MAX);
	CU_ASSERT_EQUAL(histogram.count, 2);
	CU_ASSERT_EQUAL(histogram.max_ns, LATENCY_MAX_NS);
	CU_ASSERT_EQUAL(latency_histogram_percentile(&histogram, 0.5), LATENCY_MAX_NS);
}

TEST(two_merged_are_one_with_all_values)
{
	uint64_t state = 7;
	for (unsigned round = 0; round < 50; round++) {
		start();
		size_t count = random_u64(&state) % 1000;
		for (size_t i = 0; i < count; i++) {
			values[i] = random_u64(&state) >> 30;
			if (i % 3 == 0) {
				add(values[i]);
			} else {
				latency_histogram_add(&other, values[i]);
				latency_outline_add(&other_outline, values[i]);
			}
		}
		latency_histogram_merge(&histogram, &other);
		latency_outline_merge(&outline, &other_outline);
		CU_ASSERT_EQUAL(histogram.count, count);
		if (count > 0) {
			compare_with_sorted(count);
		}
	}
}

TEST(mean_and_deviation_are_those_of_the_sample)
{
	start();
	static const uint64_t sample[] = {2000, 4000, 4000, 4000, 5000, 5000, 7000, 9000};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(sample); i++) {
		add(sample[i]);
	}
	CU_ASSERT_DOUBLE_EQUAL(latency_histogram_mean_ns(&histogram), 5000, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(latency_histogram_deviation_ns(&histogram), 2138.0899352994, 1e-6);
}

TEST_MAIN(latency_histogram, T(percentiles_are_those_of_the_sorted_values_to_three_digits),
	  T(every_power_of_two_and_its_neighbours_are_told_to_three_digits),
	  T(an_empty_one_says_zero), T(what_is_too_long_counts_as_the_longest),
	  T(two_merged_are_one_with_all_values), T(mean_and_deviation_are_those_of_the_sample))
