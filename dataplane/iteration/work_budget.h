// SPDX-License-Identifier: BSD-3-Clause
// The work that one look-up may cause, whatever the servers say: one budget for the question and all that is asked on
// its behalf (aliases, addresses of name servers), charged where the work is done. One budget rather than one per step
// is what stops the product of CNAME chains, delegations and retries (CAMP, USENIX Security 2024). Pure.

#pragma once

#include <parallax/base/ip_address.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

#define WORK_TIME_NS (8000ull * 1000 * 1000) // a resolver has 5 to 10 s
#define WORK_TIME_SHARE                                                                            \
	3 // one query is waited for no longer than for this part of the time that is left
#define WORK_QUERIES_MAX 40   // packets, retries included (BIND 50, PowerDNS 50, Knot Resolver 100)
#define WORK_REFERRALS_MAX 24 // zone cuts crossed; the deepest real names cross 8
#define WORK_ALIASES_MAX PLX_ALIASES_MAX
// NXNSAttack (CVE-2020-12662): a referral to 1500 names without addresses. So many look-ups of an address per
// delegation, and in all.
#define WORK_NS_FETCHES_PER_DELEGATION_MAX 4
#define WORK_NS_FETCHES_MAX 12
// Look-ups inside look-ups: a server's address needs a server's address, and so on (BIND 7, PowerDNS 16).
#define WORK_DEPTH_MAX 6
// A server that failed so often within one look-up is not asked again by it, under whatever zone it is listed
// (BIND CVE-2026-5950, a loop over bad servers).
#define WORK_SERVER_FAILURES_MAX 3

// What ended a look-up, or a part of one.
enum work_limit {
	WORK_WITHIN_LIMITS = 0,
	WORK_LIMIT_TIME,
	WORK_LIMIT_QUERIES,
	WORK_LIMIT_REFERRALS,
	WORK_LIMIT_ALIASES,
	WORK_LIMIT_NS_FETCHES,
	WORK_LIMIT_NS_FETCHES_PER_DELEGATION,
	WORK_LIMIT_DEPTH,
};

struct work_budget {
	uint64_t deadline_ns;
	uint8_t queries;
	uint8_t referrals;
	uint8_t aliases;
	uint8_t ns_fetches;
	uint8_t failed_count;
	uint8_t failures[WORK_QUERIES_MAX];
	struct plx_ip failed[WORK_QUERIES_MAX]; // at most one per query
};

void work_budget_start(struct work_budget *budget, uint64_t now_ns);

// Each charges one unit, or says which limit forbids it; then nothing is charged.
enum work_limit work_charge_query(struct work_budget *budget, uint64_t now_ns);
enum work_limit work_charge_referral(struct work_budget *budget);
enum work_limit work_charge_aliases(struct work_budget *budget, unsigned count);
// An address of a name server: `in_delegation` such look-ups were begun for the delegation, at `depth` (0: the question).
enum work_limit work_charge_ns_fetch(struct work_budget *budget, unsigned in_delegation,
				     unsigned depth);

void work_server_failed(struct work_budget *budget, const struct plx_ip *server);
PLX_PURE bool work_server_may_be_asked(const struct work_budget *budget,
				       const struct plx_ip *server);

const char *work_limit_name(enum work_limit limit);
