// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/work_budget.h"

#include <stddef.h>

void work_budget_start(struct work_budget *budget, uint64_t now_ns)
{
	*budget = (struct work_budget) {.deadline_ns = now_ns + WORK_TIME_NS};
}

enum work_limit work_charge_query(struct work_budget *budget, uint64_t now_ns)
{
	if (now_ns >= budget->deadline_ns) {
		return WORK_LIMIT_TIME;
	}
	if (budget->queries >= WORK_QUERIES_MAX) {
		return WORK_LIMIT_QUERIES;
	}
	budget->queries++;
	return WORK_WITHIN_LIMITS;
}

enum work_limit work_charge_referral(struct work_budget *budget)
{
	if (budget->referrals >= WORK_REFERRALS_MAX) {
		return WORK_LIMIT_REFERRALS;
	}
	budget->referrals++;
	return WORK_WITHIN_LIMITS;
}

enum work_limit work_charge_aliases(struct work_budget *budget, unsigned count)
{
	if (count > WORK_ALIASES_MAX || budget->aliases + count > WORK_ALIASES_MAX) {
		return WORK_LIMIT_ALIASES;
	}
	budget->aliases = (uint8_t)(budget->aliases + count);
	return WORK_WITHIN_LIMITS;
}

enum work_limit work_charge_ns_fetch(struct work_budget *budget, unsigned in_delegation,
				     unsigned depth)
{
	if (depth > WORK_DEPTH_MAX) {
		return WORK_LIMIT_DEPTH;
	}
	if (in_delegation >= WORK_NS_FETCHES_PER_DELEGATION_MAX) {
		return WORK_LIMIT_NS_FETCHES_PER_DELEGATION;
	}
	if (budget->ns_fetches >= WORK_NS_FETCHES_MAX) {
		return WORK_LIMIT_NS_FETCHES;
	}
	budget->ns_fetches++;
	return WORK_WITHIN_LIMITS;
}

static unsigned find_failed(const struct work_budget *budget, const struct plx_ip *server)
{
	unsigned i = 0;
	while (i < budget->failed_count && !plx_ip_equal(&budget->failed[i], server)) {
		i++;
	}
	return i;
}

void work_server_failed(struct work_budget *budget, const struct plx_ip *server)
{
	unsigned i = find_failed(budget, server);
	if (i == WORK_QUERIES_MAX) {
		return; // as many failures as there were queries: no query is left to ask it
	}
	if (i == budget->failed_count) {
		budget->failed[i] = *server;
		budget->failures[i] = 0;
		budget->failed_count++;
	}
	if (budget->failures[i] < UINT8_MAX) {
		budget->failures[i]++;
	}
}

bool work_server_may_be_asked(const struct work_budget *budget, const struct plx_ip *server)
{
	unsigned i = find_failed(budget, server);
	return i == budget->failed_count || budget->failures[i] < WORK_SERVER_FAILURES_MAX;
}

const char *work_limit_name(enum work_limit limit)
{
	switch (limit) {
	case WORK_WITHIN_LIMITS:
		return "none";
	case WORK_LIMIT_TIME:
		return "time";
	case WORK_LIMIT_QUERIES:
		return "queries";
	case WORK_LIMIT_REFERRALS:
		return "referrals";
	case WORK_LIMIT_ALIASES:
		return "aliases";
	case WORK_LIMIT_NS_FETCHES:
		return "server-addresses";
	case WORK_LIMIT_NS_FETCHES_PER_DELEGATION:
		return "server-addresses-of-a-delegation";
	case WORK_LIMIT_DEPTH:
		return "depth";
	}
	return "unknown";
}
