// SPDX-License-Identifier: BSD-3-Clause
// What the vectors do not reach: labels are made here. The verdicts of parameters are rows of caa_vectors.tsv.

#include "policy/caa_parameters.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static struct caa_method_labels labels;

TEST(a_method_may_have_two_labels_one_or_none)
{
	CU_ASSERT_EQUAL_FATAL(caa_method_labels_make("http-01", 19, &labels), 0);
	CU_ASSERT_EQUAL_FATAL(labels.count, 2);
	CU_ASSERT_STRING_EQUAL(labels.text[0], "http-01");
	CU_ASSERT_STRING_EQUAL(labels.text[1], "ca-tbr-19");
	CU_ASSERT_EQUAL_FATAL(caa_method_labels_make(NULL, 7, &labels), 0);
	CU_ASSERT_EQUAL_FATAL(labels.count, 1);
	CU_ASSERT_STRING_EQUAL(labels.text[0], "ca-tbr-7");
	CU_ASSERT_EQUAL_FATAL(caa_method_labels_make(NULL, 0, &labels), 0);
	CU_ASSERT_EQUAL(labels.count, 0);
	CU_ASSERT_EQUAL_FATAL(caa_method_labels_make("x", UINT32_MAX, &labels), 0);
	CU_ASSERT_STRING_EQUAL(labels.text[1], "ca-tbr-4294967295");
}

TEST(a_name_that_no_list_could_hold_is_refused)
{
	labels.count = 7;
	CU_ASSERT_EQUAL(caa_method_labels_make("", 1, &labels), -EINVAL);
	CU_ASSERT_EQUAL(caa_method_labels_make("http_01", 1, &labels), -EINVAL);
	CU_ASSERT_EQUAL(caa_method_labels_make("a,b", 1, &labels), -EINVAL);
	CU_ASSERT_EQUAL(caa_method_labels_make("a1234567890123456789012345678901", 1, &labels),
			-EINVAL);
	CU_ASSERT_EQUAL(labels.count, 7);
	CU_ASSERT_EQUAL(caa_method_labels_make("a123456789012345678901234567890", 1, &labels), 0);
}

TEST(no_account_is_covered_by_a_list_of_none)
{
	struct caa_switches switches = {.is_changed = {false}};
	struct caa_requester requester = {.account_uri = NULL};
	struct issue_value value;
	const char *text = "ca.test;accounturi=a:b";
	caa_switch_set(&switches, CAA_SWITCH_COVERING_ACCOUNTS, true);
	CU_ASSERT_EQUAL_FATAL(issue_value_parse(text, strlen(text), &value), ISSUE_VALUE_SOUND);
	CU_ASSERT_EQUAL(caa_parameters_judge(&value, &requester, &switches),
			CAA_BINDING_ACCOUNT_DIFFERS);
}

TEST_MAIN(caa_parameters, T(a_method_may_have_two_labels_one_or_none),
	  T(a_name_that_no_list_could_hold_is_refused), T(no_account_is_covered_by_a_list_of_none))
