// SPDX-License-Identifier: BSD-3-Clause

#include "policy/caa_freshness.h"

#include "rules/rule_table.h"

int64_t caa_usable_until(int64_t checked, uint32_t ttl)
{
	return rules_caa_usable_until(checked, ttl < CAA_TTL_MAX_S ? ttl : CAA_TTL_MAX_S);
}

bool caa_is_fresh(int64_t checked, uint32_t ttl, int64_t now)
{
	return checked <= now && now <= caa_usable_until(checked, ttl);
}
