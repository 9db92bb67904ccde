// SPDX-License-Identifier: BSD-3-Clause

#include "policy/caa_freshness.h"

int64_t caa_usable_until(int64_t checked, uint32_t ttl)
{
	int64_t span = ttl > CAA_FRESH_LEAST_S ? ttl : CAA_FRESH_LEAST_S;
	if (span > CAA_FRESH_MOST_S) {
		span = CAA_FRESH_MOST_S;
	}
	// Times past the end of time are never fresh.
	return checked > INT64_MAX - span ? INT64_MIN : checked + span;
}

bool caa_is_fresh(int64_t checked, uint32_t ttl, int64_t now)
{
	return checked <= now && now <= caa_usable_until(checked, ttl);
}
