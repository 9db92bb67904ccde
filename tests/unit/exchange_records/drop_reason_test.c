// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/exchange/drop_reason.h>

#include "cunit_runner.h"

#include <string.h>

TEST(every_reason_has_its_own_name)
{
	for (int a = 0; a < PLX_DROP_COUNT; a++) {
		CU_ASSERT_STRING_NOT_EQUAL(plx_drop_reason_name((enum plx_drop_reason)a),
					   "unknown");
		for (int b = 0; b < a; b++) {
			CU_ASSERT_STRING_NOT_EQUAL(plx_drop_reason_name((enum plx_drop_reason)a),
						   plx_drop_reason_name((enum plx_drop_reason)b));
		}
	}
	CU_ASSERT_STRING_EQUAL(plx_drop_reason_name(PLX_DROP_WRONG_CASE), "wrong_case");
}

TEST(numbers_outside_the_enum_are_unknown)
{
	CU_ASSERT_STRING_EQUAL(plx_drop_reason_name(PLX_DROP_COUNT), "unknown");
	CU_ASSERT_STRING_EQUAL(plx_drop_reason_name((enum plx_drop_reason) - 1), "unknown");
}

TEST_MAIN(drop_reason, T(every_reason_has_its_own_name), T(numbers_outside_the_enum_are_unknown))
