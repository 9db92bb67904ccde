// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/work_budget.h"

#include "cunit_runner.h"
#include "scripted_reply.h"

#include <stdio.h>

static struct work_budget budget;

TEST(queries_end_by_number_and_by_time)
{
	work_budget_start(&budget, 1000);
	for (unsigned i = 0; i < WORK_QUERIES_MAX; i++) {
		CU_ASSERT_EQUAL(work_charge_query(&budget, 1000), WORK_WITHIN_LIMITS);
	}
	CU_ASSERT_EQUAL(work_charge_query(&budget, 1000), WORK_LIMIT_QUERIES);
	work_budget_start(&budget, 1000);
	CU_ASSERT_EQUAL(work_charge_query(&budget, 999 + WORK_TIME_NS), WORK_WITHIN_LIMITS);
	CU_ASSERT_EQUAL(work_charge_query(&budget, 1000 + WORK_TIME_NS), WORK_LIMIT_TIME);
	CU_ASSERT_EQUAL(budget.queries, 1);
}

TEST(referrals_and_aliases_are_bounded)
{
	work_budget_start(&budget, 0);
	for (unsigned i = 0; i < WORK_REFERRALS_MAX; i++) {
		CU_ASSERT_EQUAL(work_charge_referral(&budget), WORK_WITHIN_LIMITS);
	}
	CU_ASSERT_EQUAL(work_charge_referral(&budget), WORK_LIMIT_REFERRALS);
	CU_ASSERT_EQUAL(work_charge_aliases(&budget, WORK_ALIASES_MAX - 1), WORK_WITHIN_LIMITS);
	CU_ASSERT_EQUAL(work_charge_aliases(&budget, 2), WORK_LIMIT_ALIASES);
	CU_ASSERT_EQUAL(work_charge_aliases(&budget, 1), WORK_WITHIN_LIMITS);
	CU_ASSERT_EQUAL(work_charge_aliases(&budget, UINT32_MAX), WORK_LIMIT_ALIASES);
}

TEST(server_addresses_are_bounded_by_delegation_depth_and_in_all)
{
	work_budget_start(&budget, 0);
	CU_ASSERT_EQUAL(work_charge_ns_fetch(&budget, 0, WORK_DEPTH_MAX + 1), WORK_LIMIT_DEPTH);
	CU_ASSERT_EQUAL(
		work_charge_ns_fetch(&budget, WORK_NS_FETCHES_PER_DELEGATION_MAX, WORK_DEPTH_MAX),
		WORK_LIMIT_NS_FETCHES_PER_DELEGATION);
	for (unsigned i = 0; i < WORK_NS_FETCHES_MAX; i++) {
		CU_ASSERT_EQUAL(work_charge_ns_fetch(&budget, 0, WORK_DEPTH_MAX),
				WORK_WITHIN_LIMITS);
	}
	CU_ASSERT_EQUAL(work_charge_ns_fetch(&budget, 0, 1), WORK_LIMIT_NS_FETCHES);
}

TEST(a_server_that_keeps_failing_is_not_asked_again)
{
	struct plx_ip bad = scripted_ip("192.0.2.1");
	struct plx_ip good = scripted_ip("192.0.2.2");
	work_budget_start(&budget, 0);
	for (unsigned i = 0; i < WORK_SERVER_FAILURES_MAX; i++) {
		CU_ASSERT_TRUE(work_server_may_be_asked(&budget, &bad));
		work_server_failed(&budget, &bad);
	}
	CU_ASSERT_FALSE(work_server_may_be_asked(&budget, &bad));
	CU_ASSERT_TRUE(work_server_may_be_asked(&budget, &good));
	for (unsigned i = 0; i < 1000; i++) {
		char text[16];
		snprintf(text, sizeof(text), "192.0.%u.%u", i / 256, i % 256);
		struct plx_ip ip = scripted_ip(text);
		work_server_failed(&budget, &ip);
	}
	CU_ASSERT_EQUAL(budget.failed_count, WORK_QUERIES_MAX);
}

TEST_MAIN(work_budget, T(queries_end_by_number_and_by_time), T(referrals_and_aliases_are_bounded),
	  T(server_addresses_are_bounded_by_delegation_depth_and_in_all),
	  T(a_server_that_keeps_failing_is_not_asked_again))
