// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_statistics.h"

const uint32_t order_latency_bounds_ms[ORDER_LATENCY_BUCKETS - 1] = {
	25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000,
};

void order_statistics_note_latency(struct order_statistics *statistics, int64_t latency_ms)
{
	uint64_t latency = latency_ms > 0 ? (uint64_t)latency_ms : 0;
	unsigned bucket = 0;
	while (bucket < ORDER_LATENCY_BUCKETS - 1 && latency > order_latency_bounds_ms[bucket]) {
		bucket++;
	}
	statistics->latency_counts[bucket]++;
	statistics->latency_sum_ms += latency;
}
