// SPDX-License-Identifier: BSD-3-Clause
// Which issuer domain names are the CA's own: those that it lists, and nothing that only looks like one of them.

#include "policy/issuer_domain.h"

#include "cunit_runner.h"

#include <string.h>

static const char *const ours[] = {"ca.test", "Second.ca.example."};

static const char *find(const char *text)
{
	return issuer_domain_find(text, strlen(text), ours, PLX_ARRAY_SIZE(ours));
}

TEST(a_listed_name_is_found_whatever_its_case_or_final_dot)
{
	CU_ASSERT_PTR_EQUAL(find("ca.test"), ours[0]);
	CU_ASSERT_PTR_EQUAL(find("CA.Test."), ours[0]);
	CU_ASSERT_PTR_EQUAL(find("second.ca.example"), ours[1]);
}

TEST(what_is_not_listed_is_not_found)
{
	static const char *const others[] = {"",         ".",           "ca.test..", "a.ca.test",
					     "test",     "ca.tes",      "ca.test2",  "xca.test",
					     "ca-test",  "c\\097.test", "ca.test ",  "ca.test;x",
					     "*.ca.test"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(others); i++) {
		CU_ASSERT_PTR_NULL(find(others[i]));
	}
	CU_ASSERT_PTR_NULL(issuer_domain_find("ca.test\0x", 9, ours, PLX_ARRAY_SIZE(ours)));
}

TEST(a_ca_that_lists_nothing_has_no_name)
{
	CU_ASSERT_PTR_NULL(issuer_domain_find("ca.test", 7, NULL, 0));
	static const char *const empty[] = {"", "."};
	CU_ASSERT_PTR_NULL(issuer_domain_find("", 0, empty, 2));
	CU_ASSERT_PTR_NULL(issuer_domain_find(".", 1, empty, 2));
}

TEST_MAIN(issuer_domain, T(a_listed_name_is_found_whatever_its_case_or_final_dot),
	  T(what_is_not_listed_is_not_found), T(a_ca_that_lists_nothing_has_no_name))
