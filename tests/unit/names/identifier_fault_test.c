// SPDX-License-Identifier: BSD-3-Clause

#include "names/identifier_fault.h"

#include "cunit_runner.h"

#include <string.h>

TEST(each_fault_has_a_name_of_its_own_and_says_how_to_mend_it)
{
	for (int i = IDENTIFIER_FAULT_NONE; i <= IDENTIFIER_FAULT_ADDRESS_SPECIAL; i++) {
		const char *name = identifier_fault_name((enum identifier_fault)i);
		const char *text = identifier_fault_text((enum identifier_fault)i);
		CU_ASSERT_STRING_NOT_EQUAL(name, "unknown");
		if (i != IDENTIFIER_FAULT_NONE) {
			CU_ASSERT_PTR_NOT_NULL(strstr(text, ": "));
		}
		for (int j = 0; j < i; j++) {
			CU_ASSERT_STRING_NOT_EQUAL(name,
						   identifier_fault_name((enum identifier_fault)j));
		}
	}
}

TEST(a_number_that_is_no_fault_is_told_as_such)
{
	CU_ASSERT_STRING_EQUAL(identifier_fault_name((enum identifier_fault)9999), "unknown");
	CU_ASSERT_STRING_EQUAL(identifier_fault_text((enum identifier_fault)9999),
			       "the fault is unknown");
}

TEST_MAIN(identifier_fault, T(each_fault_has_a_name_of_its_own_and_says_how_to_mend_it),
	  T(a_number_that_is_no_fault_is_told_as_such))
