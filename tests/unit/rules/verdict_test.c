// SPDX-License-Identifier: BSD-3-Clause

#include "rules/verdict.h"

#include "cunit_runner.h"

#include <string.h>

TEST(one_outcome_has_a_word_in_each_vocabulary)
{
	CU_ASSERT_STRING_EQUAL(check_outcome_dcv_name(CHECK_PASS), "pass");
	CU_ASSERT_STRING_EQUAL(check_outcome_dcv_name(CHECK_FAIL), "fail");
	CU_ASSERT_STRING_EQUAL(check_outcome_dcv_name(CHECK_ERROR), "error");
	CU_ASSERT_STRING_EQUAL(check_outcome_caa_name(CHECK_PASS), "permit");
	CU_ASSERT_STRING_EQUAL(check_outcome_caa_name(CHECK_FAIL), "prohibit");
	CU_ASSERT_STRING_EQUAL(check_outcome_caa_name(CHECK_ERROR), "error");
	CU_ASSERT_STRING_EQUAL(decision_name(DECISION_ISSUE), "issue");
	CU_ASSERT_STRING_EQUAL(decision_name(DECISION_REFUSE), "refuse");
}

TEST(zero_and_impossible_values_read_not_evaluated)
{
	static const int values[] = {0, -1, 1000};
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		CU_ASSERT_STRING_EQUAL(check_outcome_dcv_name((enum check_outcome)values[i]),
				       "not-evaluated");
		CU_ASSERT_STRING_EQUAL(check_outcome_caa_name((enum check_outcome)values[i]),
				       "not-evaluated");
		CU_ASSERT_STRING_EQUAL(decision_name((enum decision)values[i]), "not-evaluated");
		CU_ASSERT_STRING_EQUAL(refusal_reason_name((enum refusal_reason)values[i]),
				       "not-evaluated");
	}
}

TEST(each_reason_has_a_code_of_its_own_and_a_sentence)
{
	for (unsigned i = 0; i < REFUSAL_REASON_COUNT; i++) {
		const char *code = refusal_reason_name((enum refusal_reason)i);
		CU_ASSERT_TRUE(strspn(code, "abcdefghijklmnopqrstuvwxyz-") == strlen(code));
		CU_ASSERT_TRUE(strlen(refusal_reason_text((enum refusal_reason)i)) > 10);
		for (unsigned j = 0; j < i; j++) {
			CU_ASSERT_STRING_NOT_EQUAL(code,
						   refusal_reason_name((enum refusal_reason)j));
		}
	}
	CU_ASSERT_STRING_EQUAL(refusal_reason_name(REFUSAL_QUORUM_MISSED), "quorum-missed");
}

TEST_MAIN(verdict, T(one_outcome_has_a_word_in_each_vocabulary),
	  T(zero_and_impossible_values_read_not_evaluated),
	  T(each_reason_has_a_code_of_its_own_and_a_sentence))
