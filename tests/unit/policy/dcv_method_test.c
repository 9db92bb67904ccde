// SPDX-License-Identifier: BSD-3-Clause

#include "policy/dcv_method.h"

#include "cunit_runner.h"

#include <string.h>

TEST(every_method_is_found_by_its_own_name_only)
{
	for (unsigned i = DCV_METHOD_NONE + 1; i < DCV_METHOD_COUNT; i++) {
		const char *name = dcv_method_name((enum dcv_method)i);
		CU_ASSERT_EQUAL(dcv_method_find(name), i);
	}
	CU_ASSERT_EQUAL(dcv_method_find("none"), DCV_METHOD_NONE);
	CU_ASSERT_EQUAL(dcv_method_find("ACME-DNS-01"), DCV_METHOD_NONE);
	CU_ASSERT_EQUAL(dcv_method_find(""), DCV_METHOD_NONE);
}

TEST(what_is_no_method_allows_nothing)
{
	static const enum dcv_method wrong[] = {DCV_METHOD_NONE, DCV_METHOD_COUNT,
						(enum dcv_method) - 1};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		CU_ASSERT_FALSE(dcv_method_is_in_force(wrong[i], INT64_MIN));
		CU_ASSERT_FALSE(dcv_method_is_in_force(wrong[i], 0));
		CU_ASSERT_PTR_NULL(dcv_method_section(wrong[i], false));
		CU_ASSERT_PTR_NULL(dcv_method_section(wrong[i], true));
		CU_ASSERT_TRUE(dcv_method_needs_mpic(wrong[i], true));
		CU_ASSERT_STRING_EQUAL(dcv_method_name(wrong[i]), "none");
	}
}

TEST(sections_follow_the_kind_of_identifier)
{
	CU_ASSERT_STRING_EQUAL(dcv_method_section(DCV_WEBSITE_CHANGE, false), "3.2.2.4.18");
	CU_ASSERT_STRING_EQUAL(dcv_method_section(DCV_WEBSITE_CHANGE, true), "3.2.2.5.1");
	CU_ASSERT_STRING_EQUAL(dcv_method_section(DCV_DNS_PERSISTENT, true), "3.2.2.5.8");
	CU_ASSERT_PTR_NULL(dcv_method_section(DCV_ACME_DNS_01, true));
	CU_ASSERT_PTR_NULL(dcv_method_section(DCV_REVERSE_ADDRESS_LOOKUP, false));
}

TEST(a_method_ends_with_the_first_second_of_its_day)
{
	CU_ASSERT_TRUE(dcv_method_is_in_force(DCV_CONTACT_PHONE_CAA, DCV_DATE_2027_03_15 - 1));
	CU_ASSERT_FALSE(dcv_method_is_in_force(DCV_CONTACT_PHONE_CAA, DCV_DATE_2027_03_15));
	CU_ASSERT_TRUE(dcv_method_is_in_force(DCV_CONTACT_EMAIL_TXT, DCV_DATE_2028_03_15 - 1));
	CU_ASSERT_FALSE(dcv_method_is_in_force(DCV_CONTACT_EMAIL_TXT, DCV_DATE_2028_03_15));
	CU_ASSERT_FALSE(dcv_method_is_in_force(DCV_IP_ADDRESS, DCV_DATE_2026_03_15));
	CU_ASSERT_TRUE(dcv_method_is_in_force(DCV_ACME_DNS_01, DCV_DATE_2028_03_15));
}

TEST(onion_names_need_no_mpic_for_the_methods_that_allow_them)
{
	CU_ASSERT_TRUE(dcv_method_needs_mpic(DCV_ACME_HTTP_01, false));
	CU_ASSERT_FALSE(dcv_method_needs_mpic(DCV_ACME_HTTP_01, true));
	CU_ASSERT_TRUE(dcv_method_needs_mpic(DCV_ACME_DNS_01, true));
}

TEST(both_labels_of_a_method_match_and_no_other)
{
	CU_ASSERT_TRUE(dcv_method_has_caa_label(DCV_ACME_HTTP_01, "http-01", 7, false));
	CU_ASSERT_TRUE(dcv_method_has_caa_label(DCV_ACME_HTTP_01, "ca-tbr-19", 9, false));
	CU_ASSERT_FALSE(dcv_method_has_caa_label(DCV_ACME_HTTP_01, "ca-tbr-1", 8, false));
	CU_ASSERT_FALSE(dcv_method_has_caa_label(DCV_ACME_HTTP_01, "HTTP-01", 7, false));
	CU_ASSERT_TRUE(dcv_method_has_caa_label(DCV_ACME_HTTP_01, "HTTP-01", 7, true));
	CU_ASSERT_FALSE(dcv_method_has_caa_label(DCV_DNS_CHANGE, "dns-01", 6, false));
	CU_ASSERT_FALSE(dcv_method_has_caa_label(DCV_REVERSE_ADDRESS_LOOKUP, "", 0, false));
}

TEST_MAIN(dcv_method, T(every_method_is_found_by_its_own_name_only),
	  T(what_is_no_method_allows_nothing), T(sections_follow_the_kind_of_identifier),
	  T(a_method_ends_with_the_first_second_of_its_day),
	  T(onion_names_need_no_mpic_for_the_methods_that_allow_them),
	  T(both_labels_of_a_method_match_and_no_other))
