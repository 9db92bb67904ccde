// SPDX-License-Identifier: BSD-3-Clause

#include "mode/mode.h"

#include "cunit_runner.h"

#include <string.h>

#define TLS_ENFORCED_S 1757894400 // 2025-09-15
#define SMIME_BEGINS_S 1747267200 // 2025-05-15

TEST(the_rules_demand_by_profile_and_second)
{
	static const struct {
		enum profile profile;
		int64_t now_s;
		enum mode mode;
		int64_t change_s;
	} cases[] = {
		{PROFILE_TLS, 0, MODE_REPORT_ONLY, TLS_ENFORCED_S},
		{PROFILE_TLS, TLS_ENFORCED_S - 1, MODE_REPORT_ONLY, TLS_ENFORCED_S},
		{PROFILE_TLS, TLS_ENFORCED_S, MODE_ENFORCE, MODE_TIME_NEVER},
		{PROFILE_TLS, TLS_ENFORCED_S + 1, MODE_ENFORCE, MODE_TIME_NEVER},
		{PROFILE_SMIME, SMIME_BEGINS_S - 1, MODE_NOT_SET, SMIME_BEGINS_S},
		{PROFILE_SMIME, SMIME_BEGINS_S, MODE_REPORT_ONLY, TLS_ENFORCED_S},
		{PROFILE_SMIME, TLS_ENFORCED_S - 1, MODE_REPORT_ONLY, TLS_ENFORCED_S},
		{PROFILE_SMIME, TLS_ENFORCED_S, MODE_ENFORCE, MODE_TIME_NEVER},
		{PROFILE_PRIVATE, 0, MODE_NOT_SET, MODE_TIME_NEVER},
		{PROFILE_PRIVATE, TLS_ENFORCED_S, MODE_NOT_SET, MODE_TIME_NEVER},
		{PROFILE_NOT_SET, 0, MODE_ENFORCE, MODE_TIME_NEVER},
		{(enum profile)77, 0, MODE_ENFORCE, MODE_TIME_NEVER},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		CU_ASSERT_EQUAL(mode_demanded(cases[i].profile, cases[i].now_s), cases[i].mode);
		CU_ASSERT_EQUAL(mode_demand_change(cases[i].profile, cases[i].now_s),
				cases[i].change_s);
	}
}

TEST(names_are_read_back)
{
	for (int i = MODE_REPORT_ONLY; i <= MODE_ENFORCE; i++) {
		const char *name = mode_name((enum mode)i);
		CU_ASSERT_EQUAL(mode_parse(name, strlen(name)), (enum mode)i);
	}
	for (int i = PROFILE_TLS; i <= PROFILE_PRIVATE; i++) {
		const char *name = profile_name((enum profile)i);
		CU_ASSERT_EQUAL(profile_parse(name, strlen(name)), (enum profile)i);
		CU_ASSERT_TRUE(profile_is_set((enum profile)i));
	}
}

TEST(other_texts_and_numbers_are_not_set)
{
	static const char *const texts[] = {"", "not-set", "Enforce", "enforce ", "report_only"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		CU_ASSERT_EQUAL(mode_parse(texts[i], strlen(texts[i])), MODE_NOT_SET);
		CU_ASSERT_EQUAL(profile_parse(texts[i], strlen(texts[i])), PROFILE_NOT_SET);
	}
	CU_ASSERT_EQUAL(mode_parse("enforce", 6), MODE_NOT_SET);
	CU_ASSERT_FALSE(profile_is_set(PROFILE_NOT_SET));
	CU_ASSERT_FALSE(profile_is_set((enum profile)PROFILE_COUNT));
	CU_ASSERT_STRING_EQUAL(mode_name((enum mode)77), "not-set");
}

TEST(modes_have_an_order_of_strength)
{
	CU_ASSERT_TRUE(mode_is_weaker(MODE_NOT_SET, MODE_REPORT_ONLY));
	CU_ASSERT_TRUE(mode_is_weaker(MODE_REPORT_ONLY, MODE_TEST_WINDOW));
	CU_ASSERT_TRUE(mode_is_weaker(MODE_TEST_WINDOW, MODE_ENFORCE));
	CU_ASSERT_FALSE(mode_is_weaker(MODE_ENFORCE, MODE_ENFORCE));
	CU_ASSERT_FALSE(mode_is_weaker(MODE_ENFORCE, MODE_REPORT_ONLY));
}

TEST_MAIN(mode, T(the_rules_demand_by_profile_and_second), T(names_are_read_back),
	  T(other_texts_and_numbers_are_not_set), T(modes_have_an_order_of_strength))
