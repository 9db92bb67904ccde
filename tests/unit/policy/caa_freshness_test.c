// SPDX-License-Identifier: BSD-3-Clause

#include "policy/caa_freshness.h"

#include "cunit_runner.h"

#define T0 1795435200ll
#define HOUR 3600ll

TEST(a_check_serves_for_its_ttl_when_that_is_longer_than_eight_hours)
{
	CU_ASSERT_TRUE(caa_is_fresh(T0, 86400, T0 + 20 * HOUR)); // vector 79
	CU_ASSERT_FALSE(caa_is_fresh(T0, 86400, T0 + 25 * HOUR));
	CU_ASSERT_TRUE(caa_is_fresh(T0, 86400, T0 + 86400));
	CU_ASSERT_FALSE(caa_is_fresh(T0, 86400, T0 + 86401));
}

TEST(a_short_ttl_or_none_gives_eight_hours)
{
	CU_ASSERT_EQUAL(caa_usable_until(T0, 0), T0 + 8 * HOUR);
	CU_ASSERT_EQUAL(caa_usable_until(T0, 60), T0 + 8 * HOUR);
	CU_ASSERT_EQUAL(caa_usable_until(T0, 8 * 3600 + 1), T0 + 8 * HOUR + 1);
}

TEST(a_ttl_of_years_gives_a_week)
{
	CU_ASSERT_EQUAL(caa_usable_until(T0, INT32_MAX), T0 + 7 * 24 * HOUR);
	CU_ASSERT_EQUAL(caa_usable_until(T0, UINT32_MAX), T0 + 7 * 24 * HOUR);
}

TEST(a_check_of_the_future_is_not_fresh)
{
	CU_ASSERT_FALSE(caa_is_fresh(T0 + 1, 60, T0));
	CU_ASSERT_TRUE(caa_is_fresh(T0, 60, T0));
}

TEST_MAIN(caa_freshness, T(a_check_serves_for_its_ttl_when_that_is_longer_than_eight_hours),
	  T(a_short_ttl_or_none_gives_eight_hours), T(a_ttl_of_years_gives_a_week),
	  T(a_check_of_the_future_is_not_fresh))
