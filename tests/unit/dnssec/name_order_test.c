// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/name_order.h"

#include "cunit_runner.h"
#include "zone_fixture.h"

#include <string.h>

TEST(order_is_that_of_rfc_4034)
{
	// Section 6.1, without the case, which callers have folded.
	static const char *const ordered[] = {
		".",           "example",        "a.example", "yljkjljk.a.example",
		"z.a.example", "zabc.a.example", "z.example", "\\001.z.example",
		"*.z.example", "\\200.z.example"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(ordered); i++) {
		for (size_t j = 0; j < PLX_ARRAY_SIZE(ordered); j++) {
			struct plx_name a = fixture_name(ordered[i]);
			struct plx_name b = fixture_name(ordered[j]);
			int order = name_compare(&a, &b);
			CU_ASSERT_EQUAL((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void expect_suffix(const char *text, unsigned labels, const char *expected)
{
	struct plx_name name = fixture_name(text);
	struct plx_name wanted = fixture_name(expected);
	struct plx_name suffix;
	name_suffix(&name, labels, &suffix);
	CU_ASSERT_TRUE(plx_name_equal(&suffix, &wanted));
}

TEST(suffix_keeps_the_rightmost_labels)
{
	expect_suffix("a.b.c", 0, ".");
	expect_suffix("a.b.c", 1, "c");
	expect_suffix("a.b.c", 2, "b.c");
	expect_suffix("a.b.c", 3, "a.b.c");
	expect_suffix("a.b.c", 9, "a.b.c");
	expect_suffix(".", 0, ".");
	expect_suffix(".", 3, ".");
}

TEST(longest_names_are_cut_and_compared)
{
	struct plx_name name = {.length = PLX_NAME_MAX};
	struct plx_name suffix;
	for (unsigned i = 0; i < PLX_NAME_LABELS_MAX; i++) {
		name.wire[2 * i] = 1;
		name.wire[2 * i + 1] = 'a';
	}
	name_suffix(&name, PLX_NAME_LABELS_MAX - 1, &suffix);
	CU_ASSERT_EQUAL(suffix.length, PLX_NAME_MAX - 2);
	CU_ASSERT_TRUE(name_compare(&suffix, &name) < 0);
	CU_ASSERT_EQUAL(name_common_labels(&suffix, &name), PLX_NAME_LABELS_MAX - 1);
	CU_ASSERT_TRUE(name_wildcard(&suffix, &suffix));
	CU_ASSERT_EQUAL(suffix.length, PLX_NAME_MAX);
	CU_ASSERT_FALSE(name_wildcard(&suffix, &name));
}

TEST(wildcard_label_does_not_count)
{
	struct plx_name name = fixture_name("*.example");
	CU_ASSERT_TRUE(name_is_wildcard(&name));
	CU_ASSERT_EQUAL(name_signed_labels(&name), 1);
	name = fixture_name("a.*.example");
	CU_ASSERT_FALSE(name_is_wildcard(&name));
	CU_ASSERT_EQUAL(name_signed_labels(&name), 3);
	name = fixture_name("*a.example");
	CU_ASSERT_FALSE(name_is_wildcard(&name));
	name = fixture_name("*");
	CU_ASSERT_TRUE(name_is_wildcard(&name));
	CU_ASSERT_EQUAL(name_signed_labels(&name), 0);
	name = fixture_name(".");
	CU_ASSERT_FALSE(name_is_wildcard(&name));
}

TEST(common_labels_are_whole_labels_from_the_right)
{
	struct plx_name a = fixture_name("xa.b.c");
	struct plx_name b = fixture_name("a.b.c");
	CU_ASSERT_EQUAL(name_common_labels(&a, &b), 2);
	CU_ASSERT_EQUAL(name_common_labels(&b, &b), 3);
	CU_ASSERT_FALSE(name_is_strictly_below(&a, &b));
	CU_ASSERT_FALSE(name_is_strictly_below(&b, &b));
	a = fixture_name("b.c");
	CU_ASSERT_TRUE(name_is_strictly_below(&b, &a));
}

TEST_MAIN(dnssec_name_order, T(order_is_that_of_rfc_4034), T(suffix_keeps_the_rightmost_labels),
	  T(longest_names_are_cut_and_compared), T(wildcard_label_does_not_count),
	  T(common_labels_are_whole_labels_from_the_right))
